/** Daily prices of the S&P 500 from 2000-01-03 to 2020-04-17, as vega-datasets publishes them. */
import { z } from 'zod';
import { defineDocument, number } from '../../index.ts';

/** The source's `adjclose` is left out: an index pays no dividend, and it equals `close` in every row. */
export const Prices = z.object({
  open: z.number().positive(),
  high: z.number().positive(),
  low: z.number().positive(),
  close: z.number().positive(),
  /** Shares traded that day. */
  volume: z.number().nonnegative(),
});
export type Prices = z.infer<typeof Prices>;

/** Weekends and holidays have no document: a trading day is a day that has one. */
export const sp500 = defineDocument({
  name: 'sp500',
  description: 'S&P 500: open, high, low, close and volume of every trading day',
  document: Prices,
  source: {
    file: 'node_modules/vega-datasets/data/sp500-2000.csv',
    format: 'csv',
    dateColumn: 'date',
    parse: (row) => ({
      open: number(row, 'open'),
      high: number(row, 'high'),
      low: number(row, 'low'),
      close: number(row, 'close'),
      volume: number(row, 'volume'),
    }),
  },
});
