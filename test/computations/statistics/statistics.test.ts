/** The statistics, against published and hand-worked figures. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smooth } from '../../../src/computations/statistics/exponential-smoothing.ts';
import { herfindahlIndex } from '../../../src/computations/statistics/herfindahl-index.ts';
import { addInteger, emptyHistogram, valueOfRank } from '../../../src/computations/statistics/integer-histogram.ts';
import { linearFit } from '../../../src/computations/statistics/linear-fit.ts';
import { mean, sampleDeviation } from '../../../src/computations/statistics/mean.ts';
import { histogramQuantile, quantile } from '../../../src/computations/statistics/quantile.ts';
import { robustScore } from '../../../src/computations/statistics/robust-score.ts';
import { wilsonLowerBound } from '../../../src/computations/statistics/wilson-bound.ts';

const integers = fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: 1, maxLength: 300 });

const histogramOf = (values: readonly number[]): ReturnType<typeof emptyHistogram> => {
  const histogram = emptyHistogram();
  for (const value of values) addInteger(histogram, value);
  return histogram;
};

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

describe('a histogram of integers', () => {
  test('knows every value by rank, whatever came in, in whatever order', () => {
    fc.assert(
      fc.property(integers, (values) => {
        const histogram = histogramOf(values);
        expect(values.map((_, rank) => valueOfRank(histogram, rank))).toEqual(ascending(values));
        expect(histogram.total).toBe(values.length);
      }),
    );
  });

  test('stays within the range of its values', () => {
    fc.assert(
      fc.property(integers, (values) => {
        const span = Math.max(...values) - Math.min(...values) + 1;
        expect(histogramOf(values).counts.length).toBeLessThanOrEqual(4 * (span + 128));
      }),
    );
  });

  test('gives the quantiles of its values', () => {
    fc.assert(
      fc.property(integers, fc.double({ min: 0, max: 1, noNaN: true }), (values, probability) => {
        expect(histogramQuantile(histogramOf(values), probability)).toBe(quantile(ascending(values), probability));
      }),
    );
  });
});

describe('a quantile', () => {
  // R 4: quantile(1:10, c(0, .25, .5, .9, 1)) is 1, 3.25, 5.5, 9.1, 10.
  test.each([
    [0, 1],
    [0.25, 3.25],
    [0.5, 5.5],
    [0.9, 9.1],
    [1, 10],
  ])('at %d of 1 to 10 is %d', (probability, expected) => {
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], probability)).toBeCloseTo(expected, 12);
  });

  test('of nothing is undefined', () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(histogramQuantile(emptyHistogram(), 0.5)).toBeUndefined();
  });
});

test('mean and sample deviation of 2, 4, 4, 4, 5, 5, 7, 9 are 5 and the root of 32 / 7', () => {
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  expect(sampleDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(mean([])).toBeUndefined();
  expect(sampleDeviation([1])).toBeUndefined();
});

describe('a linear fit', () => {
  // F. J. Anscombe, "Graphs in Statistical Analysis", The American Statistician 27 (1973): slope 0.5, r² 0.667 in all four.
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
  test.each([
    ['first', [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]],
    ['second', [9.14, 8.14, 8.74, 8.77, 9.26, 8.1, 6.13, 3.1, 9.13, 7.26, 4.74]],
    ['third', [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]],
  ])('of Anscombe’s %s quartet', (_, y) => {
    const fit = linearFit(x.map((value, index) => ({ x: value, y: y[index] as number })));
    expect(fit?.slope).toBeCloseTo(0.5, 3);
    expect(fit?.correlation).toBeCloseTo(Math.sqrt(0.667), 3);
  });

  test('has no answer where nothing varies', () => {
    expect(
      linearFit([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toBeUndefined();
    expect(
      linearFit([
        { x: 1, y: 3 },
        { x: 2, y: 3 },
      ]),
    ).toBeUndefined();
    expect(linearFit([])).toBeUndefined();
  });
});

describe('a robust score', () => {
  test('counts in medians of the deviations', () => {
    // Median 11, deviations 1 1 0 2 2, MAD 1.
    expect(robustScore(20, [10, 12, 11, 13, 9])).toEqual({ median: 11, score: 9 / (1 / 0.6745) });
  });

  test('falls back on the mean deviation when most peers are equal', () => {
    // Median 5, MAD 0, mean deviation 1: sigma = sqrt(pi / 2).
    expect(robustScore(10, [5, 5, 5, 9])?.score).toBeCloseTo(5 / Math.sqrt(Math.PI / 2), 12);
  });

  test('has no answer without peers that differ', () => {
    expect(robustScore(10, [])).toBeUndefined();
    expect(robustScore(10, [5, 5, 5])).toBeUndefined();
  });
});

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
test.each([
  [81, 263, 0.2553],
  [15, 148, 0.0624],
  [0, 20, 0],
  [1, 29, 0.0061],
])('Wilson’s lower bound of %d in %d is %d', (successes, trials, expected) => {
  expect(wilsonLowerBound(successes, trials)).toBeCloseTo(expected, 4);
});

test('the Herfindahl–Hirschman index of 30, 30, 20 and 20 is 2,600 in 10,000', () => {
  // The worked example of the US Department of Justice: https://www.justice.gov/atr/herfindahl-hirschman-index
  expect(herfindahlIndex([30, 30, 20, 20])).toBeCloseTo(0.26, 12);
  expect(herfindahlIndex([7])).toBe(1);
  expect(herfindahlIndex([])).toBe(0);
  expect(herfindahlIndex([0, 0])).toBe(0);
  for (const unit of [1e-200, 1e200])
    expect(herfindahlIndex([30, 30, 20, 20].map((each) => each * unit))).toBeCloseTo(0.26, 12);
});

test('smoothing moves the level by its weight of the difference', () => {
  expect(smooth(10, 20, 0.2)).toBe(12);
});
