import { expect, test } from 'vitest';
import { reached, readersOf } from '../../../src/dashboard/cell/reached.ts';

const ALL = [
  { name: 'regime', needs: ['rsi'] },
  { name: 'rsi', needs: ['returns', 'rsi'] },
  { name: 'returns', needs: ['prices'] },
  { name: 'airports', needs: ['flights'] },
];

test('a computation reaches itself and all that come from it, in whatever order they stand', () => {
  expect(reached(ALL, 'returns+')).toEqual(['regime', 'rsi', 'returns']);
  expect(reached(ALL, 'regime+')).toEqual(['regime']);
});

test('a dataset reaches what reads it, and what comes from that', () => {
  expect(reached(ALL, 'dataset:prices+')).toEqual(['regime', 'rsi', 'returns']);
  expect(reached(ALL, 'dataset:gone+')).toEqual([]);
});

test('what everything runs on reaches everything', () => {
  expect(reached(ALL, '*')).toHaveLength(4);
});

test('readers are the direct ones', () => {
  expect(readersOf(ALL, 'returns').map(({ name }) => name)).toEqual(['rsi']);
});
