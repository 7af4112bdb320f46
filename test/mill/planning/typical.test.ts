/** What is learned of a computation from what its cells took. */
import { expect, test } from 'vitest';
import { learned, type Sample, type Typical, TYPICAL_CELLS } from '../../../src/mill/planning/typical.ts';

const took = (seconds: number): Sample => ({ seconds, entities: 10, reads: 2, writes: 1, tasks: 1 });
const after = (...folds: number[][]): Typical | undefined =>
  folds.reduce<Typical | undefined>((known, fold) => learned(known, fold.map(took)), undefined);

test('nothing is known of a computation that never ran', () => {
  expect(learned(undefined, [])).toBeUndefined();
});

test('the first cells give their mean, in whatever order they ended and however they were folded', () => {
  const mean = { seconds: 3, entities: 10, reads: 2, writes: 1, tasks: 1, cells: 3 };
  expect(after([1, 3, 5])).toEqual(mean);
  expect(after([5, 1, 3])).toEqual(mean);
  expect(after([1], [3], [5])).toEqual(mean);
});

test('later cells move it: what a computation took a year ago is forgotten', () => {
  const year = Array.from({ length: 365 }, () => [1]);
  const month = Array.from({ length: TYPICAL_CELLS }, () => [9]);
  expect(after(...year)?.seconds).toBe(1);
  expect(after(...year, [9])?.seconds).toBeCloseTo(1 + 8 / TYPICAL_CELLS, 2);
  expect(after(...year, ...month)?.seconds).toBeGreaterThan(6);
});

test('a backfill of the whole history says more than what was known', () => {
  expect(
    after(
      [1],
      Array.from({ length: 1_000 }, () => 9),
    ),
  ).toMatchObject({ seconds: 9, cells: 1_001 });
});
