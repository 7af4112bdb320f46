/** Code that was gone back to: what it is on record to have made is not made again. */
import { describe, expect, test } from 'vitest';
import type { Settled } from '../../../src/mill/model/cell.ts';
import type { Fingerprint } from '../../../src/mill/model/vector.ts';
import { MAX_ALIKE, vectorFor, withAlike } from '../../../src/mill/planning/alike.ts';
import { hashOf } from '../../../src/values/hash.ts';

const code = (version: number): Fingerprint => ({
  code: hashOf(`code ${version}`),
  layer: hashOf('layer'),
  infrastructure: hashOf('infrastructure'),
  epoch: 1,
});

const made = (version: number, result: string, data = 'data'): Settled => ({
  status: 'COMPLETED',
  vector: { fingerprint: code(version), inputs: { 'dataset:orders': hashOf(data) } },
  resultHash: hashOf(result),
  dispatchId: 'day',
});

const failed: Settled = { status: 'FAILED', error: { code: 'COMPUTE_FAILED', message: '' }, dispatchId: 'day' };

describe('a cell that was made again with the same result', () => {
  test('is as if the code before had made it', () => {
    const now = withAlike(made(2, 'x'), made(1, 'x'));
    expect(vectorFor(now, code(1))).toEqual(made(1, 'x').vector);
    expect(vectorFor(now, code(2))).toEqual(made(2, 'x').vector);
    expect(vectorFor(now, code(3))).toEqual(made(2, 'x').vector);
  });

  test('keeps what was alike before, the newest first, and no more than a few', () => {
    let now = made(0, 'x');
    for (let version = 1; version <= 6; version += 1) now = withAlike(made(version, 'x'), now);
    expect(now).toMatchObject({ alike: [code(5), code(4), code(3)] });
    expect(MAX_ALIKE).toBe(3);
    // Back and forth is no news.
    now = withAlike(made(5, 'x'), now);
    expect(now).toMatchObject({ alike: [code(6), code(4), code(3)] });
  });
});

test.each([
  ['another result', made(1, 'y')],
  ['other data', made(1, 'x', 'other data')],
  ['a failure', failed],
  ['nothing', undefined],
])('%s before is none of it', (_, known) => {
  expect(withAlike(made(2, 'x'), known)).toEqual(made(2, 'x'));
});

test('what fails has nothing alike', () => {
  expect(withAlike(failed, made(1, 'x'))).toBe(failed);
  expect(vectorFor(failed, code(1))).toBeUndefined();
});
