/** Every airport's on-time rate without the day-to-day noise. */
import { z } from 'zod';
import { defineComputation, dependency, previous } from '../../index.ts';
import { smooth } from '../statistics/exponential-smoothing.ts';
import { airportDay } from './airport-day.ts';

/** Weight of the newest day: a day counts for half after three. */
const WEIGHT = 0.2;

/**
 * Simple exponential smoothing (Brown 1959) of the daily on-time rate, weight 0.2, starting at the airport's first rate.
 * A day without departures leaves the level as it was.
 */
export const smoothedOnTime = defineComputation({
  name: 'smoothed-on-time',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['punctuality', 'trend'],
  description: 'Exponentially smoothed on-time rate of every airport',
  needs: { airports: dependency(airportDay), before: previous() },
  output: z.record(z.string(), z.number().min(0).max(1)),
  headline: (levels) => {
    const values = Object.values(levels);
    const falling = values.filter((level) => level < 0.7).length;
    return `${falling} of ${values.length} airports below 70 %`;
  },
  compute: ({ airports, before }) => {
    const levels: Record<string, number> = { ...before };
    for (const [airport, { onTimeRate }] of Object.entries(airports)) {
      if (onTimeRate === null) continue;
      const level = levels[airport];
      levels[airport] = level === undefined ? onTimeRate : smooth(level, onTimeRate, WEIGHT);
    }
    return levels;
  },
});
