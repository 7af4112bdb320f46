/** Chance that can be had again: whether it looks like chance, and is the same. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/computations/statistics/seeded-random.ts';
import { addTo, emptyMoments, sampleVariance } from '../../../src/computations/statistics/moments.ts';

const COUNT = 100_000;

test('is the same for the same seeds, and another for any other', () => {
  const some = (...seeds: (string | number)[]): string => {
    const random = seededRandom(...seeds);
    return Array.from({ length: 4 }, () => random.uniform()).join();
  };
  expect(some('person', 1)).toBe(some('person', 1));
  const lists = [[], ['a'], ['b'], ['ab'], ['a', 'b'], ['b', 'a'], ['a', 1], ['a', 2], ['a', 11], ['a', 1, 1], ['']];
  expect(new Set(lists.map((seeds) => some(...seeds))).size).toBe(lists.length);
});

// By a second writing of both, in Python, of integers of any size: FNV-1a, once for each of a, b and c with 1, 2 and 3 put into its basis, each seed followed by the
// byte 1F; then sfc32's rounds, of which the first twelve are dropped.
test.each([
  [
    ['person', 0],
    [1665972825, 681795144, 2859699280, 3730003397],
  ],
  [['any'], [1282442102, 2464082744, 1889401813, 2650489616]],
])('of %j goes on as sfc32 does', (seeds, expected) => {
  const random = seededRandom(...seeds);
  expect(expected.map(() => random.uniform() * 2 ** 32)).toEqual(expected);
});

describe('uniform numbers', () => {
  test('fill their range evenly: chi-squared of a hundred classes', () => {
    const random = seededRandom('uniform');
    const classes = Array.from({ length: 100 }, () => 0);
    for (let at = 0; at < COUNT; at++) classes[Math.floor(random.uniform() * 100)]! += 1;
    const expected = COUNT / 100;
    const squares = classes.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // Of 99 degrees of freedom, beyond these limits is one of ten thousand on either side: scipy.stats.chi2.ppf([1e-4, 1 - 1e-4], 99).
    expect(squares).toBeGreaterThan(55);
    expect(squares).toBeLessThan(160);
  });

  test('do not follow from the one before, nor from the neighbouring seed', () => {
    const products = { next: 0, seed: 0 };
    const [one, other] = [seededRandom('person', 1), seededRandom('person', 2)];
    let before = one.uniform() - 0.5;
    for (let at = 0; at < COUNT; at++) {
      const now = one.uniform() - 0.5;
      products.next += before * now;
      products.seed += now * (other.uniform() - 0.5);
      before = now;
    }
    // The product of two has mean 0 and standard deviation 1/12.
    for (const sum of Object.values(products)) expect(Math.abs(sum)).toBeLessThan((4 * Math.sqrt(COUNT)) / 12);
  });

  test('the first of many seeds are as even as the many of one', () => {
    let sum = 0;
    for (let seed = 0; seed < COUNT; seed++) sum += seededRandom('behaviour', seed).uniform();
    expect(Math.abs(sum / COUNT - 0.5)).toBeLessThan(4 / Math.sqrt(12 * COUNT));
  });
});

test('normal numbers have mean 0, variance 1, no skew, kurtosis 3, and tails', () => {
  const random = seededRandom('normal');
  const moments = emptyMoments();
  let [cubes, fourths, beyond] = [0, 0, 0];
  for (let at = 0; at < COUNT; at++) {
    const one = random.normal();
    addTo(moments, one);
    cubes += one ** 3;
    fourths += one ** 4;
    if (Math.abs(one) > 3) beyond++;
  }
  // Standard errors of the moments of a normal variable: 1, sqrt 2, sqrt 15, sqrt 96 by the root of their number.
  const root = Math.sqrt(COUNT);
  expect(Math.abs(moments.mean)).toBeLessThan(4 / root);
  expect(Math.abs((sampleVariance(moments) as number) - 1)).toBeLessThan((4 * Math.SQRT2) / root);
  expect(Math.abs(cubes / COUNT)).toBeLessThan((4 * Math.sqrt(15)) / root);
  expect(Math.abs(fourths / COUNT - 3)).toBeLessThan((4 * Math.sqrt(96)) / root);
  expect(Math.abs(beyond - 0.0027 * COUNT)).toBeLessThan(4 * Math.sqrt(0.0027 * COUNT));
});

test.each([0, 0.15, 2.2, 20])('counts of %d on average have that mean and variance', (mean) => {
  const random = seededRandom('poisson', mean);
  const moments = emptyMoments();
  for (let at = 0; at < COUNT; at++) addTo(moments, random.poisson(mean));
  expect(Math.abs(moments.mean - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean / COUNT));
  const spread = Math.sqrt((mean + 2 * mean ** 2) / COUNT);
  expect(Math.abs((sampleVariance(moments) as number) - mean)).toBeLessThanOrEqual(4 * spread);
});
