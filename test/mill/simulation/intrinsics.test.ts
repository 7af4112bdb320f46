/** What of the language's own objects counts as changed. */
import { expect, test } from 'vitest';
import { changedIntrinsic, readIntrinsics } from '../../../src/mill/simulation/intrinsics.ts';

const members = (given: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(given));
const BEFORE = members({ 'Math.PI': 3, 'Array.prototype.at': 'at', 'Number.NaN': Number.NaN });

test('nothing is, in a process that nobody touched', () => {
  // Looking for the first time makes Node load what is behind some globals.
  readIntrinsics();
  expect(changedIntrinsic(readIntrinsics(), readIntrinsics())).toBeUndefined();
});

test.each([
  ['another', { 'Math.PI': 4 }, 'Math.PI'],
  ['new', { 'Array.prototype.sum': 'sum' }, 'Array.prototype.sum'],
])('a member that is %s is named', (_, change, name) => {
  expect(changedIntrinsic(BEFORE, new Map([...BEFORE, ...members(change)]))).toBe(name);
});

test('a member that is gone is named', () => {
  const after = new Map(BEFORE);
  after.delete('Array.prototype.at');
  expect(changedIntrinsic(BEFORE, after)).toBe('Array.prototype.at');
});
