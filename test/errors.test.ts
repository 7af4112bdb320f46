/** The edge that turns any thrown value into an Error. */
import { describe, expect, test } from 'vitest';
import {
  errorFingerprint,
  MESSAGE_CHARACTERS,
  RetryableError,
  shortened,
  speaksOfMemory,
  TerminalError,
  toError,
  UserError,
} from '../src/errors.ts';

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

test.each([
  ['no price of ORD on 2024-01-01', 'no price of ATL on 2024-01-02', false],
  ['no price of "ORD" on 2024-01-01', 'no price of "ATL" on 2024-01-02', true],
  ['user-17 has -3.5e9 visits', 'user-9 has 12 visits', true],
  [
    "Cannot read properties of undefined (reading 'close')",
    "Cannot read properties of undefined (reading 'open')",
    true,
  ],
  ['Cannot read properties of undefined', 'Cannot read properties of null', false],
])('"%s" and "%s" are the same mistake: %s', (one, other, same) => {
  expect(errorFingerprint(one) === errorFingerprint(other)).toBe(same);
});

test('a message of megabytes has its fingerprint as soon as it is read', () => {
  const letters = 'x'.repeat(2_000_000);
  expect(errorFingerprint(letters)).toBe(letters);
  expect(errorFingerprint(`${letters}1`)).toBe('…');
  expect(errorFingerprint(`"${letters}' ${letters}`)).toBe(`"${letters}' ${letters}`);
});

describe('a message that is too long', () => {
  const long = `begin ${'x'.repeat(60_000)} end`;

  test('is cut in its middle, and says so', () => {
    const cut = shortened(long);
    expect(cut).toMatch(/^begin x+ … 58010 characters are left out here; the log has them … x+ end$/);
    expect(cut.length).toBeLessThan(MESSAGE_CHARACTERS + 100);
    expect(shortened('short')).toBe('short');
    expect(shortened('x'.repeat(MESSAGE_CHARACTERS))).toHaveLength(MESSAGE_CHARACTERS);
  });

  test('is cut where it is thrown to be stored, and whole where a person reads it at once', () => {
    expect(new TerminalError('COMPUTE_FAILED', long).message).toBe(shortened(long));
    expect(new RetryableError('UNAVAILABLE', long).message).toBe(shortened(long));
    expect(new UserError('BAD_ARGUMENT', long).message).toBe(long);
  });
});
