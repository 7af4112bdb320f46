/** Days on which a dataset should have data and has none. */
import { type Day, daysAfter, toOrdinal } from '../../values/date.ts';
import { expectedOn, type ExpectedDays } from '../model/expected-days.ts';
import { type DaySet, daysWhere, NO_DAYS, subtract } from './day-set.ts';

/** From the dataset's first day on, and through `to`; nothing of a dataset that has no day yet. `there`: days with data, whole or not. */
export function missingData(expected: ExpectedDays | undefined, there: DaySet, to: Day): DaySet {
  const [first] = there;
  const last = toOrdinal(to);
  if (expected === undefined || first === undefined || first > last) return NO_DAYS;
  const isExpected = expectedOn(expected);
  return subtract(
    daysWhere(first, last - first + 1, (index) => isExpected(daysAfter(first, index))),
    there,
  );
}
