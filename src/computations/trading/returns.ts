/** Returns from one day to the next. */
import type { History } from './histories.ts';
import { dayOfMinute, lastPlaceUpTo } from './day-ordinal.ts';

/** Returns are 1 subtracted from numbers of sixteen digits: a deviation below this is rounding. */
export const ROUNDING = 1e-14;

/** What became of one unit of money; null unless both prices are there and above zero: a return on nothing, or less, is none. */
export const simpleReturn = (before: number | null | undefined, now: number | null | undefined): number | null =>
  before != null && now != null && before > 0 && now > 0 ? now / before - 1 : null;

/**
 * A user's daily returns by the days of a panel, the day of each in its place: null where equity is not known, or was not above zero the day before; -1 and less where all
 * was lost. What was paid in counts as paid at the end of its day, or of the next one with trading, so that it is no gain.
 */
export function userReturns(
  { equity, deposits }: Pick<History, 'equity' | 'deposits'>,
  days: readonly number[],
): (number | null)[] {
  const paid = days.map(() => 0);
  for (const { minute, amount } of deposits) {
    const place = lastPlaceUpTo(days, dayOfMinute(minute) - 1) + 1;
    if (place < days.length) paid[place]! += amount;
  }
  const lead = days.length - equity.length;
  return days.map((_, place) => {
    // What was paid in between the first day and one before it is not known.
    const before = place === 0 ? null : equity[place - lead - 1];
    const now = equity[place - lead];
    return before != null && now != null && before > 0 ? (now - paid[place]!) / before - 1 : null;
  });
}
