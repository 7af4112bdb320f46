/** Where the 50-day average of the closes stands to the 200-day one, and when they cross. */
import { z } from 'zod';
import { defineComputation, document, history } from '../../index.ts';
import { mean } from '../statistics/mean.ts';
import { sp500 } from './sp500.ts';

const SHORT = 50;
const LONG = 200;
/** Calendar days that hold the 200 trading days before today, which took 299 at most (2001). */
const DAYS_BACK = 300;

export const Crossing = z.object({
  /** Simple moving averages, today included; null until there are as many closes. */
  average50: z.number().positive().nullable(),
  average200: z.number().positive().nullable(),
  position: z.enum(['above', 'below', 'equal', 'unknown']),
  /** Golden on the day on which the short average comes to stand above the long one, death on the day it comes to stand below. */
  event: z.enum(['none', 'golden-cross', 'death-cross']),
});
type Position = z.infer<typeof Crossing>['position'];

/** The two-average rule with lags of 50 and 200 days, as in Brock, Lakonishok & LeBaron, "Simple Technical Trading Rules and the Stochastic Properties of Stock Returns", Journal of Finance 47 (1992). */
export const crossing50200 = defineComputation({
  name: 'crossing-50-200',
  category: 'signals',
  productLines: ['markets'],
  tags: ['trend'],
  description: 'Golden and death crosses of the 50-day and 200-day moving averages',
  needs: { prices: document(sp500), past: history(sp500, DAYS_BACK) },
  output: Crossing,
  headline: ({ position, event }) =>
    event === 'none'
      ? `50-day average ${position}${position === 'unknown' ? '' : ' the 200-day one'}`
      : event.replace('-', ' '),
  compute: ({ prices, past }) => {
    const closes = [...past.map(({ value }) => value.close), prices.close];
    const average50 = lastMean(closes, SHORT);
    const average200 = lastMean(closes, LONG);
    const yesterday = closes.slice(0, -1);
    const position = positionOf(average50, average200);
    const before = positionOf(lastMean(yesterday, SHORT), lastMean(yesterday, LONG));
    return { average50, average200, position, event: eventOf(before, position) };
  },
});

const lastMean = (values: readonly number[], count: number): number | null =>
  values.length < count ? null : (mean(values.slice(-count)) ?? null);

function positionOf(short: number | null, long: number | null): Position {
  if (short === null || long === null) return 'unknown';
  if (short === long) return 'equal';
  return short > long ? 'above' : 'below';
}

function eventOf(before: Position, position: Position): z.infer<typeof Crossing>['event'] {
  if (before === 'unknown' || before === position) return 'none';
  if (position === 'above') return 'golden-cross';
  return position === 'below' ? 'death-cross' : 'none';
}
