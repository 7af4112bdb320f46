/** Causes above those that a person reads: nothing of them is dropped without a word, and no root without its name. */
import { expect, test } from 'vitest';
import { type Cause, CauseList, MAX_CAUSES, MAX_ROOTS } from '../../../src/mill/answers/cause-list.ts';

const listOf = (causes: number, roots: number, isCut = false): Cause[] => {
  const list = new CauseList();
  for (let cause = 0; cause < causes; cause++) list.add({ depth: 1, subject: `a${cause}`, text: 'ran' }, false);
  for (let root = 0; root < roots; root++) list.add({ depth: 9, subject: `dataset ${root}`, text: 'another' }, true);
  return list.all(isCut);
};
const end = (causes: readonly Cause[]): Cause[] => causes.slice(MAX_CAUSES);

test('as many as a person reads are all there is', () => {
  expect(listOf(MAX_CAUSES, 0)).toHaveLength(MAX_CAUSES);
});

test('above that they are counted, and their roots named', () => {
  expect(end(listOf(MAX_CAUSES + 2, 1))).toEqual([
    { depth: 1, subject: '…', text: 'and 3 more causes, which come to' },
    { depth: 2, subject: 'dataset 0', text: 'another' },
  ]);
});

test('a root that was named among the first is not named again', () => {
  const list = new CauseList();
  const root = { depth: 2, subject: 'dataset a', text: 'another' };
  list.add(root, true);
  for (let cause = 0; cause < MAX_CAUSES - 1; cause++) list.add({ depth: 1, subject: `a${cause}`, text: 'ran' }, false);
  list.add(root, true);
  expect(end(list.all(false))).toEqual([{ depth: 1, subject: '…', text: 'and 1 more cause, which come to the same' }]);
});

test('of many roots it says how many there are', () => {
  const left = end(listOf(MAX_CAUSES, MAX_ROOTS + 5));
  expect(left).toHaveLength(1 + MAX_ROOTS);
  expect(left[0]?.text).toBe('and 15 more causes, which come to 15 roots, these among them');
});

test('a trace that was cut says so', () => {
  expect(end(listOf(MAX_CAUSES + 1, 0, true))[0]?.text).toBe(
    'and 1 more cause, as far as it was looked at; explain one of those above for more',
  );
});
