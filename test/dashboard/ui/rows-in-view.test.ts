import { expect, test } from 'vitest';
import { rowsInView } from '../../../src/dashboard/ui/rows-in-view.ts';

test.each([0, 24, 1_000, 23_999, 50_000])('at %i pixels, all rows have their place and few are drawn', (scrolled) => {
  const { first, end, before, after } = rowsInView(1_000, 24, scrolled, 600);
  expect(before + (end - first) * 24 + after).toBe(24_000);
  expect(end - first).toBeLessThanOrEqual(66);
});

test('what is seen is drawn', () => {
  const { first, end } = rowsInView(1_000, 24, 12_000, 600);
  expect(first).toBeLessThanOrEqual(500);
  expect(end).toBeGreaterThanOrEqual(525);
});

test('a table without rows has none in view', () => {
  expect(rowsInView(0, 24, 100, 600)).toEqual({ first: 0, end: 0, before: 0, after: 0 });
});
