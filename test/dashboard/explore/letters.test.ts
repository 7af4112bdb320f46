import { expect, test } from 'vitest';
import { CODE_WORDS, codeCounts, itemsOf, type Letter } from '../../../src/dashboard/explore/letters.ts';
import { REJECTION_CODES } from '../../../src/meter/model/rejection.ts';

const letter = (receivedAt: string, counts: Record<string, number>): Letter => ({
  id: receivedAt,
  source: 'samples',
  route: 'POST /api/v1/write',
  receivedAt,
  counts,
  droppedItems: 0,
});

test('each code of the server has words', () => {
  expect(Object.keys(CODE_WORDS).toSorted()).toEqual(REJECTION_CODES.toSorted());
});

test('items are counted by code over all letters, with the last of each', () => {
  const letters = [
    letter('2026-03-02', { TOO_OLD: 2, MALFORMED: 1 }),
    letter('2026-03-03', { MALFORMED: 4 }),
    letter('2026-03-01', { TOO_OLD: 1 }),
  ];
  expect(codeCounts(letters)).toEqual([
    { code: 'MALFORMED', items: 5, letters: 2, lastAt: '2026-03-03' },
    { code: 'TOO_OLD', items: 3, letters: 2, lastAt: '2026-03-02' },
  ]);
  expect(letters.map(itemsOf)).toEqual([3, 4, 1]);
});
