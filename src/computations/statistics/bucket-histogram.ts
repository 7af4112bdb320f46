/** Histograms of chosen bounds, added up over what has counted them. */
import type { QuantileEstimate } from './exponential-sketch.ts';

/** Counts that differ by less, relatively, are one count, rounded otherwise: as Prometheus has it since 2.50. */
const SMALL_DELTA = 1e-12;

/** By upper bound, Infinity among them: how many values were not above it, and of how many histograms that is the sum. */
export type BucketSums = Map<number, { count: number; histograms: number }>;

/** Adds the bucket of one histogram, in place. */
export function addBucket(sums: BucketSums, bound: number, count: number): void {
  const known = sums.get(bound);
  if (known === undefined) sums.set(bound, { count, histograms: 1 });
  else {
    known.count += count;
    known.histograms++;
  }
}

export interface CumulativeBucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The sum as one histogram, ascending: of the bounds those that all histograms have, as a count of a part of them is not one of the whole. It is the exact
 * histogram of all values at those bounds. Where scrapes of parts, or rounding, made counts fall, they are raised to the one before.
 * Undefined without a bucket of infinite bound: then nobody knows how many values there were.
 */
export function sharedBuckets(sums: BucketSums): readonly CumulativeBucket[] | undefined {
  const all = sums.get(Infinity);
  if (all === undefined) return undefined;
  let highest = 0;
  return [...sums]
    .filter(([, { histograms }]) => histograms === all.histograms)
    .sort(([a], [b]) => a - b)
    .map(([bound, { count }]) => {
      if (count - highest > SMALL_DELTA * count) highest = count;
      return { bound, count: highest };
    });
}

/**
 * Values are taken to lie evenly within a bucket; the lowest begins at 0 where its bound is positive, and gives its bound where it is not. In the last,
 * which has no end, the quantile is the highest bound. Undefined of nothing, or of a single bucket, which says nothing.
 * Source: Prometheus, "Query functions", `histogram_quantile()`. The bounds of the bucket bound the error.
 */
export function bucketQuantile(
  buckets: readonly CumulativeBucket[],
  probability: number,
): QuantileEstimate | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (buckets.length < 2 || !(total > 0)) return undefined;
  const rank = probability * total;
  const at = buckets.findIndex(({ count }) => count >= rank);
  if (at === -1 || at === buckets.length - 1) {
    const highest = (buckets.at(-2) as CumulativeBucket).bound;
    return { value: highest, low: highest, high: null };
  }
  const { bound, count } = buckets[at] as CumulativeBucket;
  if (at === 0 && bound <= 0) return { value: bound, low: null, high: bound };
  const below = buckets[at - 1] ?? { bound: 0, count: 0 };
  const share = count === below.count ? 1 : (rank - below.count) / (count - below.count);
  return { value: below.bound + (bound - below.bound) * share, low: below.bound, high: bound };
}
