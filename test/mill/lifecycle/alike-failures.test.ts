/** When the rest of a task is not worth trying. */
import { expect, test } from 'vitest';
import { alikeFailures } from '../../../src/mill/lifecycle/alike-failures.ts';
import { PARK_AFTER_DATES } from '../../../src/mill/model/alike-failures.ts';
import type { CellOutcome } from '../../../src/mill/model/cell.ts';

const failed = (message: string): CellOutcome => ({
  status: 'FAILED',
  error: { code: 'COMPUTE_FAILED', message },
  dispatchId: 'd',
});
const completed: CellOutcome = {
  status: 'COMPLETED',
  vector: { fingerprint: { code: '', layer: '', infrastructure: '', epoch: 1 }, inputs: {} },
  resultHash: '',
  dispatchId: 'd',
};

test('the same mistake on enough days in a row, whatever its particulars, makes the others hopeless', () => {
  const alike = alikeFailures();
  for (let day = 1; day <= PARK_AFTER_DATES; day++) {
    expect(alike.isHopeless('a')).toBe(false);
    alike.note('a', failed(`row ${day} has no price`));
  }
  expect(alike.isHopeless('a')).toBe(true);
  expect(alike.isHopeless('b')).toBe(false);
});

test('a day that completes, or another mistake, starts the count anew', () => {
  const alike = alikeFailures();
  const some = (count: number, message: string): void => {
    for (let day = 0; day < count; day++) alike.note('a', failed(message));
  };
  some(PARK_AFTER_DATES - 1, 'no price');
  alike.note('a', completed);
  some(PARK_AFTER_DATES - 1, 'no price');
  some(PARK_AFTER_DATES - 1, 'no volume');
  alike.note('a', { status: 'UNCHANGED' });
  expect(alike.isHopeless('a')).toBe(false);
});
