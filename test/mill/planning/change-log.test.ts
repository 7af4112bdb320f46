/** What a reader that looked last at some sequence must look at again. */
import { expect, test } from 'vitest';
import { changedAfter, EMPTY_LOG, forgetThrough, logged, MAX_CHANGES } from '../../../src/mill/planning/change-log.ts';
import { hasDay } from '../../../src/mill/planning/day-set.ts';
import { daySet, ordinal } from '../../support/ordinals.ts';

const log = logged(logged(logged(EMPTY_LOG, 3, daySet(10, 11)), 5, daySet(20, 20)), 5, daySet(21, 21));

test('a reader looks at what changed since it looked last', () => {
  expect(changedAfter(log, 2)).toEqual([10, 11, 20, 21]);
  expect(changedAfter(log, 3)).toEqual([20, 21]);
  expect(changedAfter(log, 5)).toEqual([]);
});

test('changes of one sequence are one entry', () => {
  expect(log.changes).toEqual([
    [3, [10, 11]],
    [5, [20, 21]],
  ]);
});

test('what all readers have seen is forgotten; who has not been here since must look at everything', () => {
  const forgot = forgetThrough(log, 3);
  expect(forgot.changes).toEqual([[5, [20, 21]]]);
  expect(changedAfter(forgot, 3)).toEqual([20, 21]);
  expect(changedAfter(forgot, 2)).toBeUndefined();
  expect(forgetThrough(forgot, 3)).toBe(forgot);
});

test('beyond its limit the oldest changes are told as one, and nobody misses a day', () => {
  let long = EMPTY_LOG;
  for (let sequence = 1; sequence <= 3 * MAX_CHANGES; sequence++)
    long = logged(long, sequence, daySet(sequence * 2, sequence * 2));
  expect(long.changes.length).toBeLessThanOrEqual(MAX_CHANGES);
  for (const seen of [0, 1, MAX_CHANGES, 2 * MAX_CHANGES, 3 * MAX_CHANGES - 1]) {
    const days = changedAfter(long, seen) ?? [];
    for (let sequence = seen + 1; sequence <= 3 * MAX_CHANGES; sequence++)
      expect(hasDay(days, ordinal(sequence * 2))).toBe(true);
  }
});
