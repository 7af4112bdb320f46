/** Wilder's Relative Strength Index over 14 trading days. */
import { z } from 'zod';
import { defineComputation, document, history, previous } from '../../index.ts';
import { smooth } from '../statistics/exponential-smoothing.ts';
import { sp500 } from './sp500.ts';

const PERIOD = 14;
/** Calendar days that hold the 14 trading days before today, which took 27 at most. */
const SEED_DAYS = 40;

export const Rsi = z.object({
  close: z.number().positive(),
  /** Changes from day to day that the averages hold, counted up to 14. */
  changes: z.number().int().min(0).max(PERIOD),
  /** Index points a day: plain means of up to 14 changes, then smoothed. */
  averageGain: z.number().nonnegative(),
  averageLoss: z.number().nonnegative(),
  /** Null while there are fewer than 14 changes. */
  rsi: z.number().min(0).max(100).nullable(),
});
export type Rsi = z.infer<typeof Rsi>;

/**
 * J. W. Wilder, "New Concepts in Technical Trading Systems" (Trend Research, 1978), section VI:
 * the first averages are the plain means of 14 gains and 14 losses, a day without a gain counting as 0; each later one is
 * (13 x the average before + today's) / 14; RSI = 100 - 100 / (1 + averageGain / averageLoss).
 *
 * Both are one recursion, since the mean of n values is the mean of n - 1 smoothed by 1/n: the result of the day before is the
 * state, from the first change on. Where there is none, the closes of the last 40 calendar days are gone through, up to today.
 * Without losses RSI is 100; with neither, 50.
 */
export const rsi14 = defineComputation({
  name: 'rsi-14',
  category: 'signals',
  productLines: ['markets'],
  tags: ['momentum'],
  description: 'Relative Strength Index over 14 trading days, Wilder’s smoothing',
  needs: { prices: document(sp500), before: previous({ seed: history(sp500, SEED_DAYS) }) },
  output: Rsi,
  headline: ({ rsi }) =>
    rsi === null
      ? 'not enough closes yet'
      : `RSI ${rsi.toFixed(1)}${rsi > 70 ? ', overbought' : rsi < 30 ? ', oversold' : ''}`,
  compute: ({ prices: { close }, before: { result, seed } }) => {
    const yesterday = seed.map(({ value }) => value.close).reduce<State | undefined>(step, result);
    const today = step(yesterday, close);
    return { ...today, rsi: today.changes < PERIOD ? null : strength(today) };
  },
});

type State = Omit<Rsi, 'rsi'>;

function step(before: State | undefined, close: number): State {
  if (before === undefined) return { close, changes: 0, averageGain: 0, averageLoss: 0 };
  const change = close - before.close;
  const changes = Math.min(before.changes + 1, PERIOD);
  return {
    close,
    changes,
    averageGain: smooth(before.averageGain, Math.max(change, 0), 1 / changes),
    averageLoss: smooth(before.averageLoss, Math.max(-change, 0), 1 / changes),
  };
}

function strength({ averageGain, averageLoss }: State): number {
  if (averageLoss === 0) return averageGain === 0 ? 50 : 100;
  return 100 - 100 / (1 + averageGain / averageLoss);
}
