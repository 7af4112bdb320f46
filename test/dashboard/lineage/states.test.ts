import { expect, test } from 'vitest';
import type { Box } from '../../../src/dashboard/lineage/fold.ts';
import { statesOn } from '../../../src/dashboard/lineage/states.ts';

const box = (name: string, members: readonly string[] = [], kind = 'computation') =>
  ({ id: `${kind}:${name}`, kind, name, members }) as unknown as Box;

const GRID = {
  from: '2026-01-01',
  days: 2,
  computations: ['a', 'b'],
  // Why they stand so is in the upper bits, and says nothing here.
  states: Uint8Array.of(0x07, 0x21, 0x72, 0x0f),
};

test('a box has the state of its computation on that day', () => {
  expect([...statesOn([box('a'), box('b')], GRID, '2026-01-01')]).toEqual([
    ['computation:a', 'upToDate'],
    ['computation:b', 'failed'],
  ]);
  expect([...statesOn([box('a'), box('b')], GRID, '2026-01-02')]).toEqual([['computation:a', 'rerun']]);
});

test('a category has the worst of its members', () => {
  expect(statesOn([box('one (2)', ['a', 'b'])], GRID, '2026-01-01').get('computation:one (2)')).toBe('failed');
});

test('datasets, unknown computations and other days have none', () => {
  expect(statesOn([box('a', [], 'dataset'), box('gone')], GRID, '2026-01-01').size).toBe(0);
  expect(statesOn([box('a')], GRID, '2025-12-31').size).toBe(0);
  expect(statesOn([box('a')], GRID, 'no day').size).toBe(0);
  expect(statesOn([box('a')], undefined, '2026-01-01').size).toBe(0);
});
