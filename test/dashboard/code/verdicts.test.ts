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

const ROWS = [
  row('new', version()),
  row('same', version({ verdict: 'same', cellsSaved: 31, sinceMs: 5 }), version({ cellsSaved: 2 })),
  row('older', version({ verdict: 'changed', sinceMs: 1 }), version()),
  row('newer', version({ verdict: 'changed', sinceMs: 2 }), version()),
  row('unproven', version({ verdict: 'unproven' }), version()),
];

test('what changed comes first, the newest of it at the top, and what never did is left out', () => {
  const names = shownRows(ROWS, '', false).map(({ computation }) => computation);
  expect(names).toEqual(['newer', 'older', 'unproven', 'same']);
  expect(shownRows(ROWS, '', true)).toHaveLength(5);
  expect(ROWS.filter(isChanged)).toHaveLength(4);
});

test('a filter is a part of the name, however it is written', () => {
  expect(shownRows(ROWS, ' NEWER ', false).map(({ computation }) => computation)).toEqual(['newer']);
  expect(shownRows(ROWS, 'nobody', true)).toEqual([]);
});

test('saved is what all versions saved', () => {
  expect(ROWS.map(savedBy)).toEqual([0, 33, 0, 0, 0]);
});
