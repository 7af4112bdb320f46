/** How far chance takes a share, against sums over the whole distribution. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { meanDeviationOfShare } from '../../../src/computations/statistics/binomial-deviation.ts';

/** The sum of |k / n - p| by the probability of each k, which Pascal's rule gives one trial after the other. */
function bySum(trials: number, share: number): number {
  let probabilities = [1];
  for (let trial = 1; trial <= trials; trial++) {
    const before = probabilities;
    probabilities = Array.from(
      { length: trial + 1 },
      (_, count) => (before[count] ?? 0) * (1 - share) + (before[count - 1] ?? 0) * share,
    );
  }
  return probabilities.reduce((sum, one, count) => sum + one * Math.abs(count / trials - share), 0);
}

test('four fair coins are off by 0.1875 on average', () => {
  // |k / 4 - 1/2| is 1/2, 1/4, 0, 1/4, 1/2, with 1, 4, 6, 4, 1 of 16: (1 + 1 + 0 + 1) / 2 / 8.
  expect(meanDeviationOfShare(4, 0.5)).toBeCloseTo(0.1875, 15);
  expect(meanDeviationOfShare(1, 0.5)).toBeCloseTo(0.5, 15);
});

test('is the sum over the distribution', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
      (trials, share) => {
        const expected = bySum(trials, share);
        expect(Math.abs(meanDeviationOfShare(trials, share) - expected)).toBeLessThan(1e-11 * expected + 1e-15);
      },
    ),
  );
});

// scipy 1.17.1: k = numpy.arange(n + 1); numpy.sum(abs(k / n - p) * scipy.stats.binom.pmf(k, n, p))
test.each([
  [1_000, 0.5, 0.012612509089180416],
  [1_001, 0.5, 0.0126125090891804],
  [1_001, 0.001, 0.0007353908495419281],
  [1_001, 1e-6, 1.9979990006667483e-6],
  [5_000, 0.02, 0.001578414407446046],
  [1_001, 0.3, 0.01155882160493272],
  [100_000, 0.7, 0.0011562409523269202],
  [100_000, 0.0003, 4.3574178274319027e-5],
  [1_000_000, 0.5, 0.0003989421806658756],
])('of %d at %d is %d', (trials, share, expected) => {
  expect(Math.abs(meanDeviationOfShare(trials, share) / expected - 1)).toBeLessThan(1e-9);
});

test('is the same for who buys and for who sells', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 999 }), (trials, thousandths) => {
      const [one, other] = [thousandths / 1000, (1000 - thousandths) / 1000];
      const apart = meanDeviationOfShare(trials, one) / meanDeviationOfShare(trials, other) - 1;
      expect(Math.abs(apart)).toBeLessThan(1e-7);
    }),
    { numRuns: 50 },
  );
});

test.each([
  [0, 0.5],
  [7, 0],
  [7, 1],
])('without chance, of %d at %d, is 0', (trials, share) => {
  expect(meanDeviationOfShare(trials, share)).toBe(0);
});
