/** A day of every route, one way: `ORD-LAX` is not `LAX-ORD`. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { flights } from './flights.ts';
import { isOnTime } from './on-time.ts';

export const RouteDay = z.object({
  flights: z.number().int().positive(),
  /** Sum of the arrival delays, in minutes; early is negative. */
  delayMinutes: z.number().int(),
  meanDelay: z.number(),
  /** Flights that arrived less than 15 minutes late. */
  onTime: z.number().int().nonnegative(),
  /** Of one flight, in miles; the longest, should the flights differ. */
  distance: z.number().int().nonnegative(),
});
export type RouteDay = z.infer<typeof RouteDay>;

type Tally = Omit<RouteDay, 'meanDelay'>;

export const routeDay = defineComputation({
  name: 'route-day',
  category: 'routes',
  productLines: ['aviation'],
  tags: ['delay', 'punctuality'],
  description: 'Flights, delay and distance of every route',
  needs: { flights: dataset(flights) },
  output: z.record(z.string(), RouteDay),
  headline: (routes) => `${Object.keys(routes).length} routes`,
  // One tally a route: bounded by the pairs of airports that are flown, about 3,200 a day. Two levels, so that a flight
  // costs two look-ups and no new string.
  reduce: {
    init: () => new Map<string, Map<string, Tally>>(),
    add: (origins, { origin, destination, delay, distance }) => {
      const tally = tallyOf(origins, origin, destination);
      tally.flights++;
      tally.delayMinutes += delay;
      if (isOnTime(delay)) tally.onTime++;
      if (distance > tally.distance) tally.distance = distance;
    },
    finish: (origins) => {
      const routes: Record<string, RouteDay> = {};
      for (const [origin, destinations] of origins) {
        for (const [destination, tally] of destinations) {
          routes[`${origin}-${destination}`] = { ...tally, meanDelay: tally.delayMinutes / tally.flights };
        }
      }
      return routes;
    },
  },
});

function tallyOf(origins: Map<string, Map<string, Tally>>, origin: string, destination: string): Tally {
  let destinations = origins.get(origin);
  if (destinations === undefined) {
    destinations = new Map();
    origins.set(origin, destinations);
  }
  let tally = destinations.get(destination);
  if (tally === undefined) {
    tally = { flights: 0, delayMinutes: 0, onTime: 0, distance: 0 };
    destinations.set(destination, tally);
  }
  return tally;
}
