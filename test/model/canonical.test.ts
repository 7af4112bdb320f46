/** One text for one value. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/model/canonical.ts';

describe('the canonical text', () => {
  test.each<[string, unknown, string]>([
    ['sorts keys by UTF-16 code units', { b: 1, a: 2, B: 3, é: 4 }, '{"B":3,"a":2,"b":1,"é":4}'],
    ['sorts keys that look like numbers as text', { 10: 'a', 9: 'b' }, '{"10":"a","9":"b"}'],
    ['writes negative zero as zero', [-0, 0], '[0,0]'],
    ['takes the shortest form of a number', [1e21, 0.1, 1e-7, 100], '[1e+21,0.1,1e-7,100]'],
    ['drops members that are undefined', { a: undefined, b: null }, '{"b":null}'],
    ['writes undefined in arrays as null', [undefined, 1], '[null,1]'],
    ['writes holes in arrays as null', Array(2), '[null,null]'],
    ['writes dates in ISO form', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [
      'keeps __proto__ as a key like any other',
      JSON.parse('{"__proto__":{"a":1},"a":2}'),
      '{"__proto__":{"a":1},"a":2}',
    ],
    ['takes objects without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ['escapes lone surrogates, so that the text is valid UTF-8', '\uD800', String.raw`"\ud800"`],
    ['knows plain values', [true, false, null, 'x"y'], String.raw`[true,false,null,"x\"y"]`],
  ])('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.each<[string, unknown, string]>([
    ['NaN', { a: Number.NaN }, 'NaN cannot be stored; return null where there is no number'],
    ['infinity', [Number.POSITIVE_INFINITY], 'Infinity cannot be stored; return null where there is no number'],
    ['a bigint', 1n, 'a bigint cannot be stored'],
    ['a function', { a: () => 1 }, 'a function cannot be stored'],
    ['a symbol', [Symbol('a')], 'a symbol cannot be stored'],
    ['undefined', undefined, 'a undefined cannot be stored'],
    ['a Map, which would lose its entries', { a: new Map([['b', 1]]) }, 'a Map cannot be stored'],
    ['a Set', new Set([1]), 'a Set cannot be stored'],
    ['bytes', new Uint8Array(2), 'a Uint8Array cannot be stored'],
    ['a class instance', new URL('https://example.com'), 'a URL cannot be stored'],
  ])('refuses %s', (_, value, message) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson(value)).toThrow(message);
  });

  test('is JSON for the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('does not depend on the order in which a value was built', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.infiniteStream(fc.nat()), (record, picks) => {
        const shuffled = Object.entries(record)
          .map((entry) => [picks.next().value, entry] as const)
          .sort(([left], [right]) => left - right)
          .map(([, entry]) => entry);
        expect(canonicalJson(Object.fromEntries(shuffled))).toBe(canonicalJson(record));
      }),
    );
  });
});
