/** A day of the whole network, from the days of its airports and routes. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { airportDay } from './airport-day.ts';
import { routeDay } from './route-day.ts';

export const NetworkDay = z.object({
  flights: z.number().int().nonnegative(),
  /** Airports that a flight left or headed for. */
  airports: z.number().int().nonnegative(),
  routes: z.number().int().nonnegative(),
  /** Miles between the airports, over all flights. */
  miles: z.number().int().nonnegative(),
  /** Arrival delay, in minutes; 0 on a day without flights. */
  meanDelay: z.number(),
  /** Share of the flights that arrived less than 15 minutes late; 1 on a day without flights. */
  onTimeRate: z.number().min(0).max(1),
});

export const networkDay = defineComputation({
  name: 'network-day',
  category: 'network',
  productLines: ['aviation'],
  tags: ['delay', 'punctuality', 'volume'],
  description: 'Flights, miles, delay and punctuality of the whole network',
  needs: { airports: dependency(airportDay), routes: dependency(routeDay) },
  output: NetworkDay,
  headline: ({ flights, onTimeRate, meanDelay }) =>
    `${flights} flights, ${(onTimeRate * 100).toFixed(1)} % on time, ${meanDelay.toFixed(1)} min mean delay`,
  compute: ({ airports, routes }) => {
    let flights = 0;
    let miles = 0;
    let delayMinutes = 0;
    let onTime = 0;
    for (const route of Object.values(routes)) {
      flights += route.flights;
      miles += route.flights * route.distance;
      delayMinutes += route.delayMinutes;
      onTime += route.onTime;
    }
    return {
      flights,
      airports: Object.keys(airports).length,
      routes: Object.keys(routes).length,
      miles,
      meanDelay: flights === 0 ? 0 : delayMinutes / flights,
      onTimeRate: flights === 0 ? 1 : onTime / flights,
    };
  },
});
