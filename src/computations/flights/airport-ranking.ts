/** The airports in order of what one can rely on. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { airportReliability } from './airport-reliability.ts';
import { smoothedOnTime } from './smoothed-on-time.ts';

export const AirportRank = z.object({
  /** 1 for the most reliable; no two airports share a rank. */
  rank: z.number().int().positive(),
  /** What the rank goes by: the lower bound of the 30-day on-time rate. */
  onTimeAtLeast: z.number().min(0).max(1),
  /** Smoothed on-time rate less that of the 30 days: above 0 while an airport gets better. */
  momentum: z.number().min(-1).max(1),
});

/** Equals are ranked by code. */
export const airportRanking = defineComputation({
  name: 'airport-ranking',
  category: 'airports',
  productLines: ['aviation'],
  tags: ['punctuality', 'ranking'],
  description: 'Airports by the on-time rate that they keep at least',
  needs: { reliability: dependency(airportReliability), smoothed: dependency(smoothedOnTime) },
  output: z.record(z.string(), AirportRank),
  headline: (airports) => {
    const ranked = Object.entries(airports).sort(([, a], [, b]) => a.rank - b.rank);
    return `${ranked
      .slice(0, 3)
      .map(([code]) => code)
      .join(', ')} lead, ${ranked.at(-1)?.[0] ?? 'none'} is last`;
  },
  compute: ({ reliability, smoothed }) => {
    const ranked = Object.entries(reliability).sort(
      ([codeA, a], [codeB, b]) => b.onTimeAtLeast - a.onTimeAtLeast || (codeA < codeB ? -1 : 1),
    );
    return Object.fromEntries(
      ranked.map(([airport, { onTimeAtLeast, onTimeRate }], index) => {
        const momentum = (smoothed[airport] ?? onTimeRate) - onTimeRate;
        return [airport, { rank: index + 1, onTimeAtLeast, momentum }];
      }),
    );
  },
});
