/** The day on one card: what someone who runs the network would read first. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { mean } from '../statistics/mean.ts';
import { airportRanking } from './airport-ranking.ts';
import { hubConcentration } from './hub-concentration.ts';
import { networkDay } from './network-day.ts';
import { networkDisruption } from './network-disruption.ts';
import { WorstRoute, worstRoutes } from './worst-routes.ts';

const WEEK = 7;

export const NetworkBriefing = z.object({
  state: z.enum(['unknown', 'calm', 'strained', 'disrupted']),
  flights: z.number().int().nonnegative(),
  onTimeRate: z.number().min(0).max(1),
  /** Today's on-time rate less the mean of those of the seven days before; 0 when there are none. */
  onTimeAgainstWeek: z.number().min(-1).max(1),
  /** Equal airports that would hold the traffic as tightly. */
  effectiveAirports: z.number().nonnegative(),
  mostReliableAirport: z.string().nullable(),
  leastReliableAirport: z.string().nullable(),
  worstRoute: WorstRoute.nullable(),
});

export const networkBriefing = defineComputation({
  name: 'network-briefing',
  category: 'network',
  productLines: ['aviation'],
  tags: ['report'],
  description: 'The day of the network on one card',
  needs: {
    network: dependency(networkDay),
    week: history(networkDay, WEEK),
    hubs: dependency(hubConcentration),
    disruption: dependency(networkDisruption),
    ranking: dependency(airportRanking),
    worst: dependency(worstRoutes),
  },
  output: NetworkBriefing,
  headline: ({ state, onTimeRate, onTimeAgainstWeek, worstRoute }) => {
    const change = `${onTimeAgainstWeek < 0 ? '−' : '+'}${Math.abs(onTimeAgainstWeek * 100).toFixed(1)}`;
    return `${state}, ${(onTimeRate * 100).toFixed(1)} % on time (${change} points on the week)${worstRoute ? `, avoid ${worstRoute.route}` : ''}`;
  },
  compute: ({ network, week, hubs, disruption, ranking, worst }) => {
    const usual = mean(week.map(({ value }) => value.onTimeRate)) ?? network.onTimeRate;
    const ranked = Object.entries(ranking).sort(([, a], [, b]) => a.rank - b.rank);
    return {
      state: disruption.state,
      flights: network.flights,
      onTimeRate: network.onTimeRate,
      onTimeAgainstWeek: network.onTimeRate - usual,
      effectiveAirports: hubs.effectiveAirports,
      mostReliableAirport: ranked[0]?.[0] ?? null,
      leastReliableAirport: ranked.at(-1)?.[0] ?? null,
      worstRoute: worst[0] ?? null,
    };
  },
});
