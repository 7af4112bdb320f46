/** How sure a rate is that was seen on few. */
import { expect, test } from 'vitest';
import { rateAtMost } from '../../../src/mill/planning/rate-at-most.ts';

test('nothing seen in many is the rule of three', () => {
  for (const tries of [30, 300, 3_000, 100_000]) expect(rateAtMost(0, tries) * tries).toBeCloseTo(2.996, 0);
  expect(rateAtMost(0, 3_000)).toBeCloseTo(0.000_998, 6);
});

test('few say little: one that was right leaves nearly everything open', () => {
  expect(rateAtMost(0, 0)).toBe(1);
  expect(rateAtMost(0, 1)).toBeCloseTo(0.95, 6);
  expect(rateAtMost(0, 8)).toBeCloseTo(0.312, 3);
});

test('is that of the tables of Clopper and Pearson', () => {
  expect(rateAtMost(1, 10)).toBeCloseTo(0.3942, 4);
  expect(rateAtMost(5, 10)).toBeCloseTo(0.7776, 4);
  expect(rateAtMost(10, 100)).toBeCloseTo(0.1637, 4);
  expect(rateAtMost(10, 10)).toBe(1);
});

test('is never less than what was seen, and falls with more tries', () => {
  for (const seen of [0, 1, 7]) {
    const rates = [10, 100, 1_000, 10_000].map((tries) => rateAtMost(seen, tries));
    expect(rates.every((rate, index) => rate > seen / 10 ** (index + 1))).toBe(true);
    expect([...rates].sort((a, b) => b - a)).toEqual(rates);
  }
});
