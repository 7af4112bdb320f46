/** Does a late morning make a late evening? Every airport, over its last 30 days. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { linearFit } from '../statistics/linear-fit.ts';
import { airportDayparts } from './airport-dayparts.ts';
import type { AirportDayparts } from './airport-dayparts.ts';

/** Today and the 29 days before. */
const DAYS_BEFORE = 29;
/** Fewer days say nothing about a relation. */
const MIN_DAYS = 10;
/** The mean delay of fewer departures is mostly chance; a day counts when both its parts have as many. */
const MIN_DEPARTURES = 5;

export const DelayCarryover = z.object({
  /** Days of the window that count. */
  days: z.number().int().min(MIN_DAYS),
  /** Minutes of evening delay that come with one more minute of morning delay: least squares over the days' mean delays. */
  slope: z.number(),
  /** Pearson's, over the same days. */
  correlation: z.number().min(-1).max(1),
});

/** Airports with fewer than 10 days that count, or with no variation in them, are left out: so the first days are empty. */
export const delayCarryover = defineComputation({
  name: 'delay-carryover',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['delay', 'propagation'],
  description: 'How much of the morning’s delay is still there in the evening, over 30 days',
  needs: { today: dependency(airportDayparts), past: history(airportDayparts, DAYS_BEFORE) },
  output: z.record(z.string(), DelayCarryover),
  headline: (airports) => {
    const [strongest] = Object.entries(airports).sort(([, a], [, b]) => b.correlation - a.correlation);
    return strongest === undefined
      ? `no airport has ${MIN_DAYS} days yet`
      : `${Object.keys(airports).length} airports, ${strongest[0]} carries most (r = ${strongest[1].correlation.toFixed(2)})`;
  },
  compute: ({ today, past }) => {
    const pointsByAirport = new Map<string, { x: number; y: number }[]>();
    for (const day of [...past.map(({ value }) => value), today]) {
      for (const [airport, parts] of Object.entries(day)) {
        const point = pointOf(parts);
        if (point === undefined) continue;
        const points = pointsByAirport.get(airport);
        if (points === undefined) pointsByAirport.set(airport, [point]);
        else points.push(point);
      }
    }
    const result: Record<string, z.infer<typeof DelayCarryover>> = {};
    for (const [airport, points] of pointsByAirport) {
      const fit = points.length < MIN_DAYS ? undefined : linearFit(points);
      if (fit !== undefined) result[airport] = { days: points.length, ...fit };
    }
    return result;
  },
});

function pointOf({ morning, evening }: AirportDayparts): { x: number; y: number } | undefined {
  if (morning.departures < MIN_DEPARTURES || evening.departures < MIN_DEPARTURES) return undefined;
  return { x: morning.delayMinutes / morning.departures, y: evening.delayMinutes / evening.departures };
}
