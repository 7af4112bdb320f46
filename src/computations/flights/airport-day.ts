/** A day of every airport: how much it moved, and how late. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { addInteger, emptyHistogram } from '../statistics/integer-histogram.ts';
import type { IntegerHistogram } from '../statistics/integer-histogram.ts';
import { histogramQuantile } from '../statistics/quantile.ts';
import { flights } from './flights.ts';
import { isOnTime } from './on-time.ts';

/**
 * Every figure but `arrivals` is of the flights that left the airport that day, in its own local time. Delays are theirs on
 * arrival, at the other end: the data has no other. They are null for an airport that no flight left.
 */
export const AirportDay = z.object({
  departures: z.number().int().nonnegative(),
  /** Flights that left for this airport, the day being that of their departure. */
  arrivals: z.number().int().nonnegative(),
  /** Sum over the departures, in minutes. */
  delayMinutes: z.number().int(),
  meanDelay: z.number().nullable(),
  /** Median and 90th percentile, minutes; Hyndman & Fan's definition 7. */
  p50Delay: z.number().nullable(),
  p90Delay: z.number().nullable(),
  /** Departures that arrived less than 15 minutes late. */
  onTime: z.number().int().nonnegative(),
  onTimeRate: z.number().min(0).max(1).nullable(),
});
export type AirportDay = z.infer<typeof AirportDay>;

interface Tally {
  arrivals: number;
  delayMinutes: number;
  onTime: number;
  readonly delays: IntegerHistogram;
}

export const airportDay = defineComputation({
  name: 'airport-day',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['delay', 'punctuality'],
  description: 'Departures, arrivals, delay and punctuality of every airport',
  needs: { flights: dataset(flights) },
  output: z.record(z.string(), AirportDay),
  headline: (airports) => {
    const [busiest] = Object.entries(airports).sort(([, a], [, b]) => b.departures - a.departures);
    return `${Object.keys(airports).length} airports${busiest ? `, ${busiest[0]} first with ${busiest[1].departures} departures` : ''}`;
  },
  // One tally an airport, one count a minute of delay: bounded by the airports and by the range of delays.
  reduce: {
    init: () => new Map<string, Tally>(),
    add: (airports, flight) => {
      const origin = tallyOf(airports, flight.origin);
      addInteger(origin.delays, flight.delay);
      origin.delayMinutes += flight.delay;
      if (isOnTime(flight.delay)) origin.onTime++;
      tallyOf(airports, flight.destination).arrivals++;
    },
    finish: (airports) => Object.fromEntries([...airports].map(([code, tally]) => [code, summary(tally)])),
  },
});

function tallyOf(airports: Map<string, Tally>, code: string): Tally {
  let tally = airports.get(code);
  if (tally === undefined) {
    tally = { arrivals: 0, delayMinutes: 0, onTime: 0, delays: emptyHistogram() };
    airports.set(code, tally);
  }
  return tally;
}

function summary({ arrivals, delayMinutes, onTime, delays }: Tally): AirportDay {
  const departures = delays.total;
  return {
    departures,
    arrivals,
    delayMinutes,
    meanDelay: departures === 0 ? null : delayMinutes / departures,
    p50Delay: histogramQuantile(delays, 0.5) ?? null,
    p90Delay: histogramQuantile(delays, 0.9) ?? null,
    onTime,
    onTimeRate: departures === 0 ? null : onTime / departures,
  };
}
