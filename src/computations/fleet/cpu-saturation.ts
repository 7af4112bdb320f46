/** For how much of the day the processor of each runtime was short. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { heartbeats } from './fleet.ts';
import { Saturation, saturationHeadline, saturationOf } from './gauge-day.ts';

/** Ours: here a request takes five times its own time in an M/M/1 queue, 1 / (1 - load), and twice that at 0.9. */
const LINE = 0.8;

/**
 * By series. Saturation is the second letter of the USE method: B. Gregg, "Thinking Methodically about Performance", ACM Queue 10 (2012). Stale markers end nothing
 * earlier than the five minutes for which a reading holds; a series without a reading is left out.
 */
export const cpuSaturation = defineComputation({
  name: 'cpu-saturation',
  category: 'saturation',
  productLines: ['fleet'],
  tags: ['saturation'],
  description: 'Time that the processor of each runtime was more than 0.8 taken, its peak and mean',
  needs: { gauge: dataset(heartbeats) },
  output: z.record(z.string(), Saturation),
  checks: { flatLine: false },
  headline: (series) => saturationHeadline('the processor', series),
  perEntity: (series, { date }) => saturationOf(series, date, LINE),
});
