/** Days that stand for many: each trait of the calendar comes up as long as there is room. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays } from '../../../src/values/date.ts';
import { daysThatDiffer } from '../../../src/mill/planning/days-that-differ.ts';

const from = (first: string, count: number): string[] => Array.from({ length: count }, (_, at) => addDays(first, at));

test('of three years each month, weekday and year comes up, the leap day, and the ends of years', () => {
  const days = from('2023-06-15', 3 * 365);
  const chosen = daysThatDiffer(days, 24);
  expect(chosen).toHaveLength(24);
  expect(new Set(chosen.map((day) => day.slice(5, 7))).size).toBe(12);
  expect(new Set(chosen.map((day) => new Date(day).getUTCDay())).size).toBe(7);
  expect(new Set(chosen.map((day) => day.slice(0, 4))).size).toBe(4);
  for (const end of ['-02-29', '-12-31', '-01-01']) expect(chosen.some((day) => day.endsWith(end))).toBe(true);
  expect(chosen).toEqual(expect.arrayContaining([days[0], days.at(-1)]));
});

test('with little room the most telling days come first', () => {
  expect(daysThatDiffer(from('2024-02-20', 20), 1)).toEqual(['2024-02-29']);
});

test('never more than there are, none twice, and none of others', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 40 }), (count, limit) => {
      const days = from('2019-12-01', count);
      const chosen = daysThatDiffer(days, limit);
      expect(chosen).toHaveLength(Math.min(count, limit));
      expect(new Set(chosen).size).toBe(chosen.length);
      for (const day of chosen) expect(days).toContain(day);
    }),
  );
});
