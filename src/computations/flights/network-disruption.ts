/** How much of the network had a bad day. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { airportDay } from './airport-day.ts';
import { delayAnomalies } from './delay-anomalies.ts';

/** Shares of the departures, ours: the two largest airports have over 5 % each, a mid-sized hub about 2 %. */
const STRAINED = 0.05;
const DISRUPTED = 0.2;

export const NetworkDisruption = z.object({
  /** Airports with enough history to be judged, and those of them that were unusually late. */
  airportsJudged: z.number().int().nonnegative(),
  airportsLate: z.number().int().nonnegative(),
  /** Share of the judged airports' departures that left from unusually late ones; 0 when none could be judged. */
  departuresLate: z.number().min(0).max(1),
  /** From 20 % of the departures disrupted, from 5 % strained; unknown when no airport could be judged. */
  state: z.enum(['unknown', 'calm', 'strained', 'disrupted']),
});

export const networkDisruption = defineComputation({
  name: 'network-disruption',
  category: 'network',
  productLines: ['aviation'],
  tags: ['delay', 'anomaly'],
  description: 'Share of the departures that left from airports with an unusually late day',
  needs: { airports: dependency(airportDay), anomalies: dependency(delayAnomalies) },
  output: NetworkDisruption,
  headline: ({ state, airportsLate, departuresLate }) =>
    `${state}: ${airportsLate} ${airportsLate === 1 ? 'airport' : 'airports'} unusually late, with ${(departuresLate * 100).toFixed(1)} % of the departures`,
  compute: ({ airports, anomalies }) => {
    let airportsJudged = 0;
    let airportsLate = 0;
    let departures = 0;
    let late = 0;
    for (const [airport, { verdict }] of Object.entries(anomalies)) {
      const count = airports[airport]?.departures ?? 0;
      airportsJudged++;
      departures += count;
      if (verdict !== 'late') continue;
      airportsLate++;
      late += count;
    }
    const departuresLate = departures === 0 ? 0 : late / departures;
    return { airportsJudged, airportsLate, departuresLate, state: stateOf(airportsJudged, departuresLate) };
  },
});

function stateOf(judged: number, share: number): z.infer<typeof NetworkDisruption>['state'] {
  if (judged === 0) return 'unknown';
  if (share >= DISRUPTED) return 'disrupted';
  return share >= STRAINED ? 'strained' : 'calm';
}
