/** Days that should have data: by weekday, without exceptions, from a dataset's first day through the target. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysFrom } from '../../../src/values/date.ts';
import { expectedDays, type ExpectedOption } from '../../../src/mill/model/expected-days.ts';
import { daySetOfDays, daysOfSet, describeDays } from '../../../src/mill/planning/day-set.ts';
import { missingData } from '../../../src/mill/planning/missing-data.ts';

const missing = (option: ExpectedOption, there: readonly string[], to: string): string[] =>
  daysOfSet(missingData(expectedDays('orders', option), daySetOfDays(there), to));

test.each<[option: ExpectedOption, missing: string[]]>([
  ['daily', ['2026-05-02', '2026-05-03', '2026-05-04', '2026-05-06', '2026-05-07']],
  // 2026-05-02 and 03 are a weekend.
  ['weekdays', ['2026-05-04', '2026-05-06', '2026-05-07']],
  [{ on: 'weekdays', except: ['2026-05-04', '2026-05-07'] }, ['2026-05-06']],
  [{ on: ['monday', 'saturday'] }, ['2026-05-02', '2026-05-04']],
  [{ except: ['2026-05-02', '2026-05-03'] }, ['2026-05-04', '2026-05-06', '2026-05-07']],
])('%j', (option, expected) => {
  expect(missing(option, ['2026-05-01', '2026-05-05'], '2026-05-07')).toEqual(expected);
});

test('is nothing before the first day, behind the target, or of a dataset that nobody ever loaded', () => {
  expect(missing('daily', ['2026-05-05'], '2026-05-05')).toEqual([]);
  expect(missing('daily', ['2026-05-05'], '2026-05-01')).toEqual([]);
  expect(missing('daily', [], '2026-05-05')).toEqual([]);
});

test('agrees with the calendar, also before 1970', () => {
  const day = fc
    .integer({ min: -30_000, max: 60_000 })
    .map((at) => new Date(at * 86_400_000).toISOString().slice(0, 10));
  fc.assert(
    fc.property(day, fc.integer({ min: 0, max: 30 }), (first, length) => {
      const to = new Date(Date.parse(first) + length * 86_400_000).toISOString().slice(0, 10);
      const weekend = daysFrom(first, to).filter((date) => [0, 6].includes(new Date(date).getUTCDay()));
      expect(missing({ on: ['saturday', 'sunday'] }, [first], to)).toEqual(weekend.filter((date) => date !== first));
    }),
  );
});

describe('a calendar that cannot be', () => {
  test.each<[option: unknown]>([['monthly'], [{ on: [] }], [{ on: ['someday'] }], [{ except: ['2026-02-30'] }]])(
    '%j is refused with what to write',
    (option) => {
      expect(() => expectedDays('orders', option as ExpectedOption)).toThrow(/^orders: expected is .*Write 'daily'/);
    },
  );
});

test.each([
  [['2026-05-01'], '2026-05-01'],
  [['2026-05-01', '2026-05-02', '2026-05-04'], '2026-05-01 … 2026-05-02 and 2026-05-04'],
  [['2026-05-01', '2026-05-03', '2026-05-05'], '2026-05-01, 2026-05-03 and 2026-05-05'],
  [['2026-05-01', '2026-05-03', '2026-05-05', '2026-05-06', '2026-05-09'], '2026-05-01, 2026-05-03 and 3 more days'],
])('%j are told as %s', (days, text) => {
  expect(describeDays(daySetOfDays(days))).toBe(text);
});
