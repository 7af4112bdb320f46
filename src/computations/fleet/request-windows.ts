/** Requests and errors of each service, by windows of five minutes: what error rates and burn rates are made of. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import type { CollectedSeries } from '../../index.ts';
import { counterIncrease } from '../statistics/counter-increase.ts';
import {
  DAY_MS,
  dayBefore,
  isError,
  keyOf,
  LOOKBACK_MS,
  MINUTE_MS,
  originOf,
  readingsOf,
  requests,
  startOf,
} from './fleet.ts';

/** The shortest window of a burn rate alert. */
export const WINDOW_MS = 5 * MINUTE_MS;
export const WINDOWS = DAY_MS / WINDOW_MS;

const counts = z.array(z.number().nonnegative()).length(WINDOWS);

export const RequestWindows = z.object({
  organization: z.string(),
  service: z.string(),
  /** How many requests are known to have ended, and how many of these in an error, in each five minutes from midnight on. */
  requests: counts,
  errors: counts,
  /** Of the whole day, those of series without a label that says how they ended; they are not in `requests`. */
  unknown: z.number().nonnegative(),
});
export type RequestWindows = z.infer<typeof RequestWindows>;

/** Memory is bounded by the services, however many series there are. */
type Totals = Map<
  string,
  { organization: string; service: string; requests: Float64Array; errors: Float64Array; unknown: number }
>;

/**
 * By `organization/service`: increases of all its counters, each in the five minutes in which it was read. A counter that falls has begun anew at 0, as
 * Prometheus has it; what lies between yesterday's last reading and today's first counts where these are no more than five minutes apart, and what a counter
 * had before it was first read does not, as nobody knows when that was: the first errors of a series that appears with them are missed, as Prometheus misses
 * them; clients do well to expose it at 0 before. A clock that is set back interleaves readings, each fall of which counts as a reset. Values of delta temporality are increases themselves; negative ones are none.
 */
export const requestWindows = defineComputation({
  name: 'request-windows',
  category: 'requests',
  productLines: ['fleet'],
  tags: ['errors'],
  description: 'Requests and errors of each service by five minutes',
  needs: { requests: dataset(requests, { dayBefore: true }) },
  output: z.record(z.string(), RequestWindows),
  checks: { flatLine: false },
  headline: (services) => {
    const all = Object.values(services).reduce((sum, { requests }) => sum + requests.reduce((a, b) => a + b, 0), 0);
    return `${Math.round(all)} requests of ${Object.keys(services).length} services`;
  },
  reduce: {
    init: (): Totals => new Map(),
    add: (totals, series, { date, before }) => {
      const { organization, service } = originOf(series);
      const key = keyOf(organization, service);
      let total = totals.get(key);
      if (total === undefined) {
        total = {
          organization,
          service,
          requests: new Float64Array(WINDOWS),
          errors: new Float64Array(WINDOWS),
          unknown: 0,
        };
        totals.set(key, total);
      }
      const isBad = isError(series);
      const start = startOf(date);
      for (const { time, value } of increasesOf(series, before, date)) {
        if (isBad === undefined) {
          total.unknown += value;
          continue;
        }
        const window = Math.floor((time - start) / WINDOW_MS);
        // Readings are of the day: the window is there.
        total.requests[window]! += value;
        if (isBad) total.errors[window]! += value;
      }
    },
    finish: (totals) =>
      Object.fromEntries(
        [...totals].map(([key, { requests, errors, ...rest }]) => [
          key,
          { ...rest, requests: [...requests], errors: [...errors] },
        ]),
      ),
  },
});

/** At the time of the reading that shows them. */
export function increasesOf(
  series: CollectedSeries,
  before: CollectedSeries | undefined,
  date: string,
): { readonly time: number; readonly value: number }[] {
  const readings = readingsOf(series, date);
  if (series.temporality === 'delta') return readings.filter(({ value }) => value > 0);
  let last = before === undefined ? undefined : readingsOf(before, dayBefore(date)).at(-1);
  if (last !== undefined && (readings[0]?.time ?? Infinity) - last.time > LOOKBACK_MS) last = undefined;
  const increases: { time: number; value: number }[] = [];
  for (const reading of readings) {
    // A counter below 0 is none; what it shows is not counted.
    if (last !== undefined)
      increases.push({ time: reading.time, value: Math.max(0, counterIncrease(last.value, reading.value)) });
    last = reading;
  }
  return increases;
}
