/** `info()`: labels of what a series comes from, which another series has. https://prometheus.io/docs/prometheus/latest/querying/functions/#info */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import { seriesTest, testOf } from '../matchers.ts';
import { bare, type Expr, type VectorSelector } from '../parse/ast.ts';
import type { Budget } from '../evaluate/budget.ts';
import { emptySeries, labelOf, labelsKey, type VectorSeries, withLabel, writtenLabels } from '../evaluate/series.ts';
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
  const selector: VectorSelector = {
    kind: 'vector',
    // What does not fit takes labels away, or the series: it is looked at when they are joined.
    matchers: namesOf(matchers.filter(({ name }) => name === NAME_LABEL)),
    offset: undefined,
    at: undefined,
    position: node.position,
  };
  made.set(node, selector);
  return selector;
}

/** Where it is said only what they are not called, they are called as such series are. */
function namesOf(names: readonly Matcher[]): readonly Matcher[] {
  if (names.length === 0) return [{ name: NAME_LABEL, operator: '=', value: DEFAULT_NAME }];
  const isSaid = names.some(({ operator }) => operator === '=' || operator === '=~');
  return isSaid ? names : [...names, { name: NAME_LABEL, operator: '=~', value: '.+_info' }];
}

/**
 * `times`: those of the samples of `infos`, in the same order.
 * @throws {QueryError} execution, where two info series of one source say different things at once
 */
export function withInfo(
  node: Expr,
  series: readonly VectorSeries[],
  infos: readonly VectorSeries[],
  times: readonly VectorSeries[],
  budget: Budget,
): readonly VectorSeries[] {
  const given = node.kind === 'call' && node.args[1] !== undefined ? bare(node.args[1]) : undefined;
  const matchers = (given?.kind === 'vector' ? given.matchers : []).filter(({ name }) => name !== NAME_LABEL);
  const isInfo = seriesTest(infoSelectorOf(node)?.matchers ?? []);
  const fits = seriesTest(matchers);
  const bySource = Map.groupBy(
    infos.map(({ labels, has }, at) => ({ labels, has, seconds: (times[at] as VectorSeries).values })),
    ({ labels }) => sourceOf(labels),
  );
  return series.flatMap((one) =>
    isInfo(one.labels)
      ? [one]
      : enriched(
          one,
          (bySource.get(sourceOf(one.labels)) ?? []).filter(({ labels }) => fits(labels)),
          matchers,
          budget,
        ),
  );
}

const sourceOf = (labels: Labels): string => labelsKey(labels.filter(([name]) => IDENTIFYING.has(name)));

/** A series that says something of a source, with the times of its samples. */
interface Info {
  readonly labels: Labels;
  readonly has: Uint8Array;
  readonly seconds: Float64Array;
}

function enriched(
  one: VectorSeries,
  infos: readonly Info[],
  matchers: readonly Matcher[],
  budget: Budget,
): VectorSeries[] {
  const byLabels = new Map<string, VectorSeries>();
  for (let step = 0; step < one.has.length; step++) {
    if (one.has[step] !== 1) continue;
    budget.pass(infos.length + 1);
    const labels = labelsAt(one.labels, infos, matchers, step);
    if (labels === undefined) continue;
    const key = labelsKey(labels);
    let into = byLabels.get(key);
    if (into === undefined) {
      budget.spend(one.has.length);
      into = emptySeries(labels, one.has.length, one.dropsName);
      byLabels.set(key, into);
    }
    into.has[step] = 1;
    into.values[step] = one.values[step] as number;
  }
  return [...byLabels.values()];
}

/** Of each name the one that was said last: what it said before still lies within the lookback. */
function latest(infos: readonly Info[], step: number): Info[] {
  const byName = new Map<string, Info>();
  for (const info of infos) {
    if (info.has[step] !== 1) continue;
    const name = labelOf(info.labels, NAME_LABEL);
    const before = byName.get(name);
    const [seconds, known] = [info.seconds[step] as number, before?.seconds[step] ?? -Infinity];
    if (seconds === known) {
      const series = [before, info].map((one) => writtenLabels(one?.labels ?? [])).join(' and ');
      throw new QueryError('execution', `found duplicate series for info metric: ${series}`);
    }
    if (seconds > known) byName.set(name, info);
  }
  return [...byName.values()];
}

/** Undefined where a matcher wants what no info series has. */
function labelsAt(own: Labels, infos: readonly Info[], matchers: readonly Matcher[], step: number): Labels | undefined {
  const wanted = new Set(matchers.map(({ name }) => name));
  const present = latest(infos, step);
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
