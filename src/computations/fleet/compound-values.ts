/** Histograms as collected samples have them, as what can be added up and taken away. */
import { addBucket, type BucketSums } from '../statistics/bucket-histogram.ts';
import { atScale, emptySketch, type ExponentialSketch, mergeSketch } from '../statistics/exponential-sketch.ts';

/** Beyond OTLP's scales, -10 to 20, nobody sends any. */
const MAX_SCHEMA = 20;

/** A histogram at one moment, or what came to it since. */
export type Histogram = (
  | {
      readonly kind: 'exponential';
      readonly sketch: ExponentialSketch;
    }
  | {
      readonly kind: 'explicit';
      /** Ascending, the last one Infinity, each with how many values lie in its bucket. */
      readonly bounds: readonly number[];
      readonly counts: readonly number[];
    }
) & {
  readonly count: number;
  /** Null where the sender keeps none. */
  readonly sum: number | null;
};

type Json = Readonly<Record<string, unknown>>;

/** Undefined of what is no histogram: a summary, whose quantiles do not add up, or anything else. Read by hand: there is one a sample. */
export function histogramOf(value: unknown): Histogram | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, ...rest } = value as Json;
  const count = countOf(rest['count']);
  if (count === undefined) return undefined;
  const given = numberOf(rest['sum']);
  const sum = Number.isFinite(given) ? given : null;
  if (kind === 'exponential') {
    const sketch = sketchOf(rest);
    return sketch && { kind, sketch, count, sum };
  }
  if (kind !== 'histogram' && kind !== 'custom') return undefined;
  const buckets = bucketsOf(rest, kind, count);
  return buckets && { kind: 'explicit', ...buckets, count, sum };
}

function sketchOf({ schema, zeroCount, positive, negative }: Json): ExponentialSketch | undefined {
  if (typeof schema !== 'number' || !Number.isInteger(schema) || Math.abs(schema) > MAX_SCHEMA) return undefined;
  const sketch = emptySketch(schema);
  sketch.zero = countOf(zeroCount) ?? NaN;
  const isWhole = fill(sketch.positive, positive) && fill(sketch.negative, negative);
  return isWhole && sketch.zero >= 0 ? sketch : undefined;
}

/** Adds the counts of stretches by their indexes; false where they are of another form. */
function fill(counts: Map<number, number>, stretches: unknown): boolean {
  if (!Array.isArray(stretches)) return false;
  for (const { offset, counts: some } of stretches as Json[]) {
    if (typeof offset !== 'number' || !Number.isInteger(offset) || !Array.isArray(some)) return false;
    for (let at = 0; at < some.length; at++) {
      const count = countOf(some[at]);
      if (count === undefined) return false;
      if (count > 0) counts.set(offset + at, (counts.get(offset + at) ?? 0) + count);
    }
  }
  return true;
}

function bucketsOf(
  { bounds, counts, positive }: Json,
  kind: 'histogram' | 'custom',
  count: number,
): { readonly bounds: readonly number[]; readonly counts: readonly number[] } | undefined {
  if (!Array.isArray(bounds)) return undefined;
  const given = bounds.map(numberOf).filter((bound, at) => at < bounds.length - 1 || bound !== Infinity);
  if (!given.every((bound, at) => bound > (given[at - 1] ?? -Infinity))) return undefined;
  const all = [...given, Infinity];
  if (kind === 'custom') {
    const byIndex = new Map<number, number>();
    return fill(byIndex, positive) ? { bounds: all, counts: all.map((_, at) => byIndex.get(at) ?? 0) } : undefined;
  }
  if (!Array.isArray(counts)) return undefined;
  // OTLP leaves both out where a histogram is nothing but its count.
  const own = counts.length === 0 && given.length === 0 ? [count] : counts.map(countOf);
  const isWhole = own.length === all.length && own.every((one) => one !== undefined);
  return isWhole ? { bounds: all, counts: own } : undefined;
}

/** Counts of 64 bits are texts; what JSON has no number for is one, too. NaN of what is no number. */
function numberOf(given: unknown): number {
  if (typeof given === 'number') return given;
  if (typeof given !== 'string' || given === '') return NaN;
  if (/^\+?Inf/.test(given)) return Infinity;
  return given.startsWith('-Inf') ? -Infinity : Number(given);
}

function countOf(given: unknown): number | undefined {
  const count = numberOf(given);
  return count >= 0 && count < Infinity ? count : undefined;
}

/**
 * What came to a cumulative histogram since it was `before`: all of it, where it has begun anew. It has, where a count fell, its bounds are others, or its
 * resolution has become finer. Source: Prometheus, "Native Histograms", on counter reset detection.
 */
export function histogramIncrease(before: Histogram, now: Histogram): Histogram {
  if (now.count < before.count) return now;
  const sum = now.sum === null || before.sum === null ? null : now.sum - before.sum;
  const count = now.count - before.count;
  if (now.kind === 'exponential' && before.kind === 'exponential') {
    if (now.sketch.scale > before.sketch.scale) return now;
    const sketch = difference(now.sketch, atScale(before.sketch, now.sketch.scale));
    return sketch === undefined ? now : { kind: 'exponential', sketch, count, sum };
  }
  if (now.kind !== 'explicit' || before.kind !== 'explicit') return now;
  const isSame =
    now.bounds.length === before.bounds.length && now.bounds.every((bound, at) => bound === before.bounds[at]);
  if (!isSame) return now;
  const counts = now.counts.map((count, at) => count - (before.counts[at] as number));
  return counts.some((one) => one < 0) ? now : { kind: 'explicit', bounds: now.bounds, counts, count, sum };
}

/** Undefined when a bucket fell. */
function difference(now: ExponentialSketch, before: ExponentialSketch): ExponentialSketch | undefined {
  const positive = less(now.positive, before.positive);
  const negative = less(now.negative, before.negative);
  const zero = now.zero - before.zero;
  if (positive === undefined || negative === undefined || zero < 0) return undefined;
  return { scale: now.scale, zero, positive, negative };
}

function less(now: ReadonlyMap<number, number>, before: ReadonlyMap<number, number>): Map<number, number> | undefined {
  for (const [index, count] of before) if ((now.get(index) ?? 0) < count) return undefined;
  const left = new Map<number, number>();
  for (const [index, count] of now) {
    const rest = count - (before.get(index) ?? 0);
    if (rest > 0) left.set(index, rest);
  }
  return left;
}

/** What histograms of a service come to, in the space of one of each kind. */
export interface HistogramTotals {
  sketch: ExponentialSketch | undefined;
  readonly buckets: BucketSums;
  exponentialCount: number;
  explicitCount: number;
  sum: number | null;
}

export const emptyTotals = (): HistogramTotals => ({
  sketch: undefined,
  buckets: new Map(),
  exponentialCount: 0,
  explicitCount: 0,
  sum: 0,
});

/** In place. */
export function addHistogram(totals: HistogramTotals, histogram: Histogram): void {
  if (histogram.count === 0) return;
  totals.sum = totals.sum === null || histogram.sum === null ? null : totals.sum + histogram.sum;
  if (histogram.kind === 'exponential') {
    totals.exponentialCount += histogram.count;
    totals.sketch ??= emptySketch(histogram.sketch.scale);
    mergeSketch(totals.sketch, histogram.sketch);
    return;
  }
  totals.explicitCount += histogram.count;
  let notAbove = 0;
  for (const [at, bound] of histogram.bounds.entries())
    addBucket(totals.buckets, bound, (notAbove += histogram.counts[at] as number));
}
