/** How far one can rely on an airport: its last 30 days as one. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { wilsonLowerBound } from '../statistics/wilson-bound.ts';
import { airportDay } from './airport-day.ts';

/** Today and the 29 days before. */
const DAYS_BEFORE = 29;

export const AirportReliability = z.object({
  /** Days of the window with departures. */
  days: z.number().int().positive(),
  departures: z.number().int().positive(),
  /** Of all departures of the window, not the mean of the days. */
  onTimeRate: z.number().min(0).max(1),
  /** Lower end of the 95 % interval of that rate (Wilson 1927): few departures promise little. */
  onTimeAtLeast: z.number().min(0).max(1),
  /** Minutes, of all departures of the window. */
  meanDelay: z.number(),
  /** The day with the highest mean delay, the earlier of equals. */
  worstDay: z.object({ date: z.iso.date(), meanDelay: z.number() }),
});
export type AirportReliability = z.infer<typeof AirportReliability>;

export const airportReliability = defineComputation({
  name: 'airport-reliability',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['punctuality', 'trend'],
  description: 'Punctuality and delay of every airport over 30 days',
  needs: { today: dependency(airportDay), past: history(airportDay, DAYS_BEFORE) },
  output: z.record(z.string(), AirportReliability),
  headline: (airports) => {
    const [best] = Object.entries(airports).sort(([, a], [, b]) => b.onTimeAtLeast - a.onTimeAtLeast);
    return `${Object.keys(airports).length} airports${best ? `, ${best[0]} first with ${(best[1].onTimeRate * 100).toFixed(1)} % on time` : ''}`;
  },
  compute: ({ today, past }, { date }) => {
    const tallies = new Map<string, Tally>();
    for (const day of [...past, { date, value: today }]) {
      for (const [airport, { departures, delayMinutes, onTime, meanDelay }] of Object.entries(day.value)) {
        if (meanDelay === null) continue;
        let tally = tallies.get(airport);
        if (tally === undefined) {
          tally = { days: 0, departures: 0, delayMinutes: 0, onTime: 0, worstDay: { date: day.date, meanDelay } };
          tallies.set(airport, tally);
        }
        tally.days++;
        tally.departures += departures;
        tally.delayMinutes += delayMinutes;
        tally.onTime += onTime;
        if (meanDelay > tally.worstDay.meanDelay) tally.worstDay = { date: day.date, meanDelay };
      }
    }
    return Object.fromEntries([...tallies].map(([airport, tally]) => [airport, summary(tally)]));
  },
});

interface Tally {
  days: number;
  departures: number;
  delayMinutes: number;
  onTime: number;
  worstDay: AirportReliability['worstDay'];
}

const summary = ({ days, departures, delayMinutes, onTime, worstDay }: Tally): AirportReliability => ({
  days,
  departures,
  onTimeRate: onTime / departures,
  onTimeAtLeast: wilsonLowerBound(onTime, departures),
  meanDelay: delayMinutes / departures,
  worstDay,
});
