/** Which days a run is about. */
import { UserError } from '../../../errors.ts';
import { addDays, type Day, dayOf, isDay } from '../../../values/date.ts';

/** @throws {UserError} BAD_DATE for what is not a day, or not over yet. */
export function assertTarget(date: string, nowMs: number): asserts date is Day {
  if (!isDay(date))
    throw new UserError(
      'BAD_DATE',
      `"${date}" is not a day of the calendar. Write it as YYYY-MM-DD, for example ${yesterday(nowMs)}.`,
    );
  if (date > yesterday(nowMs)) {
    throw new UserError(
      'BAD_DATE',
      `${date} is not over yet: the last whole day (UTC) is ${yesterday(nowMs)}. Choose that or an earlier one.`,
    );
  }
}

export const yesterday = (nowMs: number): Day => addDays(dayOf(nowMs), -1);

/** The first day of the grid: as asked, as configured, or the target alone. */
export const gridStart = (asked: Day | undefined, configured: Day | undefined, target: Day): Day =>
  asked ?? configured ?? target;
