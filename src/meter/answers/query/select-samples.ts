/** What a selector means, out of the days that hold it: one series for each set of labels, whatever days, spellings and segments it lies in. */
import pLimit from 'p-limit';
import { addDays, type Day, dayOf } from '../../../values/date.ts';
import type { Organization } from '../../model/organization.ts';
import { KIND, type Samples } from '../../model/samples.ts';
import { type Labels, metricName } from '../../model/series.ts';
import type { Chunks } from '../../ports/chunks.ts';
import type { DayKey, DayStore, SeriesId } from '../../ports/day-store.ts';
import { seriesTest } from '../../promql/matchers.ts';
import { QueryError } from '../../promql/query-error.ts';
import type { SelectedSeries, Selection } from '../../promql/selection.ts';
import { labelsKey, withLabel } from '../../promql/evaluate/series.ts';
import { chooseResolution, useOf } from '../../rollups/choose-resolution.ts';
import { holdsOneOf, type RollupEntry } from '../../rollups/chunk-index.ts';
import { readRollupPart } from '../../rollups/rollup-part.ts';
import { sortKeyOf } from '../../rollups/sort-key.ts';
import { eachValue } from './read-parts.ts';
import { pushWindow } from './rollup-points.ts';
import { SeriesBuilder } from './series-builder.ts';
import { type Part, VALUE_LABEL, type WantedSeries, wantedSeries } from './wanted-series.ts';

export interface SelectLimits {
  readonly maxSamples: number;
  readonly maxSeries: number;
}

export interface SelectPorts {
  readonly days: Pick<DayStore, 'dictionary' | 'segments'>;
  readonly chunks: Pick<Chunks, 'index' | 'rollups'>;
}

/** Days that are read at once. */
const DAYS_AT_ONCE = 8;

/** Days of one selection: what is asked for since 1970 is asked for since then. */
export const MAX_DAYS = 400;

/** For which functions deltas are summed up first. */
const OF_COUNTERS = new Set(['rate', 'increase', 'irate']);

/** @throws {QueryError} of a bound that is met @throws {RetryableError} UNAVAILABLE */
export async function selectSamples(
  organization: Organization,
  selection: Selection,
  limits: SelectLimits,
  { days, chunks }: SelectPorts,
  signal: AbortSignal,
): Promise<SelectedSeries[]> {
  const gathered = new Gathered(selection, limits);
  const resolutionMs = chooseResolution(selection);
  const atOnce = pLimit(DAYS_AT_ONCE);
  await Promise.all(
    daysOf(selection).map((day) =>
      atOnce(async () => {
        signal.throwIfAborted();
        const dictionary = await days.dictionary({ organization, day });
        const wanted = wantedSeries(dictionary, selection.matchers);
        if (wanted.length === 0) return;
        const keys = wanted.map(({ series }) => sortKeyOf(series)).sort();
        const rollups = await rollupsFor({ organization, day }, { selection, resolutionMs, keys }, chunks);
        if (rollups !== undefined) {
          const reader = gathered.rollupReader(wanted);
          for await (const { samples } of chunks.rollups({ organization, day }, rollups)) {
            signal.throwIfAborted();
            reader(samples);
          }
          return;
        }
        const reader = gathered.reader(wanted);
        const times = { fromMs: selection.fromMs, toMs: selection.toMs };
        for await (const { samples } of days.segments({ organization, day }, { ...times, keys })) {
          signal.throwIfAborted();
          reader(samples);
        }
      }),
    ),
  );
  return gathered.series();
}

/**
 * Parts to read of a day in place of its samples: where the question allows for it, or where there are no samples any more. Then the finest are
 * taken, and what needs more than they say is answered from the last sample of each window.
 */
async function rollupsFor(
  key: DayKey,
  asked: { readonly selection: Selection; readonly resolutionMs: number | undefined; readonly keys: readonly string[] },
  chunks: SelectPorts['chunks'],
): Promise<readonly RollupEntry[] | undefined> {
  const { index } = await chunks.index(key);
  if (index.rolledUp === undefined || (asked.resolutionMs === undefined && !index.rolledUp.isAlone)) return undefined;
  const { parts } = index.rolledUp;
  const resolutionMs = asked.resolutionMs ?? Math.min(...parts.map((part) => part.resolutionMs));
  return parts.filter((part) => part.resolutionMs === resolutionMs && holdsOneOf(part, asked.keys));
}

