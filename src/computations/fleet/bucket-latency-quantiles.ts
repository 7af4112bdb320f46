/** How long the requests of each service took, from series of buckets. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { addBucket, type BucketSums, sharedBuckets } from '../statistics/bucket-histogram.ts';
import { durationBuckets, keyOf, originOf } from './fleet.ts';
import { Latency, latencyHeadline, quantilesOfBuckets } from './latency.ts';
import { increasesOf } from './request-windows.ts';

type Services = Map<string, { readonly organization: string; readonly service: string; readonly buckets: BucketSums }>;

/**
 * By `organization/service`: the same as `latency-quantiles`, of classic histograms as Prometheus's text and remote write have them, a series a bucket `le`.
 * Each bucket is a counter of its own; the mean is not known here. Services without a request are left out.
 */
export const bucketLatencyQuantiles = defineComputation({
  name: 'bucket-latency-quantiles',
  category: 'latency',
  productLines: ['fleet'],
  tags: ['latency'],
  description: 'Median, 90th and 99th percentile of how long requests of each service took, from classic buckets',
  needs: { buckets: dataset(durationBuckets, { dayBefore: true }) },
  output: z.record(z.string(), Latency),
  checks: { flatLine: false, nullDensity: false },
  headline: latencyHeadline,
  reduce: {
    init: (): Services => new Map(),
    add: (services, series, { date, before }) => {
      const bound = boundOf(series.labels['le']);
      if (bound === undefined) return;
      const { organization, service } = originOf(series);
      const key = keyOf(organization, service);
      const known = services.get(key) ?? { organization, service, buckets: new Map() };
      services.set(key, known);
      const count = increasesOf(series, before, date).reduce((sum, { value }) => sum + value, 0);
      addBucket(known.buckets, bound, count);
    },
    finish: (services) =>
      Object.fromEntries(
        [...services].flatMap(([key, { organization, service, buckets }]) => {
          const shared = sharedBuckets(buckets) ?? [];
          const count = shared.at(-1)?.count ?? 0;
          if (count === 0) return [];
          return [[key, { organization, service, count, mean: null, ...quantilesOfBuckets(shared), leftOut: 0 }]];
        }),
      ),
  },
});

/** Undefined of what is no number: such a series is no bucket. */
function boundOf(le: string | undefined): number | undefined {
  if (le === undefined || le.trim() === '') return undefined;
  const bound = /^\+?Inf$/i.test(le) ? Infinity : Number(le);
  return Number.isNaN(bound) ? undefined : bound;
}
