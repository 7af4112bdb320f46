/** Functions that change labels, or order by them. */
import { NAME_LABEL } from '../../model/series.ts';
import { compileRegex } from '../matchers.ts';
import { QueryError } from '../query-error.ts';
import { joined, labelOf, type VectorSeries, withLabel } from '../evaluate/series.ts';

/** Any text in UTF-8 may name a label, as in Prometheus 3; what is none was read as U+FFFD. @throws {QueryError} execution */
export function checkLabel(name: string, of: string): void {
  if (name === '' || name.includes('\ufffd'))
    throw new QueryError('execution', `invalid destination label name in ${of}(): ${name}`);
}

const relabelled = (one: VectorSeries, name: string, value: string): VectorSeries => ({
  ...one,
  labels: withLabel(one.labels, name, value),
  // A name that is given anew stays.
  dropsName: name === NAME_LABEL ? false : one.dropsName,
});

/** `$1`, `${1}`, `$name`, `${name}`, and `$$` for a dollar. https://pkg.go.dev/regexp#Regexp.Expand */
const REFERENCE = /\$(?:\$|(\w+)|\{(\w+)\})/g;

/** @throws {QueryError} execution */
export function labelReplace(
  series: readonly VectorSeries[],
  [into, replacement, from, pattern]: readonly [string, string, string, string],
): readonly VectorSeries[] {
  checkLabel(into, 'label_replace');
  const regex = compileRegex(pattern, 'label_replace()', 'execution');
  return joined(
    series.map((one) => {
      const matcher = regex.matcher(labelOf(one.labels, from));
      if (!matcher.matches()) return one;
      const group = (name: string): string => {
        const number = /^\d+$/.test(name) ? Number(name) : undefined;
        if (number !== undefined) return number <= matcher.groupCount() ? (matcher.group(number) ?? '') : '';
        return Object.hasOwn(regex.namedGroups(), name) ? (matcher.group(name) ?? '') : '';
      };
      const value = replacement.replaceAll(REFERENCE, (whole, plain?: string, braced?: string) =>
        whole === '$$' ? '$' : group(plain ?? braced ?? ''),
      );
      return relabelled(one, into, value);
    }),
  );
}

/** @throws {QueryError} execution */
export function labelJoin(
  series: readonly VectorSeries[],
  [into = '', separator = '', ...from]: readonly string[],
): readonly VectorSeries[] {
  checkLabel(into, 'label_join');
  return joined(
    series.map((one) => relabelled(one, into, from.map((name) => labelOf(one.labels, name)).join(separator))),
  );
}

/** Of labels' values by their numbers where they have some, and of what is equal by all labels. */
export function sortedByLabel(
  series: readonly VectorSeries[],
  names: readonly string[],
  sign: 1 | -1,
): readonly VectorSeries[] {
  return series.toSorted((a, b) => {
    for (const name of names) {
      const order = naturally(labelOf(a.labels, name), labelOf(b.labels, name));
      if (order !== 0) return sign * order;
    }
    return sign * labelsInOrder(a, b);
  });
}

const PARTS = /\d+|\D+/g;

/** `a2` before `a10`. */
function naturally(a: string, b: string): number {
  const left: readonly string[] = a.match(PARTS) ?? [];
  const right: readonly string[] = b.match(PARTS) ?? [];
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    if (part === other) continue;
    const areNumbers = /^\d/.test(part) && /^\d/.test(other);
    const order = areNumbers ? Number(part) - Number(other) || part.length - other.length : part < other ? -1 : 1;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

export function labelsInOrder(a: VectorSeries, b: VectorSeries): number {
  for (const [at, [name, value]] of a.labels.entries()) {
    const other = b.labels[at];
    if (other === undefined) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    if (value !== other[1]) return value < other[1] ? -1 : 1;
  }
  return a.labels.length - b.labels.length;
}
