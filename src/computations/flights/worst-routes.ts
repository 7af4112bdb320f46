/** The twenty routes with the most delay, over a week. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { routeDay } from './route-day.ts';

/** Today and the six days before. */
const DAYS_BEFORE = 6;
/** Flights a day of the window that a route must have had on average to be listed. */
const MIN_FLIGHTS_A_DAY = 3;
const LISTED = 20;

export const WorstRoute = z.object({
  route: z.string(),
  flights: z.number().int().positive(),
  /** Minutes, of all flights of the window. */
  meanDelay: z.number(),
  onTimeRate: z.number().min(0).max(1),
});
export type WorstRoute = z.infer<typeof WorstRoute>;

/** By mean delay, highest first, then by name. */
export const worstRoutes = defineComputation({
  name: 'worst-routes',
  category: 'routes',
  productLines: ['aviation'],
  tags: ['delay', 'ranking'],
  description: 'The 20 routes with the highest mean delay over 7 days',
  needs: { today: dependency(routeDay), past: history(routeDay, DAYS_BEFORE) },
  output: z.array(WorstRoute).max(LISTED),
  headline: ([worst]) =>
    worst ? `${worst.route}: ${worst.meanDelay.toFixed(1)} min on average` : 'no route has enough flights',
  compute: ({ today, past }) => {
    const tallies = new Map<string, { flights: number; delayMinutes: number; onTime: number }>();
    for (const day of [...past.map(({ value }) => value), today]) {
      for (const [route, { flights, delayMinutes, onTime }] of Object.entries(day)) {
        const tally = tallies.get(route);
        if (tally === undefined) tallies.set(route, { flights, delayMinutes, onTime });
        else {
          tally.flights += flights;
          tally.delayMinutes += delayMinutes;
          tally.onTime += onTime;
        }
      }
    }
    const minFlights = MIN_FLIGHTS_A_DAY * (past.length + 1);
    return [...tallies]
      .filter(([, { flights }]) => flights >= minFlights)
      .map(([route, { flights, delayMinutes, onTime }]) => ({
        route,
        flights,
        meanDelay: delayMinutes / flights,
        onTimeRate: onTime / flights,
      }))
      .sort((a, b) => b.meanDelay - a.meanDelay || (a.route < b.route ? -1 : 1))
      .slice(0, LISTED);
  },
});
