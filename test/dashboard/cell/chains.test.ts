import { expect, test } from 'vitest';
import { chainsOf, leftOut, reachOf, subjectOf } from '../../../src/dashboard/cell/chains.ts';

const cause = (depth: number, subject: string, text = '') => ({ depth, subject, text });

const CAUSES = [
  cause(1, 'rsi@2026-01-31'),
  cause(2, 'returns@2026-01-31'),
  cause(3, 'code'),
  cause(2, 'dataset prices'),
  cause(1, 'infrastructure'),
];

test('each cause with nothing below it ends a chain from the cell', () => {
  expect(chainsOf(CAUSES).map((chain) => chain.map(({ subject }) => subject))).toEqual([
    ['rsi@2026-01-31', 'returns@2026-01-31', 'code'],
    ['rsi@2026-01-31', 'dataset prices'],
    ['infrastructure'],
  ]);
  expect(chainsOf([])).toEqual([]);
});

test('what is only counted is in no chain, and said apart', () => {
  const cut = [cause(1, 'code'), cause(1, '…', 'and 9 more causes, which come to 1 roots'), cause(2, 'dataset prices')];
  expect(chainsOf(cut).map((chain) => chain.map(({ subject }) => subject))).toEqual([['code']]);
  expect(leftOut(cut)).toBe('and 9 more causes, which come to 1 roots');
  expect(leftOut(CAUSES)).toBeUndefined();
});

test('a subject is a cell, a dataset, a part of the vector, or words', () => {
  expect(subjectOf(cause(1, 'a-b@2026-01-31'))).toEqual({ kind: 'cell', computation: 'a-b', date: '2026-01-31' });
  expect(subjectOf(cause(1, 'dataset prices'))).toEqual({ kind: 'dataset', dataset: 'prices' });
  expect(subjectOf(cause(1, 'layer')).kind).toBe('code');
  expect(subjectOf(cause(1, 'epoch')).kind).toBe('infrastructure');
  expect(subjectOf(cause(1, 'AUTHOR_ERROR')).kind).toBe('other');
});

test('a root reaches what comes from it', () => {
  const [code = [], dataset = [], infrastructure = []] = chainsOf(CAUSES);
  expect(reachOf(code, 'regime')).toBe('returns+');
  expect(reachOf(dataset, 'regime')).toBe('dataset:prices+');
  expect(reachOf(infrastructure, 'regime')).toBe('*');
  expect(reachOf([cause(1, 'code'), cause(2, 'simulation')], 'regime')).toBe('regime+');
});

test('an error reaches what reads the cell that failed, or nothing where no cell is named', () => {
  expect(reachOf([cause(1, 'rsi@2026-01-31'), cause(2, 'AUTHOR_ERROR')], 'regime')).toBe('rsi+');
  expect(reachOf([cause(1, 'AUTHOR_ERROR')], 'regime')).toBeUndefined();
});
