/** One text for one value. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/values/canonical.ts';

const RING: Record<string, unknown> = {};
RING['self'] = RING;

describe('the canonical text', () => {
  test.each<[string, unknown, string]>([
    ['sorts keys by UTF-16 code units', { b: 1, a: 2, B: 3, é: 4 }, '{"B":3,"a":2,"b":1,"é":4}'],
    ['sorts keys that look like numbers as text', { 10: 'a', 9: 'b' }, '{"10":"a","9":"b"}'],
    ['writes negative zero as zero', [-0, 0], '[0,0]'],
    ['takes the shortest form of a number', [1e21, 0.1, 1e-7, 100], '[1e+21,0.1,1e-7,100]'],
    ['drops members that are undefined', { a: undefined, b: null }, '{"b":null}'],
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
    ['NaN', { a: Number.NaN }, 'NaN cannot be stored (at a); return null where there is no number'],
    ['infinity', [-Infinity], '-Infinity cannot be stored (at 0); return null where there is no number'],
    ['a bigint', 1n, 'a bigint cannot be stored; use a string of its digits'],
    ['a function', { a: () => 1 }, 'a function cannot be stored (at a); use strings, numbers'],
    ['a symbol', [Symbol('a')], 'a symbol cannot be stored (at 0)'],
    ['undefined', undefined, 'undefined cannot be stored; return null where there is nothing'],
    ['undefined in arrays, which would be null', [1, undefined], 'undefined cannot be stored (at 1)'],
    ['holes in arrays', { a: Array(2) }, 'undefined cannot be stored (at a.0)'],
    [
      'a Date, which would be text',
      { b: 1, a: [{ at: new Date(0) }] },
      'a Date cannot be stored (at a.0.at); use its text',
    ],
    ['an invalid Date', { at: new Date('soon') }, 'an invalid Date cannot be stored (at at); return null'],
    ['a Map, which would lose its entries', { a: new Map([['b', 1]]) }, 'a Map cannot be stored (at a)'],
    ['a Set', new Set([1]), 'a Set cannot be stored; use'],
    ['bytes', new Uint8Array(2), 'a Uint8Array cannot be stored'],
    ['a class instance', new URL('https://example.com'), 'a URL cannot be stored'],
    ['what refers to itself', RING, 'it refers to itself, or is nested too deep or too long'],
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

  test('is what JSON.stringify writes of a copy with sorted keys, whatever shapes came before', () => {
    // Few names, so that shapes of other keys meet in the same place, and members that are undefined.
    const name = fc.constantFrom('a', 'b', 'c', 'aa', 'bb', 'cc', 'toString', '"', 'é', '\n');
    const { node } = fc.letrec<{ node: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      node: fc.oneof(
        { depthSize: 'small' },
        fc.constant(undefined),
        tie('leaf'),
        fc.array(tie('leaf')),
        fc.dictionary(name, tie('node'), { noNullPrototype: true }),
      ),
    }));
    const sorted = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, member]) => [key, sorted(member)]),
          );
    fc.assert(
      fc.property(fc.dictionary(name, node), (value) => {
        expect(canonicalJson(value)).toBe(JSON.stringify(sorted(value)));
      }),
      { numRuns: 500 },
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
