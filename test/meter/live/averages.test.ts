/** Moving averages: what the first value does, what time does, and where the two kinds are the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smoothed, smoothedOverTime } from '../../../src/meter/live/averages.ts';

const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const alpha = fc.double({ min: 0.001, max: 1, noNaN: true });

describe('an average of values', () => {
  test('is seeded by the first', () => {
    expect(smoothed(undefined, 7, 0.1)).toBe(7);
    expect(smoothedOverTime(undefined, 7, { elapsedMs: 0, tauMs: 1 })).toBe(7);
  });

  test('is what the formula says, written out', () => {
    expect([10, 20, 0].reduce<number | undefined>((sofar, next) => smoothed(sofar, next, 0.3), undefined)).toBeCloseTo(
      0.7 * (0.7 * 10 + 0.3 * 20),
      12,
    );
  });

  test('stays between the values that went in', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), alpha, (values, weight) => {
        const average = values.reduce<number | undefined>((sofar, next) => smoothed(sofar, next, weight), undefined);
        expect(average).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(average).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      }),
    );
  });
});

describe('an average over time', () => {
  test('forgets by time, not by the number of values: a value held steady weighs the same in one piece and in many', () => {
    const tauMs = 60_000;
    const whole = smoothedOverTime(100, 0, { elapsedMs: 30_000, tauMs });
    let parts = 100;
    for (let part = 0; part < 30; part++) parts = smoothedOverTime(parts, 0, { elapsedMs: 1_000, tauMs });
    expect(parts).toBeCloseTo(whole, 10);
    expect(whole).toBeCloseTo(100 * Math.exp(-0.5), 10);
  });

  test('at even intervals is the plain one with alpha = 1 - exp(-interval / tau)', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 600_000 }),
        (values, elapsedMs) => {
          const tauMs = 60_000;
          const even = 1 - Math.exp(-elapsedMs / tauMs);
          let plain: number | undefined;
          let timed: number | undefined;
          for (const next of values) {
            plain = smoothed(plain, next, even);
            timed = smoothedOverTime(timed, next, { elapsedMs, tauMs });
          }
          const largest = Math.max(1, ...values.map(Math.abs));
          expect(Math.abs((plain ?? 0) - (timed ?? 0)) / largest).toBeLessThan(1e-9);
        },
      ),
    );
  });

  test('gives a value of the same moment, or of an earlier one, no weight', () => {
    expect(smoothedOverTime(5, 100, { elapsedMs: 0, tauMs: 1_000 })).toBe(5);
    expect(smoothedOverTime(5, 100, { elapsedMs: -10, tauMs: 1_000 })).toBe(5);
  });

  test('keeps the digits of a weight that is almost nothing', () => {
    expect(smoothedOverTime(0, 1, { elapsedMs: 1e-6, tauMs: 1e9 })).toBeCloseTo(1e-15, 25);
  });
});
