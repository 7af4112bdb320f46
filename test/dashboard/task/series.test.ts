import { expect, test } from 'vitest';
import { memorySeries } from '../../../src/dashboard/task/series.ts';

test('readings are columns, and each limit that is known is a level line', () => {
  const readings = [
    [1, 200, 80],
    [2, 300, 120],
  ] as const;
  expect(memorySeries(readings, { tierMB: 2_048, predictedMB: 400 })).toEqual([
    [1, 2],
    [200, 300],
    [80, 120],
    [2_048, 2_048],
    [400, 400],
  ]);
  expect(memorySeries(readings, { predictedMB: 400 })).toHaveLength(4);
  expect(memorySeries([], { tierMB: 1 })).toEqual([[], [], [], []]);
});

test('a single reading is a stretch from the start, so that it is seen', () => {
  expect(memorySeries([[5, 200, 80]], {})).toEqual([
    [0, 5],
    [200, 200],
    [80, 80],
  ]);
});
