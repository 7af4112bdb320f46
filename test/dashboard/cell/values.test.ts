import { expect, test } from 'vitest';
import { leavesOf, MAX_ROWS, memberOf, membersOf, moved, show, tableOf } from '../../../src/dashboard/cell/values.ts';

test.each([
  [12, '12', undefined],
  [1234567, '1,234,567', '1234567'],
  [0.1 + 0.2, '0.3', '0.30000000000000004'],
  [-123.456789, '-123.457', '-123.456789'],
  [1.23456789e-9, '1.23457e-9', '1.23456789e-9'],
  [1e21, '1e+21', undefined],
  [null, '–', undefined],
  [undefined, '–', undefined],
  [true, 'true', undefined],
  ['ORD', 'ORD', undefined],
  [[1, 2], '[1,2]', undefined],
])('%s is shown as %s', (value, text, exact) => {
  const shown = show(value);
  expect(shown.text).toBe(text);
  expect(shown.exact).toBe(exact);
  expect(shown.isNumber).toBe(typeof value === 'number');
});

test('a long text is cut, and whole where it is asked for', () => {
  const { text, exact } = show('x'.repeat(100));
  expect(text).toBe(`${'x'.repeat(80)}…`);
  expect(exact).toHaveLength(100);
});

test('members are those of all objects, once each; there are none when one is no object', () => {
  expect(
    membersOf([
      { a: 1, b: 2 },
      { b: 3, c: 4 },
    ]),
  ).toEqual(['a', 'b', 'c']);
  expect(membersOf([{ a: 1 }, 2])).toBeUndefined();
  expect(membersOf([[1], [2]])).toBeUndefined();
  expect(membersOf([])).toBeUndefined();
  expect(memberOf({ a: 1 }, 'a')).toBe(1);
  expect(memberOf({ a: 1 }, 'toString')).toBeUndefined();
  expect(memberOf(7, 'a')).toBeUndefined();
});

test('a value is spread to its leaves, an empty one too, and not beyond what a person reads', () => {
  expect(leavesOf({ mean: 1, hours: { '07': 2, '08': [3, 4] }, none: {} })).toEqual([
    { path: 'mean', value: 1 },
    { path: 'hours.07', value: 2 },
    { path: 'hours.08.0', value: 3 },
    { path: 'hours.08.1', value: 4 },
    { path: 'none', value: {} },
  ]);
  expect(leavesOf(5)).toEqual([{ path: '', value: 5 }]);
  expect(leavesOf(Array.from({ length: 1_000 }, (_, index) => index))).toHaveLength(MAX_ROWS);
});

test('a list of objects is a table', () => {
  expect(tableOf([{ a: 1 }, { a: 2, b: 3 }])?.members).toEqual(['a', 'b']);
  expect(tableOf([1, 2])).toBeUndefined();
  expect(tableOf({ a: 1 })).toBeUndefined();
});

test('a change has its sign', () => {
  expect([moved(0.5), moved(-1200), moved(0)]).toEqual(['+0.5', '-1,200', '0']);
});
