/** Quantiles by buckets: how far they are off, and that no order of counting or merging gives another sketch. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  coarser,
  codeOf,
  MAX_BUCKETS,
  MAX_SCALE,
  QuantileSketch,
  relativeErrorOf,
  ZERO_CODE,
} from '../../../src/meter/live/sketch.ts';

const any = fc.double({ noNaN: true, noDefaultInfinity: true });
const values = fc.array(
  fc.oneof(any, fc.integer({ min: -1_000, max: 1_000 }), fc.double({ min: 0.001, max: 10, noNaN: true })),
  { minLength: 1, maxLength: 400 },
);

const content = (sketch: QuantileSketch) => ({ scale: sketch.scale, buckets: sketch.buckets() });

const nearestRank = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number;

describe('a quantile', () => {
  test('is off by no more than the relative error that the sketch tells', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, q) => {
        const sketch = QuantileSketch.of(all);
        const exact = nearestRank(
          all.toSorted((a, b) => a - b),
          q,
        );
        const found = sketch.quantile(q) as number;
        // Where a double has few digits left, the middle of a bucket is rounded to one of them.
        const slack = Math.abs(exact) * 1e-9 + 5e-324;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(sketch.relativeError * Math.abs(exact) + slack);
      }),
      { numRuns: 500 },
    );
  });

  test('of latencies over four decades is within five percent, of a narrow range within a thousandth', () => {
    const wide = QuantileSketch.of(Array.from({ length: 10_000 }, (_, at) => 10 ** (-3 + (4 * at) / 10_000)));
    expect(wide.relativeError).toBeLessThan(0.05);
    expect(wide.buckets().length).toBeLessThanOrEqual(MAX_BUCKETS);
    const narrow = QuantileSketch.of(Array.from({ length: 10_000 }, (_, at) => 100 + at / 1_000));
    expect(narrow.relativeError).toBeLessThan(0.001);
    expect(narrow.quantile(0.5)).toBeCloseTo(105, 0);
  });

  test('of nothing is none, and what is not finite is not counted', () => {
    const sketch = new QuantileSketch();
    expect(sketch.quantile(0.5)).toBeUndefined();
    expect([NaN, Infinity, -Infinity].map((value) => sketch.add(value))).toEqual([false, false, false]);
    expect(sketch.count).toBe(0);
    sketch.add(-0);
    expect(sketch.buckets()).toEqual([[ZERO_CODE, 1]]);
    expect(sketch.quantile(1)).toBe(0);
  });
});

describe('merging', () => {
  test('is exact: in any order and by any path the sketch is that of all values together', () => {
    const pieces = fc.array(values, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pieces, fc.infiniteStream(fc.nat()), (all, choices) => {
        const whole = content(QuantileSketch.of(all.flat()));
        expect(content(QuantileSketch.of(all.flat().toReversed()))).toEqual(whole);
        const sketches = all.map((piece) => QuantileSketch.of(piece));
        while (sketches.length > 1) {
          const [a] = sketches.splice((choices.next().value ?? 0) % sketches.length, 1) as [QuantileSketch];
          const b = sketches[(choices.next().value ?? 0) % sketches.length] as QuantileSketch;
          b.merge(a);
        }
        expect(content(sketches[0] as QuantileSketch)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('with nothing changes nothing', () => {
    const sketch = QuantileSketch.of([1, 2, 3]);
    const before = content(sketch);
    sketch.merge(new QuantileSketch());
    expect(content(sketch)).toEqual(before);
  });
});

describe('buckets', () => {
  test('are closed above: a power of two is the last of its bucket at every scale', () => {
    for (const power of [-1_074, -1_022, -1, 0, 1, 10, 1_023]) {
      const value = 2 ** power;
      for (let scale = MAX_SCALE; scale >= 0; scale--)
        expect(coarser(codeOf(value), MAX_SCALE - scale) >> 1).toBe(power * 2 ** scale - 1);
    }
  });

  test('have an error that halves with each scale, and never reaches one', () => {
    expect(relativeErrorOf(0)).toBeCloseTo(1 / 3, 12);
    expect(relativeErrorOf(3) / relativeErrorOf(4)).toBeCloseTo(2, 2);
    expect(relativeErrorOf(MAX_SCALE)).toBeLessThan(2e-6);
  });

  test('hold every double, from the smallest to the largest of both signs', () => {
    const all = [5e-324, Number.MIN_VALUE, 1e-300, 1, 1e300, Number.MAX_VALUE].flatMap((value) => [value, -value]);
    const sketch = QuantileSketch.of(all);
    expect(sketch.count).toBe(all.length);
    expect(sketch.buckets().every(([code]) => Number.isInteger(code) && Math.abs(code) < 2 ** 31)).toBe(true);
  });
});
