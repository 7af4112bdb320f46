import { expect, test } from 'vitest';
import { type Point, powersOfTwo, rangeOf, scatterOf } from '../../../src/dashboard/memory/scatter.ts';

const point = (peakMB: number, tier: string, some: Partial<Point> = {}): Point => ({
  peakMB,
  tier,
  endedMs: 0,
  taskId: 't',
  ...some,
});

test('entities are in order, and every peak is in the column of its tier', () => {
  const points = [
    point(300, 'standard', { entities: 20 }),
    point(900, 'high-mem', { entities: 30 }),
    point(100, 'standard', { entities: 10 }),
    point(500, 'standard'),
  ];
  expect(scatterOf(points, ['standard', 'high-mem'])).toEqual({
    by: 'entities',
    at: [10, 20, 30],
    peaks: [
      [100, 300, null],
      [null, null, 900],
    ],
  });
});

test('where no entities are known, points lie by when they ended', () => {
  const points = [point(1, 'a', { endedMs: 2_000 }), point(2, 'a', { endedMs: 1_000 })];
  expect(scatterOf(points, ['a'])).toEqual({ by: 'time', at: [1, 2], peaks: [[2, 1]] });
});

test('the axis has room for all peaks, the prediction and the tier above them', () => {
  const [least, most] = rangeOf([point(90, 'a'), point(300, 'a')], 400, [256, 2_048, 8_192]);
  expect(least).toBeLessThan(90);
  expect(most).toBeGreaterThan(2_048);
  expect(most).toBeLessThan(8_192);
  expect(rangeOf([point(9_000, 'a')], null, [2_048])[1]).toBeGreaterThan(9_000);
});

test('an axis of memory is marked where tiers are', () => {
  expect(powersOfTwo(100, 2_048)).toEqual([128, 256, 512, 1_024, 2_048]);
  expect(powersOfTwo(130, 250)).toEqual([]);
});
