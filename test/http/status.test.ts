/** What a function answers is what its caller does next. */
import { expect, test } from 'vitest';
import { isPassing, RetryableError, TerminalError, UserError } from '../../src/errors.ts';
import { statusOf } from '../../src/http/status.ts';

test('a wrong request is corrected, passing trouble is asked for again, and nothing else is', () => {
  expect(statusOf(new UserError('BAD_DATE', 'no day'))).toBe(400);
  expect(statusOf(new RetryableError('CONTENTION', 'another was faster'))).toBe(503);
  expect(statusOf(new Error('out of the blue'))).toBe(503);
  expect(statusOf(new TerminalError('TOO_LARGE', 'the plan was not saved'))).toBe(500);
});

test('what is too large is not tried again in the sweep', () => {
  expect(isPassing('TOO_LARGE')).toBe(false);
});