/** Ascending; the last of them, where they are too many. */
export function daysOf({ fromMs, toMs }: Pick<Selection, 'fromMs' | 'toMs'>): Day[] {
  const last = dayOf(clamped(toMs));
  const first = dayOf(Math.max(clamped(fromMs), clamped(toMs) - MAX_DAYS * 86_400_000));
  const days: Day[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Days are written with four digits. */
const clamped = (ms: number): number => Math.max(0, Math.min(ms, Date.UTC(9999, 11, 30)));

/** Series as they come together. */
class Gathered {
  readonly #selection: Selection;
  readonly #limits: SelectLimits;
  readonly #builders = new Map<string, { readonly builder: SeriesBuilder; readonly isDelta: boolean }>();
  #samples = 0;

  constructor(selection: Selection, limits: SelectLimits) {
    this.#selection = selection;
    this.#limits = limits;
  }

  series(): SelectedSeries[] {
    const sums = OF_COUNTERS.has(this.#selection.func ?? '');
    return [...this.#builders.values()]
      .filter(({ builder }) => builder.length > 0)
      .map(({ builder, isDelta }) => (isDelta && sums ? builder.buildSummed() : builder.build()));
  }

  /** Takes of a day's segments what is wanted. */
  reader(wanted: readonly WantedSeries[]): (samples: Samples) => void {
    const byId = new Map<SeriesId, Take[]>();
    for (const one of wanted) byId.set(one.id, [...(byId.get(one.id) ?? []), this.#take(one)]);
    return (samples) => {
      let taken = 0;
      for (let start = 0; start < samples.length;) {
        const id = samples.series[start] as number;
        let end = start + 1;
        while (end < samples.length && samples.series[end] === id) end++;
        for (const take of byId.get(id) ?? []) taken += take(samples, start, end);
        start = end;
      }
      this.#spend(taken);
    };
  }

  #spend(samples: number): void {
    this.#samples += samples;
    if (this.#samples > this.#limits.maxSamples)
      throw new QueryError(
        'execution',
        `the query selects more than the ${this.#limits.maxSamples} samples of max_samples_per_query. ` +
          'Ask for fewer series, or for a shorter range.',
      );
  }

  /** Takes of a day's rollups what is wanted. Of histograms and summaries there are none. */
  rollupReader(wanted: readonly WantedSeries[]): (samples: Samples) => void {
    const use = useOf(this.#selection) ?? 'last';
    const builders = new Map(
      wanted
        .filter(({ part }) => part === 'value')
        .map(({ id, labels, series }) => [id, this.#builder(labels, series.temporality === 'delta')]),
    );
    const { fromMs, toMs } = this.#selection;
    return (samples) =>
      readRollupPart(
        samples,
        (id) => builders.has(id),
        (id, windows) => {
          const builder = builders.get(id) as SeriesBuilder;
          for (const window of windows) {
            if (window.lastAtMs <= fromMs || window.firstAtMs > toMs) continue;
            pushWindow(builder, window, use);
            this.#spend(1);
          }
        },
      );
  }

  #take({ series, part, labels }: WantedSeries): Take {
    const { fromMs, toMs, matchers } = this.#selection;
    const isDelta = series.temporality === 'delta';
    const own = VALUE_LABEL[part];
    if (own === undefined) {
      const builder = this.#builder(labels, isDelta);
      const each = part === 'value' ? valueTaker(builder, metricName(labels) ?? '') : partTaker(builder, part);
      return (samples, start, end) =>
        (part === 'value' ? takeRun(samples, start, end, { fromMs, toMs, builder }) : undefined) ??
        takeEach(samples, start, end, { fromMs, toMs, each });
    }
    const fits = seriesTest(matchers.filter(({ name }) => name === own));
    const byValue = new Map<string, SeriesBuilder | undefined>();
    const each = (samples: Samples, at: number, time: number): void => {
      const compound = samples.compoundAt(at);
      if (compound === undefined) return;
      eachValue(compound, part, '', (value, text) => {
        if (!byValue.has(text)) {
          const whole = withLabel(labels, own, text);
          byValue.set(text, fits(whole) ? this.#builder(whole, isDelta) : undefined);
        }
        byValue.get(text)?.push(time, value);
      });
    };
    return (samples, start, end) => takeEach(samples, start, end, { fromMs, toMs, each });
  }

  #builder(labels: Labels, isDelta: boolean): SeriesBuilder {
    const key = labelsKey(labels);
    const found = this.#builders.get(key);
    if (found !== undefined) return found.builder;
    if (this.#builders.size >= this.#limits.maxSeries)
      throw new QueryError(
        'execution',
        `the query selects more than the ${this.#limits.maxSeries} series of max_fetched_series_per_query. Name more labels.`,
      );
    const builder = new SeriesBuilder(labels);
    this.#builders.set(key, { builder, isDelta });
    return builder;
  }
}

/** Takes of a stretch of one series what is wanted; answers how many samples that is. */
type Take = (samples: Samples, start: number, end: number) => number;

type TakeOne = (samples: Samples, at: number, time: number) => void;

/** All at once, where they are doubles in the order of time, as nearly all are; undefined where they are not. */
function takeRun(
  { timestampsMs, kinds, doubles }: Samples,
  start: number,
  end: number,
  { fromMs, toMs, builder }: { readonly fromMs: number; readonly toMs: number; readonly builder: SeriesBuilder },
): number | undefined {
  let [first, last] = [end, start];
  for (let at = start; at < end; at++) {
    const time = timestampsMs[at] as number;
    if (kinds[at] !== KIND.double || (at > start && time <= (timestampsMs[at - 1] as number))) return undefined;
    if (time <= fromMs || time > toMs) continue;
    if (first === end) first = at;
    last = at + 1;
  }
  if (first >= last) return 0;
  builder.pushRun(timestampsMs.subarray(first, last), doubles.subarray(first, last));
  return last - first;
}

function takeEach(
  samples: Samples,
  start: number,
  end: number,
  { fromMs, toMs, each }: { readonly fromMs: number; readonly toMs: number; readonly each: TakeOne },
): number {
  let taken = 0;
  for (let at = start; at < end; at++) {
    const time = samples.timestampsMs[at] as number;
    if (time <= fromMs || time > toMs) continue;
    each(samples, at, time);
    taken++;
  }
  return taken;
}

const valueTaker =
  (builder: SeriesBuilder, name: string): TakeOne =>
  (samples, at, time) => {
    const value = samples.numberAt(at);
    const compound = samples.compoundAt(at);
    if (compound !== undefined) eachValue(compound, 'value', name, (one) => builder.push(time, one));
    else if (value === undefined) return;
    else if (Number.isNaN(value) && samples.isStale(at)) builder.pushStale(time);
    else builder.push(time, value);
  };

const partTaker =
  (builder: SeriesBuilder, part: Part): TakeOne =>
  (samples, at, time) => {
    const compound = samples.compoundAt(at);
    if (compound !== undefined) eachValue(compound, part, '', (one) => builder.push(time, one));
  };
