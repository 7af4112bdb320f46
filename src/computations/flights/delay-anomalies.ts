/** Airports whose day was unlike their own last four weeks. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { robustScore } from '../statistics/robust-score.ts';
import { airportDay } from './airport-day.ts';
import type { AirportDay } from './airport-day.ts';

const DAYS_BEFORE = 28;
/** Half of the window: fewer days do not tell what is usual. */
const MIN_DAYS = 14;
/** The mean delay of fewer departures is mostly chance; days with fewer count neither as today nor as history. */
const MIN_DEPARTURES = 10;
/** Iglewicz & Hoaglin (1993) label modified z-scores beyond 3.5 as outliers. */
const OUTLIER = 3.5;

export const DelayAnomaly = z.object({
  meanDelay: z.number(),
  /** Median of the mean delays of the days before that count, and how many there were. */
  usualDelay: z.number(),
  days: z.number().int().min(MIN_DAYS).max(DAYS_BEFORE),
  /** Modified z-score against those days, today not among them. */
  score: z.number(),
  /** Unusually late, unusually early, or neither. */
  verdict: z.enum(['late', 'usual', 'early']),
});

/** Airports with fewer than 14 days that count, or fewer than 10 departures today, are left out: so the first fortnight is empty. */
export const delayAnomalies = defineComputation({
  name: 'delay-anomalies',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['delay', 'anomaly'],
  description: 'Mean delay of every airport against its own last 28 days (modified z-score)',
  needs: { today: dependency(airportDay), past: history(airportDay, DAYS_BEFORE) },
  output: z.record(z.string(), DelayAnomaly),
  headline: (airports) => {
    const late = Object.entries(airports).filter(([, { verdict }]) => verdict === 'late');
    const [worst] = late.sort(([, a], [, b]) => b.score - a.score);
    const judged = `${Object.keys(airports).length} airports judged`;
    return worst === undefined
      ? `${judged}, none unusually late`
      : `${judged}, ${late.length} unusually late, ${worst[0]} most`;
  },
  compute: ({ today, past }) => {
    const anomalies: Record<string, z.infer<typeof DelayAnomaly>> = {};
    for (const [airport, day] of Object.entries(today)) {
      const meanDelay = meaningfulDelay(day);
      if (meanDelay === undefined) continue;
      const before = past
        .map(({ value }) => meaningfulDelay(value[airport]))
        .filter((delay): delay is number => delay !== undefined);
      const robust = before.length < MIN_DAYS ? undefined : robustScore(meanDelay, before);
      if (robust === undefined) continue;
      const { median, score } = robust;
      const verdict = score > OUTLIER ? 'late' : score < -OUTLIER ? 'early' : 'usual';
      anomalies[airport] = { meanDelay, usualDelay: median, days: before.length, score, verdict };
    }
    return anomalies;
  },
});

const meaningfulDelay = (day: AirportDay | undefined): number | undefined =>
  day === undefined || day.departures < MIN_DEPARTURES ? undefined : (day.meanDelay ?? undefined);
