/** The durations of a service's requests, as a few numbers. */
import { z } from 'zod';
import { bucketQuantile, type CumulativeBucket } from '../statistics/bucket-histogram.ts';
import {
  type ExponentialSketch,
  type QuantileEstimate,
  relativeErrorOf,
  sketchQuantile,
} from '../statistics/exponential-sketch.ts';

const Quantile = z.object({
  /** Seconds, as estimated. */
  value: z.number(),
  /** Seconds within which the quantile of the requests lies for sure: the ends of its bucket; null where the bucket has no end. */
  low: z.number().nullable(),
  high: z.number().nullable(),
});

export const Latency = z.object({
  organization: z.string(),
  service: z.string(),
  /** Requests of the day that were timed. */
  count: z.number().nonnegative(),
  /** Mean seconds of these, exact; null where a histogram came without its sum. */
  mean: z.number().nullable(),
  /** Which histograms the quantiles are of: exponential ones, or those of chosen bounds. */
  kind: z.enum(['exponential', 'explicit']),
  /** The most by which a quantile is off, relatively; null of chosen bounds, where `low` and `high` say it. */
  relativeError: z.number().positive().nullable(),
  p50: Quantile.nullable(),
  p90: Quantile.nullable(),
  p99: Quantile.nullable(),
  /** Requests that are not in the quantiles: timed by a histogram of the other kind, where a service has both; those that are most stay. */
  leftOut: z.number().nonnegative(),
});
export type Latency = z.infer<typeof Latency>;

type Quantiles = Pick<Latency, 'kind' | 'relativeError' | 'p50' | 'p90' | 'p99'>;

const quantilesBy = (
  of: (probability: number) => QuantileEstimate | undefined,
): Pick<Latency, 'p50' | 'p90' | 'p99'> => ({
  p50: of(0.5) ?? null,
  p90: of(0.9) ?? null,
  p99: of(0.99) ?? null,
});

export const quantilesOfSketch = (sketch: ExponentialSketch): Quantiles => ({
  kind: 'exponential',
  relativeError: relativeErrorOf(sketch),
  ...quantilesBy((probability) => sketchQuantile(sketch, probability)),
});

export const quantilesOfBuckets = (buckets: readonly CumulativeBucket[]): Quantiles => ({
  kind: 'explicit',
  relativeError: null,
  ...quantilesBy((probability) => bucketQuantile(buckets, probability)),
});

export function latencyHeadline(services: Readonly<Record<string, Latency>>): string {
  const all = Object.entries(services);
  const [slowest] = all.toSorted(([, a], [, b]) => (b.p99?.value ?? 0) - (a.p99?.value ?? 0));
  return slowest === undefined
    ? 'no requests timed'
    : `${all.length} services, ${slowest[0]} slowest with a p99 of ${(slowest[1].p99?.value ?? 0).toPrecision(3)} s`;
}
