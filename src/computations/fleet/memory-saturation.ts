/** For how much of the day the memory of each runtime was short. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { memory } from './fleet.ts';
import { Saturation, saturationHeadline, saturationOf } from './gauge-day.ts';

/** Ours: what is left is about what a burst takes before something is killed for it. */
const LINE = 0.9;

/**
 * By series. Saturation is the second letter of the USE method: B. Gregg, "Thinking Methodically about Performance", ACM Queue 10 (2012). Stale markers end nothing
 * earlier than the five minutes for which a reading holds; a series without a reading is left out.
 */
export const memorySaturation = defineComputation({
  name: 'memory-saturation',
  category: 'saturation',
  productLines: ['fleet'],
  tags: ['saturation'],
  description: 'Time that the memory of each runtime was more than 0.9 taken, its peak and mean',
  needs: { gauge: dataset(memory) },
  output: z.record(z.string(), Saturation),
  checks: { flatLine: false },
  headline: (series) => saturationHeadline('the memory', series),
  perEntity: (series, { date }) => saturationOf(series, date, LINE),
});
