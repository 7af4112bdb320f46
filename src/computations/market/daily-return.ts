/** What the index gained or lost since the trading day before. */
import { z } from 'zod';
import { defineComputation, document, history } from '../../index.ts';
import { sp500 } from './sp500.ts';

/** Enough to find the trading day before: the longest closure, of September 2001, took six days. */
const DAYS_BACK = 10;

export const DailyReturn = z.object({
  close: z.number().positive(),
  /** Null on the first trading day of the data, as are the returns. */
  previousClose: z.number().positive().nullable(),
  /** close / previousClose - 1. */
  simple: z.number().nullable(),
  /** ln(close / previousClose): these add up over days. */
  log: z.number().nullable(),
});

export const dailyReturn = defineComputation({
  name: 'daily-return',
  category: 'returns',
  productLines: ['markets'],
  tags: ['price'],
  description: 'Simple and logarithmic return from close to close',
  needs: { prices: document(sp500), past: history(sp500, DAYS_BACK) },
  output: DailyReturn,
  headline: ({ close, simple }) =>
    simple === null
      ? `${close.toFixed(2)}, the first close`
      : `${close.toFixed(2)}, ${simple < 0 ? '−' : '+'}${Math.abs(simple * 100).toFixed(2)} %`,
  compute: ({ prices: { close }, past }) => {
    const previousClose = past.at(-1)?.value.close;
    if (previousClose === undefined) return { close, previousClose: null, simple: null, log: null };
    const ratio = close / previousClose;
    return { close, previousClose, simple: ratio - 1, log: Math.log(ratio) };
  },
});
