/** The edge that turns any thrown value into an Error. */
import { describe, expect, test } from 'vitest';
import { speaksOfMemory, toError } from '../src/errors.ts';

describe('toError', () => {
  test('keeps an error as it is', () => {
    const error = new RangeError('too far');
    expect(toError(error)).toBe(error);
  });

  const circular: { self?: unknown } = {};
  circular.self = circular;
  test.each([
    ['text', 'text'],
    [{ code: 7 }, '{"code":7}'],
    [10n, 'BigInt'],
    [circular, 'Object'],
    [undefined, 'undefined'],
    [Symbol('why'), 'Symbol(why)'],
  ])('says what was thrown, whatever it is (%#)', (thrown, words) => {
    expect(toError(thrown).message).toContain(words);
  });
});

test.each(['JavaScript heap out of memory', 'Array buffer allocation failed', 'spawn ENOMEM'])(
  '"%s" speaks of memory',
  (message) => {
    expect(speaksOfMemory(message)).toBe(true);
  },
);
