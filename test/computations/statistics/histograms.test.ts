/** Sketches and bucket histograms against the values that went in. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addBucket,
  bucketQuantile,
  type BucketSums,
  sharedBuckets,
} from '../../../src/computations/statistics/bucket-histogram.ts';
import {
  emptySketch,
  type ExponentialSketch,
  MAX_BUCKETS,
  mergeSketch,
  relativeErrorOf,
  sketchCount,
  sketchQuantile,
} from '../../../src/computations/statistics/exponential-sketch.ts';

const PROBABILITIES = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1];

/** As an SDK of OpenTelemetry's would count them. */
function sketchOf(values: readonly number[], scale: number): ExponentialSketch {
  const sketch = emptySketch(scale);
  for (const value of values) {
    if (value === 0) sketch.zero++;
    else {
      const index = Math.ceil(Math.log2(Math.abs(value)) * 2 ** scale) - 1;
      const side = value > 0 ? sketch.positive : sketch.negative;
      side.set(index, (side.get(index) ?? 0) + 1);
    }
  }
  return sketch;
}

const plain = ({ scale, zero, positive, negative }: ExponentialSketch) => ({
  scale,
  zero,
  positive: [...positive].sort(([a], [b]) => a - b),
  negative: [...negative].sort(([a], [b]) => a - b),
});

const nearestRank = (values: readonly number[], probability: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(probability * values.length)) - 1] as number;

const values = fc.array(
  fc.oneof(
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    fc.double({ min: -100, max: -1e-6, noNaN: true }),
    fc.constant(0),
  ),
  { minLength: 1, maxLength: 200 },
);
/** Rounding of logarithms and powers. */
const ROUNDING = 1 + 1e-9;

describe('a sketch', () => {
  test('gives every quantile within its relative error, and within the ends that it tells', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -2, max: 8 }), (all, scale) => {
        const sketch = sketchOf(all, scale);
        expect(sketchCount(sketch)).toBe(all.length);
        for (const probability of PROBABILITIES) {
          const exact = nearestRank(all, probability);
          const { value, low, high } = sketchQuantile(sketch, probability) ?? { value: NaN, low: NaN, high: NaN };
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(
            Math.abs(exact) * relativeErrorOf(sketch) * ROUNDING + 1e-300,
          );
          const slack = Math.abs(exact) * 1e-9;
          expect((low ?? NaN) - slack).toBeLessThanOrEqual(exact);
          expect((high ?? NaN) + slack).toBeGreaterThanOrEqual(exact);
        }
      }),
    );
  });

  test('is the same however it was merged, from whatever scales', () => {
    const part = fc.record({ values, scale: fc.integer({ min: 0, max: 8 }) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const merged = (list: typeof parts): ExponentialSketch => {
          const sum = emptySketch(20);
          for (const { values, scale } of list) mergeSketch(sum, sketchOf(values, scale));
          return sum;
        };
        const all = merged(parts);
        expect(plain(merged(parts.toReversed()))).toEqual(plain(all));
        expect(sketchCount(all)).toBe(parts.reduce((sum, { values }) => sum + values.length, 0));
        expect(Math.max(all.positive.size, all.negative.size)).toBeLessThanOrEqual(MAX_BUCKETS);
        // Merging adds no error beyond that of the coarser scale.
        const exact = parts.flatMap(({ values }) => values);
        for (const probability of PROBABILITIES) {
          const wanted = nearestRank(exact, probability);
          const found = sketchQuantile(all, probability)?.value ?? NaN;
          expect(Math.abs(found - wanted)).toBeLessThanOrEqual(
            Math.abs(wanted) * relativeErrorOf(all) * ROUNDING + 1e-300,
          );
        }
      }),
    );
  });

  test('has the error of its scale: at 3 a quantile is off by 4.4 % at most, at 5 by 1.1 %', () => {
    // (b - 1) / (b + 1) with b = 2^(1/8) and 2^(1/32).
    expect(relativeErrorOf(emptySketch(3))).toBeCloseTo(0.0433, 4);
    expect(relativeErrorOf(emptySketch(5))).toBeCloseTo(0.01083, 5);
    expect(sketchQuantile(emptySketch(3), 0.5)).toBeUndefined();
  });
});

