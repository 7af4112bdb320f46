/** How long the requests of each service took, from whole histograms. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import type { CollectedSeries } from '../../index.ts';
import { sharedBuckets } from '../statistics/bucket-histogram.ts';
import {
  addHistogram,
  emptyTotals,
  type Histogram,
  histogramIncrease,
  histogramOf,
  type HistogramTotals,
} from './compound-values.ts';
import { DAY_MS, dayBefore, durations, keyOf, LOOKBACK_MS, originOf, startOf } from './fleet.ts';
import { Latency, latencyHeadline, quantilesOfBuckets, quantilesOfSketch } from './latency.ts';

type Services = Map<
  string,
  { readonly organization: string; readonly service: string; readonly totals: HistogramTotals }
>;

/**
 * By `organization/service`, merged over its runtimes; services without a request are left out. Exponential histograms, OpenTelemetry's and Prometheus's native
 * ones, are sketches whose quantiles are off by a known relative error; those of chosen bounds are added up at the bounds that all share, and read as
 * `histogram_quantile` does. Increases are taken from reading to reading with resets, as those of counters; summaries are left out: their quantiles do not
 * merge. Sources: see `statistics/exponential-sketch.ts` and `statistics/bucket-histogram.ts`.
 */
export const latencyQuantiles = defineComputation({
  name: 'latency-quantiles',
  category: 'latency',
  productLines: ['fleet'],
  tags: ['latency'],
  description: 'Median, 90th and 99th percentile of how long requests of each service took, in seconds',
  needs: { durations: dataset(durations, { dayBefore: true }) },
  output: z.record(z.string(), Latency),
  checks: { flatLine: false, nullDensity: false },
  headline: latencyHeadline,
  reduce: {
    init: (): Services => new Map(),
    add: (services, series, { date, before }) => {
      const { organization, service } = originOf(series);
      const key = keyOf(organization, service);
      const known = services.get(key) ?? { organization, service, totals: emptyTotals() };
      services.set(key, known);
      for (const increase of increasesOf(series, before, date)) addHistogram(known.totals, increase);
    },
    finish: (services) =>
      Object.fromEntries(
        [...services].flatMap(([key, { organization, service, totals }]) => {
          const latency = latencyOf(totals);
          return latency === undefined ? [] : [[key, { organization, service, ...latency }]];
        }),
      ),
  },
});

function latencyOf({
  sketch,
  buckets,
  exponentialCount,
  explicitCount,
  sum,
}: HistogramTotals): Omit<Latency, 'organization' | 'service'> | undefined {
  const count = exponentialCount + explicitCount;
  if (count === 0) return undefined;
  const mean = sum === null ? null : sum / count;
  if (sketch !== undefined && exponentialCount >= explicitCount)
    return { count, mean, ...quantilesOfSketch(sketch), leftOut: explicitCount };
  return { count, mean, ...quantilesOfBuckets(sharedBuckets(buckets) ?? []), leftOut: exponentialCount };
}

function* increasesOf(
  series: CollectedSeries,
  before: CollectedSeries | undefined,
  date: string,
): Generator<Histogram> {
  const today = histogramsOf(series, date);
  if (series.temporality === 'delta') {
    for (const { histogram } of today) yield histogram;
    return;
  }
  let last = before === undefined ? undefined : lastOf(before, dayBefore(date));
  for (const one of today) {
    // Across midnight only where no reading is missing, as with counters.
    const isNext = last !== undefined && (last.time >= startOf(date) || one.time - last.time <= LOOKBACK_MS);
    if (last !== undefined && isNext) yield histogramIncrease(last.histogram, one.histogram);
    last = one;
  }
}

interface Timed {
  readonly time: number;
  readonly histogram: Histogram;
}

/** In the order of time, in which they are collected; what is out of it is left out. */
function* histogramsOf({ times, values }: CollectedSeries, date: string): Generator<Timed> {
  let from = startOf(date);
  for (const [at, time] of times.entries()) {
    if (!(time >= from && time < startOf(date) + DAY_MS)) continue;
    const histogram = histogramOf(values[at]);
    if (histogram === undefined) continue;
    from = time;
    yield { time, histogram };
  }
}

/** Found from the end, as the others are not read. */
function lastOf({ times, values }: CollectedSeries, date: string): Timed | undefined {
  for (let at = times.length - 1; at >= 0; at--) {
    const time = times[at] as number;
    const isOfDay = time >= startOf(date) && time < startOf(date) + DAY_MS;
    const histogram = isOfDay ? histogramOf(values[at]) : undefined;
    if (histogram !== undefined) return { time, histogram };
  }
  return undefined;
}
