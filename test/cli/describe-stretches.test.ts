/** Days in few words: weekends are no holes. */
import { expect, test } from 'vitest';
import { describeStretches, foldWeekends, isWeekend } from '../../src/cli/describe-stretches.ts';
import { type Day, daysFrom } from '../../src/values/date.ts';

const stretches = (...days: readonly Day[]) => days.map((day) => ({ from: day, to: day }));

test('knows a weekend, before 1970 as well', () => {
  expect(daysFrom('2001-01-01', '2001-01-07').map(isWeekend)).toEqual([false, false, false, false, false, true, true]);
  expect(daysFrom('1969-12-26', '1969-12-29').map(isWeekend)).toEqual([false, true, true, false]);
});

test.each([
  { said: '2001-01-05', of: stretches('2001-01-05') },
  { said: '2001-01-05 … 2001-01-09', of: [{ from: '2001-01-05', to: '2001-01-09' }] },
  {
    said: '2001-01-02 … 2001-01-12 Mon–Fri',
    of: [
      { from: '2001-01-02', to: '2001-01-05' },
      { from: '2001-01-08', to: '2001-01-12' },
    ],
  },
  {
    said: '2001-01-08 … 2001-01-19 Mon–Fri but 1',
    of: [
      { from: '2001-01-08', to: '2001-01-12' },
      { from: '2001-01-16', to: '2001-01-19' },
    ],
  },
  {
    said: '2001-01-06 … 2001-01-14 Sat–Sun',
    of: [
      { from: '2001-01-06', to: '2001-01-07' },
      { from: '2001-01-13', to: '2001-01-14' },
    ],
  },
  { said: '2001-01-01 … 2001-01-30, 3 stretches', of: stretches('2001-01-01', '2001-01-16', '2001-01-30') },
  { said: '2001-01-05 … 2001-01-13, 2 stretches', of: stretches('2001-01-05', '2001-01-13') },
])('$said', ({ said, of }) => {
  expect(describeStretches(of)).toBe(said);
});

test('days that are alike but for weekends are a row for weekdays and one for weekends', () => {
  const days = daysFrom('2001-01-08', '2001-01-21').map((date) => ({ date, counts: isWeekend(date) ? 7 : 20 }));
  const rows = foldWeekends(days, (one, other) => one.counts === other.counts);
  expect(rows.map(({ first, last, week }) => `${first.date} ${last.date} ${week}`)).toEqual([
    '2001-01-08 2001-01-19 Mon–Fri',
    '2001-01-13 2001-01-21 Sat–Sun',
  ]);
});

test('days that are all alike are one row, and where nothing is gained nothing is folded', () => {
  const rowsOf = (counts: readonly number[]) =>
    foldWeekends(
      daysFrom('2001-01-05', '2001-01-08').map((date, index) => ({ date, counts: counts[index] })),
      (one, other) => one.counts === other.counts,
    ).map(({ first, last, week }) => `${first.date} ${last.date} ${week}`);
  expect(rowsOf([1, 1, 1, 1])).toEqual(['2001-01-05 2001-01-08 ']);
  expect(rowsOf([1, 2, 2, 3])).toEqual(['2001-01-05 2001-01-05 ', '2001-01-06 2001-01-07 ', '2001-01-08 2001-01-08 ']);
});
