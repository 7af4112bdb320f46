/** Returns from one day to the next. */
import type { History } from './histories.ts';
import { dayOfMinute } from './day-ordinal.ts';

/** What became of one unit of money; null unless both prices are there and above zero: a return on nothing, or less, is none. */
export const simpleReturn = (before: number | null | undefined, now: number | null | undefined): number | null =>
  before != null && now != null && before > 0 && now > 0 ? now / before - 1 : null;

/**
 * A user's daily returns by the days of a panel, the day of each in its place: null where equity is not known, or was not above zero. What
 * was paid in counts as paid at the end of its day, so that it is no gain.
 */
export function userReturns(
  { equity, deposits }: Pick<History, 'equity' | 'deposits'>,
  days: readonly number[],
): (number | null)[] {
  const paid = new Map<number, number>();
  for (const { minute, amount } of deposits) {
    const day = dayOfMinute(minute);
    paid.set(day, (paid.get(day) ?? 0) + amount);
  }
  const lead = days.length - equity.length;
  return days.map((day, place) => {
    const before = equity[place - lead - 1] ?? null;
    const now = equity[place - lead] ?? null;
    if (before === null || now === null || before <= 0) return null;
    const change = (now - (paid.get(day) ?? 0)) / before - 1;
    return change > -1 ? change : null;
  });
}
