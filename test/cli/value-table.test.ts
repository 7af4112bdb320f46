/** Results for people. */
import { expect, test } from 'vitest';
import { entityTable, valueTable } from '../../src/cli/value-table.ts';

test('numbers stand under each other, rounded alike; what is missing is a dash or a blank', () => {
  expect(
    entityTable([
      ['ORD', { flights: 12, rate: 0.123456 }],
      ['LAX', { flights: 1_000, rate: null }],
      ['JFK', { flights: 3 }],
    ]),
  ).toEqual(['entity  flights    rate', 'ORD          12  0.1235', 'LAX        1000       -', 'JFK           3']);
});

test('values that are no objects are a column of their own', () => {
  expect(
    entityTable([
      ['a', 1.5],
      ['b', 2],
    ]),
  ).toEqual(['entity   value', 'a       1.5000', 'b            2']);
});

test('one value is its members, its items, or itself; long ones are cut', () => {
  expect(valueTable({ name: 'x'.repeat(100), days: 2 })).toEqual([`name  ${'x'.repeat(59)}…`, 'days  2']);
  expect(valueTable([{ route: 'A-B' }])).toEqual(['#  route', '1  A-B']);
  expect(valueTable(42)).toEqual(['42']);
});

test('wide letters count as one', () => {
  expect(valueTable({ é: 'e\u0301', '👩‍✈️': 'x', ab: 1 })).toEqual(['é   e\u0301', '👩‍✈️   x', 'ab  1']);
});
