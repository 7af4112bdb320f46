import { expect, test } from 'vitest';
import { type DataDay, indexOf, piecesOf, totalsOf } from '../../../src/dashboard/data-days/strip.ts';

const days = (...states: (DataDay['state'] | undefined)[]): DataDay[] =>
  states.flatMap((state, index) =>
    state === undefined ? [] : [{ date: `2001-01-0${index + 1}`, state, rows: 10, loadedMs: index }],
  );

test('neighbours in one state are one piece; a day that none is expected of parts them', () => {
  expect(piecesOf(days('there', 'there', undefined, 'there', 'missing'), '2001-01-01')).toEqual([
    { state: 'there', at: 0, length: 2 },
    { state: 'there', at: 3, length: 1 },
    { state: 'missing', at: 4, length: 1 },
  ]);
});

test('a strip begins where it is looked at, not where the data does', () => {
  expect(piecesOf(days('there'), '2000-12-30')).toEqual([{ state: 'there', at: 2, length: 1 }]);
  expect(indexOf('2001-03-01', '2000-03-01')).toBe(365);
});

test('what was loaded is counted, and when the last was', () => {
  expect(totalsOf(days('there', 'waiting', 'missing', 'missing'))).toEqual({
    there: 1,
    waiting: 1,
    missing: 2,
    pending: 0,
    rows: 40,
    loadedMs: 3,
  });
  expect(totalsOf([])).toMatchObject({ rows: 0, loadedMs: undefined });
});
