/** Quantiles of logarithms, distinct counts, shares that differ and many tests at once, against published and exact figures. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chanceOf } from '../../differential/chance.ts';
import { benjaminiHochberg } from '../../../src/computations/statistics/benjamini-hochberg.ts';
import { dispersion } from '../../../src/computations/statistics/dispersion.ts';
import {
  addHash,
  emptyHyperLogLog,
  estimatedCount,
  hyperLogLogOf,
  hyperLogLogText,
  mergeInto,
} from '../../../src/computations/statistics/hyperloglog.ts';
import {
  addLogarithm,
  emptyLogHistogram,
  logQuantile,
  RELATIVE_ERROR,
} from '../../../src/computations/statistics/log-histogram.ts';
import { murmurHash } from '../../../src/computations/statistics/murmur-hash.ts';
import { quantile } from '../../../src/computations/statistics/quantile.ts';
import { twoProportionTest } from '../../../src/computations/statistics/two-proportion-test.ts';

describe('a histogram of logarithms', () => {
  const durations = fc.array(fc.double({ min: 0, max: 3_600_000, noNaN: true }), { minLength: 1, maxLength: 200 });

  test('has every quantile within a hundredth of itself, or within 1', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, probability) => {
        const histogram = emptyLogHistogram();
        for (const value of values) addLogarithm(histogram, value);
        const exact = quantile(
          values.toSorted((a, b) => a - b),
          probability,
        ) as number;
        const found = logQuantile(histogram, probability) as number;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.max(1, exact * RELATIVE_ERROR * (1 + 1e-9)) + 1e-9);
      }),
    );
  });

  test('takes some kilobytes for any durations, and nothing for none', () => {
    const histogram = emptyLogHistogram();
    expect(logQuantile(histogram, 0.5)).toBeUndefined();
    for (let ms = 0; ms <= 3_600_000; ms += 100) addLogarithm(histogram, ms);
    expect(histogram.counts.byteLength).toBeLessThanOrEqual(8_192);
    addLogarithm(histogram, -5);
    expect(logQuantile(histogram, 0)).toBeLessThanOrEqual(1);
  });
});

describe('the false discovery rate', () => {
  // Benjamini & Hochberg 1995, section 3.2: of the fifteen p-values of Neuhaus et al. (1992) the first four are findings at 0.05.
  const PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];

  test('finds four of the fifteen of the paper', () => {
    const adjusted = benjaminiHochberg(PUBLISHED);
    expect(adjusted.filter((q) => q <= 0.05)).toHaveLength(4);
    // 0.0095 x 15 / 4.
    expect(adjusted[3]).toBeCloseTo(0.035625, 12);
    expect(adjusted.at(-1)).toBe(1);
  });

  test('is of each p-value, in whatever order they come', () => {
    const adjusted = benjaminiHochberg(PUBLISHED);
    expect(benjaminiHochberg(PUBLISHED.toReversed())).toEqual(adjusted.toReversed());
    expect(benjaminiHochberg([])).toEqual([]);
    expect(benjaminiHochberg([0.03])).toEqual([0.03]);
  });

  test('never falls below the p-value, nor turns the order round', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (pValues) => {
        const pairs = benjaminiHochberg(pValues).map((q, index) => ({ p: pValues[index] as number, q }));
        for (const { p, q } of pairs) expect(q >= p && q <= 1).toBe(true);
        const ascending = pairs.toSorted((a, b) => a.p - b.p || a.q - b.q).map(({ q }) => q);
        expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('two shares', () => {
  test('of 60 and 45 in a hundred differ as SciPy says', () => {
    const p = twoProportionTest({ successes: 60, trials: 100 }, { successes: 45, trials: 100 });
    // scipy.stats.chi2_contingency([[60, 40], [45, 55]], correction=False): statistic 4.51128, p 0.033672068856.
    expect(p).toBeCloseTo(0.033672068856, 11);
  });

  test('that are one have a p of 1, and the order does not matter', () => {
    expect(twoProportionTest({ successes: 30, trials: 60 }, { successes: 20, trials: 40 })).toBeCloseTo(1, 12);
    const [a, b] = [
      { successes: 60, trials: 100 },
      { successes: 45, trials: 100 },
    ];
    expect(twoProportionTest(a, b)).toBe(twoProportionTest(b, a));
  });

  test.each([
    ['no trials', 0, 0, 0, 0],
    ['no trials on one side', 0, 0, 50, 100],
    ['no failures', 100, 100, 100, 100],
    ['four failures to be expected', 96, 100, 96, 100],
  ])('with %s are too few to tell', (_, successes, trials, others, otherTrials) => {
    expect(twoProportionTest({ successes, trials }, { successes: others, trials: otherTrials })).toBeUndefined();
  });
});

describe('the dispersion between days', () => {
  const chance = chanceOf(4);
  const day = (trials: number, fails: number) => {
    let failures = 0;
    for (let trial = 0; trial < trials; trial++) if (chance.below(1_000_000) < fails * 1_000_000) failures++;
    return { failures, successes: trials - failures };
  };
  const meanOf = (makeDay: () => ReturnType<typeof day>): number => {
    const found = Array.from({ length: 200 }, () => dispersion(Array.from({ length: 28 }, makeDay)));
    return found.reduce((sum, one) => sum + one, 0) / found.length;
  };

  test('is the median of squared residuals by that of chi-squared', () => {
    // A tenth of 700 fails; squared residuals (failures - 10)² / 9 are 16/9 on six of seven days.
    const failures = [14, 6, 14, 6, 14, 6, 10];
    const days = failures.map((count) => ({ failures: count, successes: 100 - count }));
    // One of seven degrees of freedom goes to the share.
    const one = ((16 / 9) * (7 / 6)) / 0.454936423119572;
    expect(dispersion(days)).toBeCloseTo(one, 12);
    // Two weeks, each with a share of its own, are as spread.
    const turned = days.map(({ failures, successes }) => ({ failures: successes, successes: failures }));
    expect(dispersion(days, turned)).toBeCloseTo(one, 12);
  });

  test('is little above 1 where trials are independent, and the design effect where they come in fours', () => {
    expect(meanOf(() => day(100, 0.2))).toBeLessThan(1.3);
    // Four trials that end alike have four times the variance of one.
    const inFours = (): ReturnType<typeof day> => {
      const { failures, successes } = day(100, 0.2);
      return { failures: 4 * failures, successes: 4 * successes };
    };
    expect(Math.abs(meanOf(inFours) - 4)).toBeLessThan(0.6);
  });

  test('hardly moves with one day on which everything fails', () => {
    const quiet = Array.from({ length: 27 }, () => day(100, 0.2));
    expect(dispersion([...quiet, { failures: 100, successes: 0 }])).toBeLessThan(2 * dispersion(quiet) + 0.5);
  });

  test('hardly moves with four days on which much fails, so that trouble does not hide itself', () => {
    const calm = meanOf(() => day(60, 0.05));
    let at = 0;
    expect(meanOf(() => day(60, at++ % 28 < 4 ? 0.3 : 0.05))).toBeLessThan(calm + 0.6);
  });

  test.each([
    ['no days', []],
    ['six days', [1, 50, 1, 50, 1, 50]],
    ['no failures', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['nothing but failures', [100, 100, 100, 100, 100, 100, 100, 100]],
  ])('of %s is 1', (_, failures) => {
    expect(dispersion(failures.map((count) => ({ failures: count, successes: 100 - count })))).toBe(1);
  });

  test('passes over days without trials', () => {
    const none = { failures: 0, successes: 0 };
    expect(dispersion([none, none, none, none, none, none, none])).toBe(1);
  });
});

describe('MurmurHash3', () => {
  // https://en.wikipedia.org/wiki/MurmurHash, and the verification of the reference implementation by its blocks of 0 to 4 bytes.
  test.each([
    ['', 0, 0x00000000],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0, 0xc0363e43],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('of "%s" with the seed %d', (text, seed, expected) => {
    expect(murmurHash(text, seed)).toBe(expected);
  });
});

describe('a HyperLogLog', () => {
  const sketchOf = (from: number, to: number): ReturnType<typeof emptyHyperLogLog> => {
    const sketch = emptyHyperLogLog();
    for (let user = from; user < to; user++)
      addHash(sketch, murmurHash(`user-${user}`, 1), murmurHash(`user-${user}`, 2));
    return sketch;
  };

  // Four standard errors of 1.625 %.
  test.each([0, 1, 10, 100, 1_000, 5_000, 10_000, 20_000, 100_000])('counts %d within 6.5 %%', (count) => {
    expect(Math.abs(estimatedCount(sketchOf(0, count)) - count)).toBeLessThanOrEqual(0.065 * count);
  });

  test('has no bias, and the error that it is said to have', () => {
    const errors = Array.from(
      { length: 40 },
      (_, run) => estimatedCount(sketchOf(run * 4_000, (run + 1) * 4_000)) / 4_000 - 1,
    );
    const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(Math.abs(bias)).toBeLessThan(0.01);
    expect(deviation).toBeGreaterThan(0.008);
    expect(deviation).toBeLessThan(0.024);
  });

  test('counts what comes twice once, joins, and is kept as text', () => {
    const both = sketchOf(0, 3_000);
    mergeInto(both, sketchOf(2_000, 5_000));
    expect(both).toEqual(sketchOf(0, 5_000));
    const text = hyperLogLogText(both);
    expect(text).toMatch(/^[0-Q]{4096}$/u);
    expect(hyperLogLogOf(text)).toEqual(both);
    expect(Number.isFinite(estimatedCount(hyperLogLogOf('what is no sketch ~\u0000')))).toBe(true);
  });
});
