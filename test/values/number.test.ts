/** `number(row, column)`, as a source's `parse` calls it. */
import { expect, test } from 'vitest';
import { number } from '../../src/index.ts';

test.each<[value: unknown, is: number]>([
  ['12.5', 12.5],
  [' -3 ', -3],
  ['1e3', 1000],
  ['0', 0],
  [7, 7],
  [42n, 42],
  [9007199254740991n, 9007199254740991],
  [-9007199254740991n, -9007199254740991],
  // Beyond, some are held.
  [9007199254740994n, 9007199254740994],
])('%#: a number', (value, is) => {
  expect(number({ v: value }, 'v')).toBe(is);
});

test.each<[value: unknown, says: string]>([
  ['', 'v: it is blank, and no number'],
  ['  ', 'v: it is blank'],
  [null, 'v: null is no number'],
  [undefined, 'v: undefined is no number'],
  [Number.NaN, 'v: NaN is no number'],
  [true, 'v: true is no number'],
  ['warm', 'v: "warm" is no number'],
  ['1,234', 'v: "1,234" is no number'],
  ['12 EUR', 'v: "12 EUR" is no number'],
  ['0x1f', 'v: "0x1f" is no number'],
  ['Infinity', 'v: "Infinity" is no number'],
  ['9007199254740993', 'v: 9007199254740993 has more digits than a number holds (it would be 9007199254740992)'],
  [9007199254740993n, 'v: 9007199254740993 has more digits'],
  ['1e400', 'v: 1e400 has more digits than a number holds (it would be Infinity)'],
])('%#: none', (value, says) => {
  expect(() => number({ v: value }, 'v')).toThrow(says);
});

test('a column that is not there is named, with those that are', () => {
  expect(() => number({ date: '2024-01-01', price: '1' }, 'Price')).toThrow(
    'there is no column "Price". It has: date, price',
  );
});
