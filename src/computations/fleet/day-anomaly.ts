/** A figure of a day, told apart from those of the days before. */
import { z } from 'zod';
import { type DayLevel, weekdayScore } from '../statistics/weekday-score.ts';
import { DAY_MS, startOf } from './fleet.ts';

/** Eight of each weekday. */
export const DAYS_BEFORE = 56;
/** Iglewicz & Hoaglin (1993) label modified z-scores beyond 3.5 as outliers. */
const OUTLIER = 3.5;

export const DayAnomaly = z.object({
  /** The day's figure, in its own unit, and the median of the days that it was compared with. */
  level: z.number(),
  usual: z.number(),
  /** Modified z-score: in standard deviations of the days before, each against its own weekday. */
  score: z.number(),
  /** Days that it was compared with: the same weekdays of eight weeks. */
  peers: z.number().int().positive(),
  verdict: z.enum(['high', 'usual', 'low']),
});
export type DayAnomaly = z.infer<typeof DayAnomaly>;

export interface DatedLevel {
  readonly date: string;
  /** Undefined and null: that day has none. */
  readonly level: number | null | undefined;
}

/** `leastSigma` says how small a deviation is believed to be the usual one, given the median. Null while there are fewer than three such days, or today has no figure. */
export function dayAnomaly(
  today: DatedLevel,
  before: readonly DatedLevel[],
  leastSigma: (usual: number) => number,
): DayAnomaly | null {
  const [own] = daysOf([today]);
  if (own === undefined) return null;
  const found = weekdayScore(own, daysOf(before), leastSigma);
  if (found === undefined) return null;
  const { usual, score, peers } = found;
  // Of days that were all alike even a last digit is infinitely far.
  const bounded = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, score));
  return { level: own.level, usual, score: bounded, peers, verdict: verdictOf(score) };
}

const daysOf = (days: readonly DatedLevel[]): DayLevel[] =>
  days.flatMap(({ date, level }) =>
    level === null || level === undefined ? [] : [{ day: startOf(date) / DAY_MS, level }],
  );

const verdictOf = (score: number): DayAnomaly['verdict'] =>
  score > OUTLIER ? 'high' : score < -OUTLIER ? 'low' : 'usual';
