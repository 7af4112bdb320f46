/** On which days a dataset should have data. */
import { expect, test } from 'vitest';
import { expectedDays, expectedOn } from '../../../src/mill/model/expected-days.ts';
import { addDays, daysFrom, toOrdinal } from '../../../src/values/date.ts';

test.each(['1969-12-22', '1970-01-05', '2024-01-01'])(
  'weekdays are the first five days of the week of Monday %s',
  (monday) => {
    const isExpected = expectedOn(expectedDays('prices', 'weekdays'));
    const week = daysFrom(monday, addDays(monday, 6));
    expect(week.map((day) => isExpected(toOrdinal(day)))).toEqual([true, true, true, true, true, false, false]);
  },
);

test('exceptions count once, in the order of days, however they are written', () => {
  const expected = expectedDays('prices', { on: 'daily', except: ['2024-12-25', '2024-01-01', '2024-12-25'] });
  expect(expected.except).toEqual(['2024-01-01', '2024-12-25']);
  expect(expectedOn(expected)(toOrdinal('2024-12-25'))).toBe(false);
  expect(expectedOn(expected)(toOrdinal('2024-12-24'))).toBe(true);
});
