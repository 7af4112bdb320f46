/** How unlike a day is to the same weekdays before it. */
import { quantile } from './quantile.ts';

const WEEK = 7;
/** 0.75 quantile of the normal distribution: MAD = 0.6745 sigma. */
const MAD_PER_SIGMA = 0.6745;
/** Fewer of a weekday do not tell what is usual on one. */
const MIN_WEEKS = 3;

/** A day by its number, counted from anywhere, and what it came to. */
export interface DayLevel {
  readonly day: number;
  readonly level: number;
}

export interface WeekdayScore {
  /** Median of the days that it was compared with. */
  readonly usual: number;
  /** In estimated standard deviations above it. */
  readonly score: number;
  /** Days that it was compared with. */
  readonly peers: number;
}

/**
 * The modified z-score, 0.6745 x deviation / MAD, of Iglewicz & Hoaglin, "How to Detect and Handle Outliers" (ASQC, 1993), of what is left when the
 * median of the same weekdays is taken away: a seasonal decomposition with medians for means. So that the spread is not that of a handful of days, MAD
 * is taken over what is left of all days before, each against the other days of its weekday.
 *
 * Undefined with fewer than three days before of its weekday: other weekdays are no peers, a weekend would be odd for being one. `leastSigma` gives the
 * smallest standard deviation that is believed, given the median: what differs by little is no anomaly, however regular the days before were. Where that
 * is 0, as are all deviations, what differs is infinitely far.
 */
export function weekdayScore(
  today: DayLevel,
  before: readonly DayLevel[],
  leastSigma: (usual: number) => number,
): WeekdayScore | undefined {
  const peers = levelsOn(weekdayOf(today), before);
  if (peers.length < MIN_WEEKS) return undefined;
  const usual = median(peers);
  const sigma = Math.max(median(deviations(before)) / MAD_PER_SIGMA, leastSigma(usual));
  const deviation = today.level - usual;
  return { usual, score: deviation === 0 ? 0 : deviation / sigma, peers: peers.length };
}

const weekdayOf = ({ day }: DayLevel): number => ((day % WEEK) + WEEK) % WEEK;

const levelsOn = (weekday: number, days: readonly DayLevel[]): number[] =>
  days.filter((one) => weekdayOf(one) === weekday).map(({ level }) => level);

/** How far each day lies from the others of its weekday; one that is alone says nothing. */
const deviations = (days: readonly DayLevel[]): number[] =>
  [...Map.groupBy(days, weekdayOf).values()]
    .filter((alike) => alike.length > 1)
    .flatMap((alike) =>
      alike.map(({ level }, at) => Math.abs(level - median(alike.toSpliced(at, 1).map((other) => other.level)))),
    );

/** Of at least one. */
const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  ) as number;
