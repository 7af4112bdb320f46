import { expect, test } from 'vitest';
import { type CodeRow, isChanged, savedBy, shownRows, type Version } from '../../../src/dashboard/code/verdicts.ts';

const version = (some: Partial<Version> = {}): Version => ({
  code: 'c',
  layer: 'l',
  current: false,
  unreached: [],
  ...some,
});
const row = (computation: string, ...versions: Version[]): CodeRow => ({ computation, versions });

const shown = (filter: string, isAll: boolean, open: string | null = null): string[] =>
  shownRows(ROWS, { filter, isAll, open }).map(({ computation }) => computation);

const ROWS = [
  row('new', version()),
  row('same', version({ verdict: 'same', cellsSaved: 31, sinceMs: 5 }), version({ cellsSaved: 2 })),
  row('older', version({ verdict: 'changed', sinceMs: 1 }), version()),
  row('newer', version({ verdict: 'changed', sinceMs: 2 }), version()),
  row('unproven', version({ verdict: 'unproven' }), version()),
];

test('what changed comes first, the newest of it at the top, and what never did is left out', () => {
  expect(shown('', false)).toEqual(['newer', 'older', 'unproven', 'same']);
  expect(shown('', true)).toHaveLength(5);
  expect(ROWS.filter(isChanged)).toHaveLength(4);
});

test('one that a link opens is there, changed or not', () => {
  expect(shown('', false, 'new')).toContain('new');
});

test('a filter is a part of the name, however it is written', () => {
  expect(shown(' NEWER ', false)).toEqual(['newer']);
  expect(shown('nobody', true)).toEqual([]);
});

test('saved is what all versions saved', () => {
  expect(ROWS.map(savedBy)).toEqual([0, 33, 0, 0, 0]);
});
