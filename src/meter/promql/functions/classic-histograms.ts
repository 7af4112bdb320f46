/** Histograms of buckets that are series, by their upper bound `le`: cumulative, the last without bound. */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import type { Budget } from '../evaluate/budget.ts';
import { emptySeries, labelOf, labelsKey, type VectorSeries } from '../evaluate/series.ts';
import { ascending } from './sums.ts';

export interface Bucket {
  readonly bound: number;
  count: number;
}

export const BUCKET_LABEL = 'le';

/** Counts that differ by less, relatively, are the same, rounded otherwise. https://github.com/prometheus/prometheus/pull/12930 */
const SMALL_DELTA = 1e-12;

/** Told of a series that is no bucket. */
type NoBound = (le: string, metric: string) => void;

interface Histogram {
  readonly labels: Labels;
  readonly buckets: readonly { readonly bound: number; readonly series: VectorSeries }[];
}

/** By the labels that they share. */
function histogramsOf(series: readonly VectorSeries[], noBound: NoBound): Histogram[] {
  const byKey = new Map<string, { labels: Labels; buckets: { bound: number; series: VectorSeries }[] }>();
  for (const one of series) {
    const text = labelOf(one.labels, BUCKET_LABEL);
    const bound = boundOf(text);
    if (bound === undefined) {
      noBound(text, labelOf(one.labels, NAME_LABEL));
      continue;
    }
    const labels = one.labels.filter(([name]) => name !== BUCKET_LABEL);
    const key = labelsKey(labels);
    const found = byKey.get(key) ?? { labels, buckets: [] };
    byKey.set(key, found);
    found.buckets.push({ bound, series: one });
  }
  for (const { buckets } of byKey.values()) buckets.sort((a, b) => ascending(a.bound, b.bound));
  return [...byKey.values()];
}

export function boundOf(text: string): number | undefined {
  if (/^\+?inf(?:inity)?$/i.test(text)) return Infinity;
  if (/^-inf(?:inity)?$/i.test(text)) return -Infinity;
  const bound = Number(text);
  return text.trim() === '' || Number.isNaN(bound) ? undefined : bound;
}

/** A number a histogram and step; none where there are no buckets. `act` may change what it is given. */
export function ofHistograms(
  series: readonly VectorSeries[],
  count: number,
  act: (buckets: Bucket[], step: number, metric: string) => number,
  budget: Budget,
  noBound: NoBound,
): VectorSeries[] {
  return histogramsOf(series, noBound).map(({ labels, buckets }) => {
    const metric = labelOf(labels, NAME_LABEL);
    budget.spend(count);
    const made = emptySeries(
      labels,
      count,
      labels.some(([name]) => name === NAME_LABEL),
    );
    for (let step = 0; step < count; step++) {
      budget.pass(buckets.length);
      const present: Bucket[] = [];
      for (const { bound, series: one } of buckets) {
        if (one.has[step] !== 1) continue;
        const last = present.at(-1);
        const value = one.values[step] as number;
        // "1" and "1.0" are one bucket.
        if (last?.bound === bound) last.count += value;
        else present.push({ bound, count: value });
      }
      if (present.length === 0) continue;
      made.values[step] = act(present, step, metric);
      made.has[step] = 1;
    }
    return made;
  });
}

/** Cumulative again, where scrapes of parts, or rounding, have made it fall; whether it was more than rounding. */
function straighten(buckets: Bucket[]): boolean {
  let fell = false;
  let before = (buckets[0] as Bucket).count;
  for (const bucket of buckets.slice(1)) {
    if (bucket.count < before || isAlmost(before, bucket.count)) {
      if (!isAlmost(before, bucket.count)) fell = true;
      bucket.count = before;
    } else before = bucket.count;
  }
  return fell;
}

const isAlmost = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) / Math.min(Math.abs(a) + Math.abs(b), Number.MAX_VALUE) < SMALL_DELTA;

/** Within a bucket values are taken to lie evenly; the lowest begins at 0, unless it ends below. NaN of what is no histogram. */
export function bucketQuantile(q: number, buckets: Bucket[], onFall: () => void): number {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  if (buckets.at(-1)?.bound !== Infinity) return NaN;
  if (straighten(buckets)) onFall();
  if (buckets.length < 2) return NaN;
  const all = (buckets.at(-1) as Bucket).count;
  if (all === 0 || Number.isNaN(all)) return NaN;
  const rank = q * all;
  const at = buckets.findIndex(({ count }, index) => index === buckets.length - 1 || count >= rank);
  if (at === buckets.length - 1) return (buckets.at(-2) as Bucket).bound;
  const { bound, count } = buckets[at] as Bucket;
  if (at === 0 && bound <= 0) return bound;
  const below = buckets[at - 1] ?? { bound: 0, count: 0 };
  return below.bound + (bound - below.bound) * ((rank - below.count) / (count - below.count));
}

/** The share that lies between two values. NaN of what is no histogram. */
export function bucketFraction(lower: number, upper: number, buckets: Bucket[]): number {
  if (buckets.at(-1)?.bound !== Infinity) return NaN;
  straighten(buckets);
  const all = (buckets.at(-1) as Bucket).count;
  if (all === 0 || Number.isNaN(all) || Number.isNaN(lower) || Number.isNaN(upper)) return NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper, buckets, all) - rankOf(lower, buckets, all)) / all;
}

/** How many are not above a value. */
function rankOf(value: number, buckets: readonly Bucket[], all: number): number {
  if (value === -Infinity) return 0;
  let below = { bound: (buckets[0] as Bucket).bound > 0 ? 0 : -Infinity, count: 0 };
  for (const bucket of buckets) {
    if (value <= below.bound) return Math.min(below.count, all);
    if (value < bucket.bound) {
      const share = (value - below.bound) / (bucket.bound - below.bound);
      // In a bucket without an end values may lie anywhere: none of them is told apart.
      return Number.isFinite(below.bound) && bucket.bound !== Infinity
        ? below.count + (bucket.count - below.count) * share
        : below.count;
    }
    below = bucket;
  }
  return all;
}
