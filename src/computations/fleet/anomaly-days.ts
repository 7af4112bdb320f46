/** Services whose day was unlike their own days before, by traffic and by errors. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { DAYS_BEFORE, dayAnomaly, DayAnomaly } from './day-anomaly.ts';
import { type ErrorRate, errorRate } from './error-rate.ts';

/** Ours, in requests: a day within a tenth of its like is none, as 3.5 of these are needed. */
const LEAST_TRAFFIC_SHARE = 0.03;
/** Of an error rate: less than three errors in ten thousand more than usual is none. */
const LEAST_RATE = 0.0001;

export const AnomalyDay = z.object({
  organization: z.string(),
  service: z.string(),
  /** Of the requests of the day, those without a known outcome among them. Null, as is `errorRate`, in the first three weeks, and the rate without traffic. */
  requests: DayAnomaly.nullable(),
  errorRate: DayAnomaly.nullable(),
});

/**
 * By `organization/service`: the modified z-score against the same weekdays of the eight weeks before (see `statistics/weekday-score.ts`); beyond 3.5 a day is
 * `high` or `low`. A holiday is `low`, too. A service that has no series on a day is not there that day: its absence is told by `service-availability`.
 */
export const anomalyDays = defineComputation({
  name: 'anomaly-days',
  category: 'requests',
  productLines: ['fleet'],
  tags: ['errors', 'anomaly'],
  description: 'Traffic and error rate of each service against the same weekdays before (modified z-score)',
  needs: { today: dependency(errorRate), past: history(errorRate, DAYS_BEFORE) },
  output: z.record(z.string(), AnomalyDay),
  // The first three weeks have no score.
  checks: { flatLine: false, nullDensity: false },
  headline: (services) => {
    const odd = Object.entries(services).filter(([, one]) => isOdd(one.requests) || isOdd(one.errorRate));
    return `${Object.keys(services).length} services, ${odd.length === 0 ? 'none' : odd.map(([key]) => key).join(', ')} unusual`;
  },
  compute: ({ today, past }, { date }) =>
    Object.fromEntries(
      Object.entries(today).map(([key, own]) => {
        const against = (
          levelOf: (day: ErrorRate) => number | null,
          least: (usual: number) => number,
        ): DayAnomaly | null =>
          dayAnomaly(
            { date, level: levelOf(own) },
            past.map(({ date, value }) => ({ date, level: value[key] && levelOf(value[key]) })),
            least,
          );
        return [
          key,
          {
            organization: own.organization,
            service: own.service,
            requests: against(
              ({ requests, unknown }) => requests + unknown,
              (usual) => Math.abs(usual) * LEAST_TRAFFIC_SHARE,
            ),
            errorRate: against(
              ({ errorRate }) => errorRate,
              () => LEAST_RATE,
            ),
          },
        ];
      }),
    ),
});

export const isOdd = (anomaly: DayAnomaly | null): boolean => anomaly !== null && anomaly.verdict !== 'usual';
