/** Results for people. */
import { expect, test } from 'vitest';
import { printEntities, printValue } from '../../src/cli/value-table.ts';
import { linesOn } from './screen.ts';

test('numbers stand under each other, rounded alike; what is missing is a dash or a blank', () => {
  const lines = linesOn(undefined, (output) =>
    printEntities(
      [
        ['ORD', { flights: 12, rate: 0.123456 }],
        ['LAX', { flights: 1_000, rate: null }],
        ['JFK', { flights: 3 }],
      ],
      output,
    ),
  );
  expect(lines).toEqual([
    'entity  flights    rate',
    'ORD          12  0.1235',
    'LAX        1000       -',
    'JFK           3',
  ]);
});

test('values that are no objects are a column of their own', () => {
  const lines = linesOn(undefined, (output) =>
    printEntities(
      [
        ['a', 1.5],
        ['b', 2],
      ],
      output,
    ),
  );
  expect(lines).toEqual(['entity   value', 'a       1.5000', 'b            2']);
});

test('one value is its members, its items, or itself; nothing is cut in a pipe', () => {
  const printed = (value: unknown, columns?: number) => linesOn(columns, (output) => printValue(value, output));
  expect(printed({ name: 'x'.repeat(100), days: 2 })).toEqual([`name  ${'x'.repeat(100)}`, 'days  2']);
  expect(printed([{ route: 'A-B' }])).toEqual(['#  route', '1  A-B']);
  expect(printed(42)).toEqual(['42']);
});

test('a terminal wraps what is long, and leaves out the last members where there is no room', () => {
  const text = 'a word that goes on and on until the line is full and then some';
  expect(linesOn(40, (output) => printValue({ text, days: 2 }, output))).toEqual([
    'text  a word that goes on and on until',
    '      the line is full and then some',
    'days  2',
  ]);
  const wide = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`member${index}`, 100 + index]));
  expect(linesOn(40, (output) => printEntities([['ORD', wide]], output))).toEqual([
    'entity  member0  member1  member2',
    'ORD         100      101      102',
    '(no room for member3, member4, member5',
    '  and 6 more; --json has all)',
  ]);
});

test('wide letters are two columns, as terminals show them', () => {
  const lines = linesOn(undefined, (output) => printValue({ é: 'e\u0301', 東京: 'x', '👩‍✈️': 'y', abcd: 1 }, output));
  expect(lines).toEqual(['é     e\u0301', '東京  x', '👩‍✈️    y', 'abcd  1']);
});
