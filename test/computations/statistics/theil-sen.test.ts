/** The Theil-Sen line against published and hand-worked figures. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { theilSen } from '../../../src/computations/statistics/theil-sen.ts';

describe('the Theil-Sen line', () => {
  test('is that of Sen’s own example', () => {
    // Sen (1968), page 1388: the slope is the median of the 21 pairs.
    const y = [9, 15, 19, 20, 45, 55, 78];
    const t = [1, 2, 3, 4, 10, 12, 18];
    const line = theilSen(t.map((x, at) => ({ x, y: y[at] as number })));
    expect(line?.slope).toBe(4);
    expect(line?.intercept).toBe(6);
    // He gives 3.71 to 4.38 at 93 %, which the interval at 95 % holds.
    expect(line?.lowestSlope).toBeLessThanOrEqual(26 / 7);
    expect(line?.highestSlope).toBeGreaterThanOrEqual(35 / 8);
  });

  test('is exact on a line, and stays where a quarter of the points lie anywhere', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 7, maxLength: 7 }),
        (slope, height, odd) => {
          const points = Array.from({ length: 28 }, (_, x) => ({
            x,
            y: x % 4 === 1 ? (odd[(x - 1) / 4] as number) : slope * x + height,
          }));
          const line = theilSen(points);
          expect(line?.slope).toBe(slope);
          expect(line?.intercept).toBeCloseTo(height, 9);
        },
      ),
    );
  });

  test('has an interval that holds the slope about as often as it says', () => {
    // Normal errors by Box & Muller from a fixed sequence: 400 lines of 20 points.
    let state = 12_345;
    const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let held = 0;
    for (let line = 0; line < 400; line++) {
      const found = theilSen(Array.from({ length: 20 }, (_, x) => ({ x, y: 0.3 * x + normal() })));
      if (found !== undefined && found.lowestSlope <= 0.3 && found.highestSlope >= 0.3) held++;
    }
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.98);
  });

  test('is none without two different x, and has no end to its interval for few points', () => {
    expect(theilSen([])).toBeUndefined();
    expect(theilSen([{ x: 1, y: 2 }])).toBeUndefined();
    expect(
      theilSen([
        { x: 1, y: 2 },
        { x: 1, y: 3 },
      ]),
    ).toBeUndefined();
    expect(
      theilSen([
        { x: 1, y: 2 },
        { x: 2, y: 4 },
      ]),
    ).toEqual({ slope: 2, lowestSlope: -Infinity, highestSlope: Infinity, intercept: 0 });
  });
});
