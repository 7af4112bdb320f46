/** The morning and the evening of every airport. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { flights } from './flights.ts';

/** Minutes after local midnight: what leaves before 05:00 is mostly yesterday's, late. */
const MORNING_START = 5 * 60;
const NOON = 12 * 60;
const EVENING_START = 17 * 60;

const Daypart = z.object({
  departures: z.number().int().nonnegative(),
  /** Sum of the arrival delays of those departures, in minutes. */
  delayMinutes: z.number().int(),
});

export const AirportDayparts = z.object({
  /** Departures from 05:00 to 11:59, local time. */
  morning: Daypart,
  /** Departures from 17:00 to 23:59, local time. */
  evening: Daypart,
});
export type AirportDayparts = z.infer<typeof AirportDayparts>;

export const airportDayparts = defineComputation({
  name: 'airport-dayparts',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['delay'],
  description: 'Morning and evening departures of every airport, and their delay',
  needs: { flights: dataset(flights) },
  output: z.record(z.string(), AirportDayparts),
  headline: (airports) => `${Object.keys(airports).length} airports by morning and evening`,
  // Four numbers an airport: bounded by the airports.
  reduce: {
    init: () => new Map<string, AirportDayparts>(),
    add: (airports, { origin, minute, delay }) => {
      const isMorning = minute >= MORNING_START && minute < NOON;
      if (!isMorning && minute < EVENING_START) return;
      let parts = airports.get(origin);
      if (parts === undefined) {
        parts = { morning: { departures: 0, delayMinutes: 0 }, evening: { departures: 0, delayMinutes: 0 } };
        airports.set(origin, parts);
      }
      const part = isMorning ? parts.morning : parts.evening;
      part.departures++;
      part.delayMinutes += delay;
    },
    finish: (airports) => Object.fromEntries(airports),
  },
});
