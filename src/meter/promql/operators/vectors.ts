/** Arithmetic and comparisons between the series of two vectors. */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import type { Binary, Matching } from '../parse/ast.ts';
import type { Budget } from '../evaluate/budget.ts';
import { QueryError } from '../query-error.ts';
import {
  emptySeries,
  labelOf,
  labelsKey,
  type VectorSeries,
  type VectorValue,
  withLabel,
  writtenLabels,
} from '../evaluate/series.ts';
import { ARITHMETIC, COMPARE } from './arithmetic.ts';
import { anyOf, byKey, matchKey } from './matching.ts';

interface Sides {
  readonly many: VectorValue;
  readonly one: VectorValue;
  /** The side of one stands on the left. */
  readonly isSwapped: boolean;
}

export function vectorsOf(
  binary: Binary,
  matching: Matching,
  left: VectorValue,
  right: VectorValue,
  budget: Budget,
): VectorValue {
  const isSwapped = matching.cardinality === 'one-to-many';
  const sides: Sides = isSwapped ? { many: right, one: left, isSwapped } : { many: left, one: right, isSwapped };
  const keyOf = matchKey(matching);
  const ones = byKey(sides.one.series, keyOf);
  const results = new Results(binary, matching, isSwapped, budget);
  const asked = anyOf(sides.many.series, sides.one.series[0]?.has.length ?? 0);
  for (const partners of ones.values()) if (partners.length > 1) checkSingle(partners, asked, matching, isSwapped);
  for (const [key, many] of byKey(sides.many.series, keyOf)) {
    const partners = ones.get(key);
    if (partners !== undefined) results.addGroup(many, partners);
  }
  return { type: 'vector', series: results.series() };
}

/** Of one match group, the side of one has one series at a time. @throws {QueryError} execution */
function checkSingle(
  partners: readonly VectorSeries[],
  asked: Uint8Array,
  matching: Matching,
  isSwapped: boolean,
): void {
  const [first] = partners;
  if (first === undefined) return;
  for (let step = 0; step < first.has.length; step++) {
    // Where the other side has nothing at all, nobody asks.
    if (asked[step] !== 1) continue;
    const present = partners.filter(({ has }) => has[step] === 1);
    if (present.length < 2) continue;
    const [a, b] = present as [VectorSeries, VectorSeries];
    const listed = new Set(matching.labels);
    const group = a.labels.filter(([name]) =>
      matching.on ? listed.has(name) : name !== NAME_LABEL && !listed.has(name),
    );
    throw new QueryError(
      'execution',
      `found duplicate series for the match group {${group.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}} ` +
        `on the ${isSwapped ? 'left' : 'right'} hand-side of the operation: [${writtenLabels(b.labels)}, ${writtenLabels(a.labels)}]` +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }
}

/** What pairs come to, a series for each set of labels. */
class Results {
  readonly #binary: Binary;
  readonly #matching: Matching;
  readonly #isSwapped: boolean;
  readonly #budget: Budget;
  readonly #byKey = new Map<string, VectorSeries>();
  readonly #listed: ReadonlySet<string>;

  constructor(binary: Binary, matching: Matching, isSwapped: boolean, budget: Budget) {
    this.#binary = binary;
    this.#matching = matching;
    this.#isSwapped = isSwapped;
    this.#budget = budget;
    this.#listed = new Set(matching.labels);
  }

  series(): VectorSeries[] {
    return [...this.#byKey.values()];
  }

  /** @throws {QueryError} execution, where two pairs have a value at once */
  addGroup(many: readonly VectorSeries[], partners: readonly VectorSeries[]): void {
    const taken =
      this.#matching.cardinality === 'one-to-one' && many.length > 1
        ? new Uint8Array((many[0] as VectorSeries).has.length)
        : undefined;
    for (const left of many) for (const right of partners) this.#add(left, right, taken);
  }

  /** `taken`: the steps at which the group has a result, where it may have one only. */
  #add(many: VectorSeries, one: VectorSeries, taken: Uint8Array | undefined): void {
    const { operator, bool } = this.#binary;
    const act = ARITHMETIC[operator];
    const holds = COMPARE[operator];
    this.#budget.pass(many.has.length);
    let into: VectorSeries | undefined;
    for (let step = 0; step < many.has.length; step++) {
      if (many.has[step] !== 1 || one.has[step] !== 1) continue;
      const [m, o] = [many.values[step] as number, one.values[step] as number];
      const [a, b] = this.#isSwapped ? [o, m] : [m, o];
      let value: number;
      if (act !== undefined) value = act(a, b);
      else if (bool) value = Number(holds?.(a, b));
      else if (holds?.(a, b) === true) value = a;
      else continue;
      into ??= this.#into(many, one);
      if (into.has[step] === 1 || taken?.[step] === 1) throw this.#twice();
      if (taken !== undefined) taken[step] = 1;
      into.has[step] = 1;
      into.values[step] = value;
    }
  }

  #into(many: VectorSeries, one: VectorSeries): VectorSeries {
    const labels = this.#labels(many.labels, one.labels);
    const key = labelsKey(labels);
    const found = this.#byKey.get(key);
    if (found !== undefined) return found;
    this.#budget.spend(many.has.length);
    const made = emptySeries(labels, many.has.length, many.dropsName || this.#binary.bool);
    this.#byKey.set(key, made);
    return made;
  }

  #labels(many: Labels, one: Labels): Labels {
    const { cardinality, on, include } = this.#matching;
    const isNew = ARITHMETIC[this.#binary.operator] !== undefined;
    let labels = isNew ? many.filter(([name]) => name !== NAME_LABEL) : many;
    if (cardinality === 'one-to-one') labels = labels.filter(([name]) => this.#listed.has(name) === on);
    for (const name of include) labels = withLabel(labels, name, labelOf(one, name));
    return labels;
  }

  #twice(): QueryError {
    return new QueryError(
      'execution',
      this.#matching.cardinality === 'one-to-one'
        ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
        : 'multiple matches for labels: grouping labels must ensure unique matches',
    );
  }
}
