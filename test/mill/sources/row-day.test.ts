/** Which day a value of a date column is, and what is said of one that is none. */
import { expect, test } from 'vitest';
import { dayOfValue, noDay } from '../../../src/mill/sources/row-day.ts';

test.each<[value: unknown, day: string]>([
  ['2024-01-05', '2024-01-05'],
  [' 2024-01-05 ', '2024-01-05'],
  ['2024-01-05T23:30:00-05:00', '2024-01-06'],
  ['2024-01-05T23:30:00+05:00', '2024-01-05'],
  ['2024-01-06T04:59:59+05:00', '2024-01-05'],
  ['2024-01-06T05:00:00+05:00', '2024-01-06'],
  ['2024-01-01T00:30:00+01:00', '2023-12-31'],
  ['2024-02-29T23:30:00-00:30', '2024-03-01'],
  ['2024-01-05T23:30-0500', '2024-01-06'],
  ['2024-01-05 23:30:00-05', '2024-01-06'],
  ['2024-01-05 12:00:00+05:45', '2024-01-05'],
  ['2024-01-05T23:30:00.123456789Z', '2024-01-05'],
  ['2024-01-05t23:30:00z', '2024-01-05'],
  ['2024-01-05 23:30:00', '2024-01-05'],
  ['2024-01-05 23:30:00 UTC', '2024-01-05'],
  ['2024-01-05 23:30', '2024-01-05'],
  ['2016-12-31T23:59:60Z', '2016-12-31'],
  ['2024-02-29', '2024-02-29'],
  [new Date('2024-01-05T23:30:00-05:00'), '2024-01-06'],
])('%s is of %s', (value, day) => {
  expect(dayOfValue(value)).toBe(day);
});

test.each<[value: unknown, says: RegExp]>([
  [undefined, /^it is not there$/],
  ['', /^it is blank/],
  ['  ', /^it is blank/],
  [null, /^null is not a day/],
  ['2024-02-30', /not a day: there is no 2024-02-30/],
  ['2023-02-29', /there is no 2023-02-29/],
  ['2024-13-01T00:00:00Z', /there is no 2024-13-01/],
  ['2024-01-05garbage', /what stands behind 2024-01-05 is no time/],
  ['2024-01-05T', /is no time/],
  ['2024-01-05T25:00:00Z', /is no time/],
  ['2024-01-05T24:00:00Z', /is no time/],
  ['2024-01-05T12:60:00Z', /is no time/],
  ['2024-01-05T12:00:00+25:00', /is no time/],
  ['2024-01-05T12:00:00 EST', /is no time\. Write 2024-01-05T23:30:00Z, with Z or an offset/],
  ['2024-01-05T12:00:00[Europe/Berlin]', /is no time/],
  ['2024-01-05-06', /is no time/],
  ['2024-01-050', /is no time/],
  ['01/05/2024', /"01\/05\/2024" is not a day: write it as YYYY-MM-DD \(2024-01-05\)/],
  ['05.01.2024', /write it as YYYY-MM-DD/],
  ['20240105', /write it as YYYY-MM-DD/],
  ['2024-1-5', /write it as YYYY-MM-DD/],
  ['2024/01/05', /write it as YYYY-MM-DD/],
  ['5 Jan 2024', /write it as YYYY-MM-DD/],
  ['٢٠٢٤-٠١-٠٥', /write it as YYYY-MM-DD/],
  [20240105, /^20240105 is not a day/],
  [1704412800000, /is not a day: write it/],
  [1704412800000n, /^1704412800000 is not a day/],
  [['2024-01-05'], /is not a day/],
  [new Date(Number.NaN), /^null is not a day/],
])('%# is not a day, and is told why', (value, says) => {
  expect(dayOfValue(value)).toBeUndefined();
  expect(noDay(value)).toMatch(says);
});
