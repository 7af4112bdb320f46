/** How much of the network's traffic its hubs hold. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { herfindahlIndex } from '../statistics/herfindahl-index.ts';
import { airportDay } from './airport-day.ts';

const LARGEST = 5;

export const HubConcentration = z.object({
  /** Herfindahl-Hirschman index over the airports' shares of departures, 0 to 1; times 10,000 it is on the scale of the US Department of Justice. */
  hhi: z.number().min(0).max(1),
  /** 1 / HHI: as many airports of equal size would be as concentrated; 0 on a day without departures. */
  effectiveAirports: z.number().nonnegative(),
  /** The five with the most departures, largest first, equals by code. */
  largest: z.array(z.object({ airport: z.string(), share: z.number().min(0).max(1) })).max(LARGEST),
});

export const hubConcentration = defineComputation({
  name: 'hub-concentration',
  category: 'network',
  productLines: ['aviation'],
  tags: ['volume', 'concentration'],
  description: 'Herfindahl–Hirschman index of the airports’ shares of departures',
  needs: { airports: dependency(airportDay) },
  output: HubConcentration,
  headline: ({ effectiveAirports, largest }) =>
    `as concentrated as ${effectiveAirports.toFixed(1)} equal airports: ${largest.map(({ airport }) => airport).join(', ')}`,
  compute: ({ airports }) => {
    const departures = Object.entries(airports)
      .map(([airport, day]) => ({ airport, count: day.departures }))
      .filter(({ count }) => count > 0);
    const total = departures.reduce((sum, { count }) => sum + count, 0);
    const hhi = herfindahlIndex(departures.map(({ count }) => count));
    departures.sort((a, b) => b.count - a.count || (a.airport < b.airport ? -1 : 1));
    return {
      hhi,
      effectiveAirports: hhi === 0 ? 0 : 1 / hhi,
      largest: departures.slice(0, LARGEST).map(({ airport, count }) => ({ airport, share: count / total })),
    };
  },
});
