/** Wilder's Relative Strength Index over 14 trading days. */
import { z } from 'zod';
import { defineComputation, document, history, previous } from '../../index.ts';
import { smooth } from '../statistics/exponential-smoothing.ts';
import { mean } from '../statistics/mean.ts';
import { sp500 } from './sp500.ts';

const PERIOD = 14;
/** Calendar days that hold the 14 trading days before today, which took 27 at most. */
const SEED_DAYS = 40;

export const Rsi = z.object({
  close: z.number().positive(),
  /** Index points a day, smoothed; null, as is `rsi`, while fewer than 15 closes are known. */
  averageGain: z.number().nonnegative().nullable(),
  averageLoss: z.number().nonnegative().nullable(),
  rsi: z.number().min(0).max(100).nullable(),
});
export type Rsi = z.infer<typeof Rsi>;

/**
 * J. W. Wilder, "New Concepts in Technical Trading Systems" (Trend Research, 1978), section VI:
 * the first averages are the plain means of 14 gains and 14 losses, a day without a gain counting as 0; each later one is
 * (13 x the average before + today's) / 14; RSI = 100 - 100 / (1 + averageGain / averageLoss).
 *
 * The state is the result of the day before. Where it has none, the closes of the last 40 calendar days make the seed: the
 * first 14 changes are averaged and the others smoothed in, up to today. Without losses RSI is 100; with neither, 50.
 */
export const rsi14 = defineComputation({
  name: 'rsi-14',
  category: 'signals',
  productLines: ['markets'],
  tags: ['momentum'],
  description: 'Relative Strength Index over 14 trading days, Wilder’s smoothing',
  needs: { prices: document(sp500), before: previous(), past: history(sp500, SEED_DAYS) },
  output: Rsi,
  headline: ({ rsi }) =>
    rsi === null
      ? 'not enough closes yet'
      : `RSI ${rsi.toFixed(1)}${rsi > 70 ? ', overbought' : rsi < 30 ? ', oversold' : ''}`,
  compute: ({ prices: { close }, before, past }) => {
    const averages =
      before === undefined || before.averageGain === null || before.averageLoss === null
        ? seed([...past.map(({ value }) => value.close), close])
        : step({ gain: before.averageGain, loss: before.averageLoss }, close - before.close);
    if (averages === undefined) return { close, averageGain: null, averageLoss: null, rsi: null };
    return { close, averageGain: averages.gain, averageLoss: averages.loss, rsi: strength(averages) };
  },
});

interface Averages {
  readonly gain: number;
  readonly loss: number;
}

const step = ({ gain, loss }: Averages, change: number): Averages => ({
  gain: smooth(gain, Math.max(change, 0), 1 / PERIOD),
  loss: smooth(loss, Math.max(-change, 0), 1 / PERIOD),
});

function seed(closes: readonly number[]): Averages | undefined {
  if (closes.length <= PERIOD) return undefined;
  const changes = closes.slice(1).map((close, index) => close - (closes[index] as number));
  const first = changes.slice(0, PERIOD);
  const averages: Averages = {
    gain: mean(first.map((change) => Math.max(change, 0))) ?? 0,
    loss: mean(first.map((change) => Math.max(-change, 0))) ?? 0,
  };
  return changes.slice(PERIOD).reduce(step, averages);
}

function strength({ gain, loss }: Averages): number {
  if (loss === 0) return gain === 0 ? 50 : 100;
  return 100 - 100 / (1 + gain / loss);
}
