/** How far the index stands below its running peak. */
import { z } from 'zod';
import { defineComputation, document, history, previous } from '../../index.ts';
import { sp500 } from './sp500.ts';

/** The first day's peak is looked for in the year before it. */
const SEED_DAYS = 365;

export const Drawdown = z.object({
  /** Highest close so far, and the first day that had it. */
  peak: z.number().positive(),
  peakDate: z.iso.date(),
  /** close / peak - 1: 0 at the peak, -0.2 at a fifth below. */
  drawdown: z.number().max(0),
});

/** The peak is carried from day to day; the first day that is computed takes it from the closes of the year before. */
export const drawdown = defineComputation({
  name: 'drawdown',
  category: 'risk',
  productLines: ['markets'],
  tags: ['price'],
  description: 'Distance of the close from its running peak',
  needs: { prices: document(sp500), before: previous({ seed: history(sp500, SEED_DAYS) }) },
  output: Drawdown,
  headline: ({ drawdown, peak, peakDate }) =>
    drawdown === 0 ? `at its peak of ${peak.toFixed(2)}` : `${(-drawdown * 100).toFixed(1)} % below ${peakDate}`,
  compute: ({ prices: { close }, before: { result, seed } }, { date }) => {
    let { peak, peakDate } = result ?? { peak: 0, peakDate: date };
    for (const day of [...seed.map(({ date, value }) => ({ date, close: value.close })), { date, close }]) {
      if (day.close > peak) ({ close: peak, date: peakDate } = day);
    }
    return { peak, peakDate, drawdown: close / peak - 1 };
  },
});
