/** Which digits a number keeps. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactNumber } from '../../src/values/exact-number.ts';

describe('digits', () => {
  test.each<[text: string, value: number]>([
    ['0.1', 0.1],
    ['0.10000000000000001', 0.1],
    ['0.1000000000000000055511151231257827', 0.1],
    ['18.629999999999999005', 18.63],
    ['0.30000000000000004', 0.30000000000000004],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['100000000000000000000000', 1e23],
    ['1E+2', 100],
    ['18446744073709551616', 2 ** 64],
    ['18446744073709552000', 2 ** 64],
    ['5e-324', 5e-324],
    ['4.94e-324', 5e-324],
    ['1.0000000000000000000000', 1],
    ['0.000000000000000000000', 0],
    ['00012', 12],
    ['+.5', 0.5],
    ['-5.', -5],
  ])('%s are a number', (text, value) => {
    expect(exactNumber(text)).toBe(value);
  });

  test.each([
    '9007199254740993',
    '-9007199254740993',
    '1e400',
    '1e-400',
    '1234567890123456.789',
    '12345678901234.567',
    '35060219761300738050',
    '0.12345678901234567891',
    '1.2345e-320',
    '',
    '.',
    'e5',
    '1e',
    '0x10',
    '1,5',
    '1 000',
    'NaN',
    'Infinity',
  ])('%j are none', (text) => {
    expect(exactNumber(text)).toBeUndefined();
  });
});

test('whatever was printed from a number is that number, in any of the ways to print it', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 17, max: 100 }),
      (value, digits) => {
        for (const text of [String(value), value.toPrecision(digits), value.toExponential()])
          expect(exactNumber(text)).toBe(value === 0 ? Number(text) : value);
      },
    ),
  );
});

test('an integer is a number exactly when its bigint is', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
      const value = Number(integer);
      // Above 2^53 a number prints zeros for its last digits: what others wrote so is read as the number that they had.
      const held = BigInt(value) === integer || String(value) === String(integer);
      expect(exactNumber(String(integer)) !== undefined).toBe(held);
    }),
  );
});