const bucketsOf = (counts: Readonly<Record<string, number>>): BucketSums => {
  const sums: BucketSums = new Map();
  for (const [bound, count] of Object.entries(counts))
    addBucket(sums, bound === '+Inf' ? Infinity : Number(bound), count);
  return sums;
};
const quantileOf = (counts: Readonly<Record<string, number>>, probability: number) =>
  bucketQuantile(sharedBuckets(bucketsOf(counts)) ?? [], probability);

describe('buckets', () => {
  // promqltest/testdata/histograms.test of Prometheus: the same buckets and their quantiles.
  test.each([
    [{ '0.1': 5, '.2': 7, '1e0': 9, '+Inf': 12 }, 0.3, 0.072],
    [{ '0.1': 5, '.2': 7, '1e0': 9, '+Inf': 12 }, 0.5, 0.15],
    [{ '0.1': 5, '.2': 7, '1e0': 9, '+Inf': 12 }, 0.8, 1],
    [{ '-0.2': 1, '-0.1': 2, '0.3': 2, '+Inf': 4 }, 0.2, -0.2],
    [{ '-0.2': 1, '-0.1': 2, '0.3': 2, '+Inf': 4 }, 0.5, -0.1],
    [{ '-0.2': 1, '-0.1': 2, '0.3': 2, '+Inf': 4 }, 0.8, 0.3],
  ])('%o at %d: %d, as Prometheus has it', (counts, probability, expected) => {
    expect(quantileOf(counts, probability)?.value).toBeCloseTo(expected, 12);
  });

  test('bound their error by their ends', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-3, max: 20, noNaN: true }), { minLength: 1, maxLength: 300 }), (all) => {
        const bounds = [0.005, 0.01, 0.1, 0.5, 1, 5, 10];
        const counts = Object.fromEntries(
          [...bounds.map(String), '+Inf'].map((bound) => [
            bound,
            all.filter((value) => bound === '+Inf' || value <= Number(bound)).length,
          ]),
        );
        for (const probability of PROBABILITIES.slice(1)) {
          const found = quantileOf(counts, probability);
          const exact = nearestRank(all, probability);
          expect(found?.low ?? -Infinity).toBeLessThanOrEqual(exact);
          expect(found?.high ?? Infinity).toBeGreaterThanOrEqual(exact);
        }
      }),
    );
  });

  test('of different bounds are added up at those that they share', () => {
    const sums = bucketsOf({ '0.1': 5, '1': 9, '+Inf': 10 });
    for (const [bound, count] of [
      [0.5, 1],
      [1, 2],
      [Infinity, 4],
    ] as const)
      addBucket(sums, bound, count);
    expect(sharedBuckets(sums)).toEqual([
      { bound: 1, count: 11 },
      { bound: Infinity, count: 14 },
    ]);
  });

  test('that fell are straightened; without an end, or with nothing else, they say nothing', () => {
    expect(sharedBuckets(bucketsOf({ '1': 5, '2': 4, '+Inf': 6 }))).toEqual([
      { bound: 1, count: 5 },
      { bound: 2, count: 5 },
      { bound: Infinity, count: 6 },
    ]);
    expect(sharedBuckets(bucketsOf({ '1': 5 }))).toBeUndefined();
    expect(quantileOf({ '+Inf': 6 }, 0.5)).toBeUndefined();
    expect(quantileOf({ '1': 0, '+Inf': 0 }, 0.5)).toBeUndefined();
    expect(quantileOf({ '1': 0, '+Inf': 3 }, 0.5)).toEqual({ value: 1, low: 1, high: null });
  });
});
