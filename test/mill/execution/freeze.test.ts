/** Freezing: nothing of a decoded value can be changed, however deep it lies. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeze } from '../../../src/mill/execution/freeze.ts';

const isFrozenWhole = (value: unknown): boolean =>
  Object.isFrozen(value) && (typeof value !== 'object' || value === null || Object.values(value).every(isFrozenWhole));

test('reaches every part of any JSON', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const value: unknown = JSON.parse(json);
      freeze(value);
      expect(isFrozenWhole(value)).toBe(true);
    }),
  );
});

test('reaches members of whatever name, of records that inherit nothing as well', () => {
  const record = Object.assign(Object.create(null) as Record<string, unknown>, {
    constructor: { a: [1, { b: 2 }] },
    7: { c: 3 },
  });
  const own: unknown = JSON.parse('{"__proto__": {"d": [4]}, "e": [[5]]}');
  for (const value of [record, own]) {
    freeze(value);
    expect(isFrozenWhole(value)).toBe(true);
  }
});
