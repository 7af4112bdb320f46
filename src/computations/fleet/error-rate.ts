/** Which share of its requests each service failed. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { wilsonLowerBound } from '../statistics/wilson-bound.ts';
import { requestWindows } from './request-windows.ts';

const WINDOWS_AN_HOUR = 12;

export const ErrorRate = z.object({
  organization: z.string(),
  service: z.string(),
  /** Increases of counters over the day, of requests that are known to have ended one way or the other. */
  requests: z.number().nonnegative(),
  errors: z.number().nonnegative(),
  /** Requests of which no label says how they ended: in neither of the two. */
  unknown: z.number().nonnegative(),
  /** errors / requests, 0 to 1; null without requests, of which no rate is known. */
  errorRate: z.number().min(0).max(1).nullable(),
  /** Lower end of its 95 % interval (Wilson 1927), as if requests were independent. */
  errorRateAtLeast: z.number().min(0).max(1).nullable(),
  /** The hour (UTC, 0 to 23) with the highest error rate, the earlier of equals; null where there was no error. */
  worstHour: z.object({ hour: z.number().int().min(0).max(23), errorRate: z.number().min(0).max(1) }).nullable(),
});
export type ErrorRate = z.infer<typeof ErrorRate>;

/** By `organization/service`. */
export const errorRate = defineComputation({
  name: 'error-rate',
  category: 'requests',
  productLines: ['fleet'],
  tags: ['errors'],
  description: 'Requests, errors and error rate of each service',
  needs: { windows: dependency(requestWindows) },
  output: z.record(z.string(), ErrorRate),
  // Services without traffic have no rate, however many they are.
  checks: { flatLine: false, nullDensity: false },
  headline: (services) => {
    const [worst] = Object.entries(services)
      .filter(([, { errors }]) => errors > 0)
      .sort(([, a], [, b]) => (b.errorRate ?? 0) - (a.errorRate ?? 0));
    return worst === undefined
      ? `${Object.keys(services).length} services, no errors`
      : `${Object.keys(services).length} services, ${worst[0]} worst with ${((worst[1].errorRate ?? 0) * 100).toFixed(2)} % errors`;
  },
  compute: ({ windows }) =>
    Object.fromEntries(
      Object.entries(windows).map(([key, { organization, service, requests, errors, unknown }]) => {
        const [asked, failed] = [sum(requests), sum(errors)];
        const rate = rateOf(failed, asked);
        const rateAtLeast = rate === null ? null : Math.min(rate, wilsonLowerBound(rate * asked, asked));
        const worst = worstHourOf(requests, errors);
        return [
          key,
          {
            organization,
            service,
            requests: asked,
            errors: failed,
            unknown,
            errorRate: rate,
            errorRateAtLeast: rateAtLeast,
            worstHour: worst,
          },
        ];
      }),
    ),
});

/** Both are sums of parts, in whose last digits errors may be more than requests. */
const rateOf = (errors: number, requests: number): number | null =>
  requests > 0 ? Math.min(1, errors / requests) : null;

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function worstHourOf(requests: readonly number[], errors: readonly number[]): ErrorRate['worstHour'] {
  let worst: ErrorRate['worstHour'] = null;
  for (let hour = 0; hour < 24; hour++) {
    const [from, to] = [hour * WINDOWS_AN_HOUR, (hour + 1) * WINDOWS_AN_HOUR];
    const rate = rateOf(sum(errors.slice(from, to)), sum(requests.slice(from, to)));
    if (rate !== null && rate > (worst?.errorRate ?? 0)) worst = { hour, errorRate: rate };
  }
  return worst;
}
