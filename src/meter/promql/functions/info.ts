/** `info()`: labels of what a series comes from, which another series has. https://prometheus.io/docs/prometheus/latest/querying/functions/#info */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import { testOf } from '../matchers.ts';
import { bare, type Expr, type VectorSelector } from '../parse/ast.ts';
import { emptySeries, labelOf, labelsKey, type VectorSeries, withLabel } from '../evaluate/series.ts';
import type { Matcher } from '../selection.ts';
import { QueryError } from '../query-error.ts';

const DEFAULT_NAME = 'target_info';

/** By which both are known to be of one source. */
const IDENTIFYING = new Set(['instance', 'job']);

const made = new WeakMap<Expr, VectorSelector>();

/** What a call of info() selects beside its first argument; always the same node. */
export function infoSelectorOf(node: Expr): VectorSelector | undefined {
  if (node.kind !== 'call' || node.name !== 'info') return undefined;
  const known = made.get(node);
  if (known !== undefined) return known;
  const given = node.args[1] === undefined ? undefined : bare(node.args[1]);
  const matchers = given?.kind === 'vector' ? given.matchers : [];
  const names = matchers.filter(({ name }) => name === NAME_LABEL);
  const selector: VectorSelector = {
    kind: 'vector',
    // What does not fit takes labels away, or the series: it is looked at when they are joined.
    matchers: names.length > 0 ? names : [{ name: NAME_LABEL, operator: '=', value: DEFAULT_NAME }],
    offset: undefined,
    at: undefined,
    position: node.position,
  };
  made.set(node, selector);
  return selector;
}

/** @throws {QueryError} execution, where two info series of one source say different things at once */
export function withInfo(
  node: Expr,
  series: readonly VectorSeries[],
  infos: readonly VectorSeries[],
): readonly VectorSeries[] {
  const given = node.kind === 'call' && node.args[1] !== undefined ? bare(node.args[1]) : undefined;
  const matchers = (given?.kind === 'vector' ? given.matchers : []).filter(({ name }) => name !== NAME_LABEL);
  const isInfo = new Set(infos.map(({ labels }) => labelOf(labels, NAME_LABEL)));
  const bySource = new Map<string, VectorSeries[]>();
  for (const one of infos) {
    const key = sourceOf(one.labels);
    bySource.set(key, [...(bySource.get(key) ?? []), one]);
  }
  return series.flatMap((one) =>
    isInfo.has(labelOf(one.labels, NAME_LABEL))
      ? [one]
      : enriched(one, bySource.get(sourceOf(one.labels)) ?? [], matchers),
  );
}

const sourceOf = (labels: Labels): string => labelsKey(labels.filter(([name]) => IDENTIFYING.has(name)));

function enriched(one: VectorSeries, infos: readonly VectorSeries[], matchers: readonly Matcher[]): VectorSeries[] {
  const byLabels = new Map<string, VectorSeries>();
  for (let step = 0; step < one.has.length; step++) {
    if (one.has[step] !== 1) continue;
    const labels = labelsAt(one.labels, infos, matchers, step);
    if (labels === undefined) continue;
    const key = labelsKey(labels);
    const into = byLabels.get(key) ?? emptySeries(labels, one.has.length, one.dropsName);
    byLabels.set(key, into);
    into.has[step] = 1;
    into.values[step] = one.values[step] as number;
  }
  return [...byLabels.values()];
}

/** Undefined where a matcher wants what no info series has. */
function labelsAt(
  own: Labels,
  infos: readonly VectorSeries[],
  matchers: readonly Matcher[],
  step: number,
): Labels | undefined {
  const wanted = new Set(matchers.map(({ name }) => name));
  const present = infos.filter(
    ({ has, labels }) => has[step] === 1 && matchers.every((one) => testOf(one)(labelOf(labels, one.name))),
  );
  if (present.length === 0) return matchers.every((one) => testOf(one)('')) ? own : undefined;
  let labels = own;
  const said = new Map<string, string>();
  for (const info of present)
    for (const [name, value] of info.labels) {
      if (name === NAME_LABEL || IDENTIFYING.has(name) || (wanted.size > 0 && !wanted.has(name))) continue;
      if (labelOf(own, name) !== '') continue;
      const before = said.get(name);
      if (before !== undefined && before !== value)
        throw new QueryError('execution', `conflicting label: ${name} is ${before} and ${value} of one source`);
      said.set(name, value);
      labels = withLabel(labels, name, value);
    }
  return labels;
}
