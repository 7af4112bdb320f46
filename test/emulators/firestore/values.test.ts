import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idFromKey, idKey, pathKey } from '../../../src/emulators/firestore/paths.ts';
import type { Value } from '../../../src/emulators/firestore/schemas.ts';
import { valueKey } from '../../../src/emulators/firestore/values.ts';

const integer = (n: bigint): Value => ({ valueType: 'integerValue', integerValue: String(n) });
const double = (n: number): Value => ({ valueType: 'doubleValue', doubleValue: n });
const sign = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

describe('keys of values', () => {
  test('integers and doubles sort together, exactly', () => {
    // JavaScript compares a bigint and a number by their mathematical values.
    const number = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 0n),
      fc.double({ noNaN: true }),
      fc.constantFrom(2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), -0, 0),
      fc.maxSafeInteger(),
    );
    const key = (n: bigint | number): string => valueKey(typeof n === 'bigint' ? integer(n) : double(n));
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(sign(key(a), key(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('NaN is below every number and above every boolean', () => {
    expect(valueKey(double(NaN)) < valueKey(double(-Infinity))).toBe(true);
    expect(valueKey({ valueType: 'booleanValue', booleanValue: true }) < valueKey(double(NaN))).toBe(true);
  });

  test('vectors lie between arrays and maps, shorter first', () => {
    const vector = (...numbers: number[]): Value => ({
      valueType: 'mapValue',
      mapValue: {
        fields: {
          __type__: { valueType: 'stringValue', stringValue: '__vector__' },
          value: { valueType: 'arrayValue', arrayValue: { values: numbers.map(double) } },
        },
      },
    });
    const list: Value[] = [
      { valueType: 'arrayValue', arrayValue: { values: [double(9)] } },
      vector(9),
      vector(1, 2),
      vector(1, 3),
      { valueType: 'mapValue', mapValue: {} },
    ];
    const keys = list.map(valueKey);
    expect(keys.toSorted(sign)).toEqual(keys);
  });

  test('references sort id by id, and a parent before what is below it', () => {
    const reference = (path: string): Value => ({
      valueType: 'referenceValue',
      referenceValue: `projects/p/databases/d/documents/${path}`,
    });
    const paths = ['a/__id9__', 'a/__id10__', 'a/b', 'a/b/c/d', 'a/b!', 'a/bc', 'a!/b', 'b/a'];
    const keys = paths.map((path) => valueKey(reference(path)));
    expect(keys.toSorted(sign)).toEqual(keys);
  });
});

describe('keys of ids', () => {
  const id = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => `__id${n}__`),
  );

  test('give the id back', () => {
    fc.assert(
      fc.property(id, (one) => {
        expect(idFromKey(idKey(one))).toBe(one);
      }),
    );
  });

  test('sort as UTF-8 does, also inside of paths', () => {
    const plain = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((one) => !one.includes('/') && !one.startsWith('__id'));
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Buffer.compare(Buffer.from(idKey(a)), Buffer.from(idKey(b)))).toBe(order);
        const below = Buffer.compare(Buffer.from(pathKey(`${a}/x`)), Buffer.from(pathKey(`${b}/x`)));
        expect(below).toBe(order);
      }),
    );
  });
});
