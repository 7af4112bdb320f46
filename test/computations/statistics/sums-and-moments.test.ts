/** Sums, means and variances, to the digits that NIST certifies. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sum } from '../../../src/computations/statistics/compensated-sum.ts';
import { mean, sampleDeviation } from '../../../src/computations/statistics/mean.ts';
import {
  addTo,
  emptyMoments,
  mergeMoments,
  sampleDeviationOf,
  sampleVariance,
} from '../../../src/computations/statistics/moments.ts';
import type { Moments } from '../../../src/computations/statistics/moments.ts';
import { digitsAgreeing, readUnivariate } from './nist.ts';
import type { Univariate } from './nist.ts';

const momentsOf = (values: readonly number[]): Moments => {
  const moments = emptyMoments();
  for (const value of values) addTo(moments, value);
  return moments;
};

/** NumAcc2 to NumAcc4 are made by this rule: the center, then 500 pairs of a tenth below and a tenth above it. */
const tenths = (mean: number, below: number, above: number): Univariate => ({
  values: [mean, ...Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? below : above))],
  mean,
  deviation: 0.1,
});

describe('NIST’s univariate sets', () => {
  // Digits of 15 that agree, at least: of the mean, and of the deviation in two passes and value by value. The deviations of NumAcc3 and NumAcc4 cannot have more:
  // after seven or eight digits of the mean, tenths are rounded in the data themselves.
  test.each([
    ['PiDigits', readUnivariate('pi-digits'), 15, 15, 14.9],
    ['Lottery', readUnivariate('lottery'), 15, 15, 15],
    ['Lew', readUnivariate('lew'), 15, 15, 15],
    ['Mavro', readUnivariate('mavro'), 15, 13.1, 12],
    ['Michelso', readUnivariate('michelso'), 15, 13.8, 12.3],
    ['NumAcc1', { values: [10000001, 10000003, 10000002], mean: 10000002, deviation: 1 }, 15, 15, 15],
    ['NumAcc2', tenths(1.2, 1.1, 1.3), 15, 15, 15],
    ['NumAcc3', tenths(1000000.2, 1000000.1, 1000000.3), 15, 9.4, 9.4],
    ['NumAcc4', tenths(10000000.2, 10000000.1, 10000000.3), 15, 8.2, 8.2],
  ])('%s', (_, { values, ...certified }, ofMean, inTwoPasses, oneByOne) => {
    const moments = momentsOf(values);
    const digits = (found: number | undefined, value: number): number => digitsAgreeing([found ?? Number.NaN], [value]);
    expect(digits(mean(values), certified.mean)).toBeGreaterThanOrEqual(ofMean);
    expect(digits(sampleDeviation(values), certified.deviation)).toBeGreaterThanOrEqual(inTwoPasses);
    expect(digits(moments.mean, certified.mean)).toBeGreaterThanOrEqual(14);
    expect(digits(sampleDeviationOf(moments), certified.deviation)).toBeGreaterThanOrEqual(oneByOne);
  });
});

describe('a sum', () => {
  test('keeps what plain addition drops', () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2);
    expect(sum(Array.from({ length: 10 }, () => 0.1))).toBe(1);
    expect([1, 1e100, 1, -1e100].reduce((total, value) => total + value, 0)).toBe(0);
  });

  test('of decimals is the nearest number to the exact one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e12, max: 1e12 }), { maxLength: 300 }), (cents) => {
        const exact = cents.reduce((total, value) => total + BigInt(value), 0n);
        const found = sum(cents.map((value) => value / 64));
        expect(found).toBe(Number(exact) / 64);
      }),
    );
  });

  test('of nothing is 0, and what is no finite number comes out as such', () => {
    expect(sum([])).toBe(0);
    expect(sum([1, Infinity, 2])).toBe(Infinity);
    expect(sum([Infinity, -Infinity])).toBeNaN();
    expect(sum([1, Number.NaN])).toBeNaN();
    expect(sum(new Set([1, 2]))).toBe(3);
  });
});

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 });
/** Equal but for the rounding of a sum of squares, of values up to a million; undefined is itself. */
const close = (found: number | undefined, expected: number | undefined): boolean =>
  expected === undefined || found === undefined
    ? found === expected
    : Math.abs(found - expected) <= 1e-7 + Math.abs(expected) * 1e-9;

describe('moments', () => {
  test('of parts, merged in any way, are those of all', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [first, second, third] = [momentsOf(a), momentsOf(b), momentsOf(c)];
        const all = momentsOf([...a, ...b, ...c]);
        for (const merged of [
          mergeMoments(mergeMoments(first, second), third),
          mergeMoments(first, mergeMoments(third, second)),
        ]) {
          expect(merged.count).toBe(all.count);
          expect(close(merged.mean, all.mean)).toBe(true);
          expect(close(sampleDeviationOf(merged), sampleDeviationOf(all))).toBe(true);
        }
      }),
    );
  });

  test('agree with the mean and deviation in two passes', () => {
    fc.assert(
      fc.property(values, (all) => {
        const moments = momentsOf(all);
        expect(close(moments.mean, mean(all) ?? 0)).toBe(true);
        expect(close(sampleDeviationOf(moments), sampleDeviation(all))).toBe(true);
      }),
    );
  });

  test('have a variance from two values on', () => {
    expect(sampleVariance(momentsOf([]))).toBeUndefined();
    expect(sampleVariance(momentsOf([5]))).toBeUndefined();
    expect(sampleDeviationOf(momentsOf([5]))).toBeUndefined();
    expect(sampleVariance(momentsOf([4, 6]))).toBe(2);
    expect(sampleDeviationOf(momentsOf([3, 3, 3]))).toBe(0);
  });

  test('leave what is merged as it was, and take NaN for what it is', () => {
    const [a, b] = [momentsOf([1, 2]), emptyMoments()];
    const merged = mergeMoments(a, b);
    addTo(merged, 9);
    expect(a).toEqual(momentsOf([1, 2]));
    expect(b).toEqual({ count: 0, mean: 0, m2: 0 });
    expect(sampleVariance(momentsOf([1, Number.NaN, 2]))).toBeNaN();
  });
});
