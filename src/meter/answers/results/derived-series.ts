/**
 * Results as series: each number of a computation is a metric `daymill:computation:member`, with the entity as a label, and holds for the day that
 * it is of.
 */
import { type Day, daysFrom } from '../../../values/date.ts';
import { type Labels, NAME_LABEL, sortedLabels } from '../../model/series.ts';
import type { ResultComputation } from '../../ports/results.ts';
import { labelsKey } from '../../promql/evaluate/series.ts';
import { literalsOf, seriesTest } from '../../promql/matchers.ts';
import { QueryError } from '../../promql/query-error.ts';
import type { Matcher, SelectedSeries, Selection } from '../../promql/selection.ts';
import { SeriesBuilder } from '../query/series-builder.ts';
import { maySeeAny, maySeeEntity, type Seer } from './may-see.ts';
import type { ResultPorts } from './read-results.ts';

export const DERIVED_PREFIX = 'daymill:';

const DAY_MS = 86_400_000;

/** Levels of objects within a value whose numbers are metrics. */
const MAX_LEVELS = 3;

export interface DerivedLimits {
  readonly maxSamples: number;
  readonly maxSeries: number;
}

/** What PromQL's grammar takes for a name without quotes. */
const plain = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_]/g, '_');

/** Whether a selector may mean any of them: most do not, and nothing is read for those. */
export function mayBeDerived(matchers: readonly Matcher[]): boolean {
  const names = matchers.filter(({ name }) => name === NAME_LABEL);
  return names.some(
    (one) => literalsOf(one)?.some((name) => name.startsWith(DERIVED_PREFIX)) ?? one.value.includes(DERIVED_PREFIX),
  );
}

/** @throws {QueryError} of a bound that is met */
export async function selectDerived(
  seer: Seer,
  { matchers, fromMs, toMs }: Pick<Selection, 'matchers' | 'fromMs' | 'toMs'>,
  limits: DerivedLimits,
  { results }: ResultPorts,
  signal: AbortSignal,
): Promise<SelectedSeries[]> {
  const fits = seriesTest(matchers);
  const builders = new Map<string, SeriesBuilder>();
  let samples = 0;
  for (const computation of await wantedComputations(seer, matchers, { results }))
    // What is of a day holds until its end: the day before the first may still hold.
    for (const day of daysOf(fromMs - DAY_MS, toMs)) {
      signal.throwIfAborted();
      const result = await results.read(computation.name, day);
      for await (const entries of result?.entries() ?? [])
        for (const [id, value] of entries) {
          if (!maySeeEntity(seer, computation, id)) continue;
          for (const [labels, number] of numbersOf(computation, id, value)) {
            if (!fits(labels)) continue;
            const key = labelsKey(labels);
            const builder = builders.get(key) ?? new SeriesBuilder(labels);
            builders.set(key, builder);
            builder.push(Date.parse(`${day}T00:00:00Z`), number);
            if (++samples > limits.maxSamples || builders.size > limits.maxSeries) throw tooMany(limits);
          }
        }
    }
  return [...builders.values()].map((builder) => builder.build(DAY_MS));
}

const tooMany = ({ maxSamples, maxSeries }: DerivedLimits): QueryError =>
  new QueryError(
    'execution',
    `the query selects more results than max_samples_per_query (${maxSamples}) or max_fetched_series_per_query (${maxSeries}) allow. Name the entity.`,
  );

async function wantedComputations(
  seer: Seer,
  matchers: readonly Matcher[],
  { results }: ResultPorts,
): Promise<ResultComputation[]> {
  const names = matchers.filter(({ name }) => name === NAME_LABEL);
  const literals = names.map(literalsOf).find((one) => one !== undefined);
  return [...(await results.computations()).values()].filter((one) => {
    if (!maySeeAny(seer, one)) return false;
    const own = `${DERIVED_PREFIX}${plain(one.name)}`;
    return literals?.some((name) => name === own || name.startsWith(`${own}:`)) ?? true;
  });
}

const daysOf = (fromMs: number, toMs: number): Day[] =>
  daysFrom(new Date(fromMs).toISOString().slice(0, 10), new Date(toMs).toISOString().slice(0, 10));

/** Each number of a value, and each truth as 1 or 0, with its labels. */
export function* numbersOf(
  { name }: Pick<ResultComputation, 'name'>,
  entity: string,
  value: unknown,
): Generator<readonly [labels: Labels, value: number]> {
  const labels = (metric: string): Labels =>
    sortedLabels([
      [NAME_LABEL, metric],
      ['entity', entity],
    ]) ?? [];
  yield* walk(`${DERIVED_PREFIX}${plain(name)}`, value, 0);

  function* walk(metric: string, at: unknown, level: number): Generator<readonly [Labels, number]> {
    if (typeof at === 'number') yield [labels(metric), at];
    else if (typeof at === 'boolean') yield [labels(metric), Number(at)];
    else if (typeof at === 'object' && at !== null && !Array.isArray(at) && level < MAX_LEVELS)
      for (const [member, own] of Object.entries(at)) yield* walk(`${metric}:${plain(member)}`, own, level + 1);
  }
}

/** Names that there are on a day, for who completes them. */
export async function derivedNames(seer: Seer, day: Day, { results }: ResultPorts): Promise<string[]> {
  const names = new Set<string>();
  for (const computation of (await results.computations()).values()) {
    if (!maySeeAny(seer, computation)) continue;
    const result = await results.read(computation.name, day);
    for await (const entries of result?.entries() ?? []) {
      // All of them look alike: a few tell.
      for (const [id, value] of entries.slice(0, 10))
        for (const [labels] of numbersOf(computation, id, value))
          for (const [label, text] of labels) if (label === NAME_LABEL) names.add(text);
      break;
    }
  }
  return [...names].toSorted();
}
