import { expect, test } from 'vitest';
import { earlierDay } from '../../../src/dashboard/cell/earlier.ts';

const GRID = {
  from: '2026-01-01',
  days: 5,
  computations: ['a', 'b'],
  // a: up to date, impossible, impossible, rerun (for its code), run. b: never.
  states: Uint8Array.of(7, 5, 5, 0x21, 0, 5, 5, 5, 5, 5),
};

test.each([
  ['a', '2026-01-05', '2026-01-04'],
  ['a', '2026-01-04', '2026-01-01'],
  ['a', '2026-01-02', '2026-01-01'],
  ['a', '2026-01-01', '2025-12-31'],
  ['b', '2026-01-05', '2026-01-04'],
  ['gone', '2026-01-05', '2026-01-04'],
  ['a', '2026-02-01', '2026-01-31'],
])('%s on %s is compared with %s', (computation, date, earlier) => {
  expect(earlierDay(GRID, computation, date)).toBe(earlier);
});

test('without a grid it is the day before', () => {
  expect(earlierDay(undefined, 'a', '2026-03-01')).toBe('2026-02-28');
});
