/** Services whose requests took unlike their own days before. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { isOdd } from './anomaly-days.ts';
import { DAYS_BEFORE, dayAnomaly, DayAnomaly } from './day-anomaly.ts';
import { latencyQuantiles } from './latency-quantiles.ts';

/** Ours: a day within a sixth of its like is none, as 3.5 of these are needed. */
const LEAST_SHARE = 0.05;

export const LatencyAnomalyDay = z.object({
  organization: z.string(),
  service: z.string(),
  /** Seconds, of the 99th percentile. Null in the first three weeks. */
  p99: DayAnomaly.nullable(),
});

/** By `organization/service`; scored as `anomaly-days`. */
export const latencyAnomalyDays = defineComputation({
  name: 'latency-anomaly-days',
  category: 'latency',
  productLines: ['fleet'],
  tags: ['latency', 'anomaly'],
  description: '99th percentile of each service against the same weekdays before (modified z-score)',
  needs: { today: dependency(latencyQuantiles), past: history(latencyQuantiles, DAYS_BEFORE) },
  output: z.record(z.string(), LatencyAnomalyDay),
  checks: { flatLine: false, nullDensity: false },
  headline: (services) => {
    const odd = Object.entries(services).filter(([, { p99 }]) => isOdd(p99));
    return `${Object.keys(services).length} services, ${odd.length === 0 ? 'none' : odd.map(([key]) => key).join(', ')} unusual`;
  },
  compute: ({ today, past }, { date }) =>
    Object.fromEntries(
      Object.entries(today).map(([key, { organization, service, p99 }]) => {
        const before = past.map(({ date, value }) => ({ date, level: value[key]?.p99?.value }));
        const anomaly = dayAnomaly({ date, level: p99?.value }, before, (usual) => Math.abs(usual) * LEAST_SHARE);
        return [key, { organization, service, p99: anomaly }];
      }),
    ),
});
