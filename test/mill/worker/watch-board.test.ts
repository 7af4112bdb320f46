/** The board on which calls are noted: two threads, one of which may be stuck. */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { boardMemory, MAX_WATCHED, MAX_WATCHED_BYTES, openBoard } from '../../../src/mill/worker/watch-board.ts';

test('tells what is overdue, and nothing that is over or has time left', () => {
  const board = openBoard(boardMemory());
  const done = board.note({ id: 'over' }, 0);
  board.note({ id: 'late', what: 'ein Maß „é“' }, 0);
  board.note({ id: 'early' }, 60_000);
  done();
  expect(board.overdue()).toEqual([{ id: 'late', what: 'ein Maß „é“' }]);
  // Its place is free again.
  board.note({ id: 'next' }, 0);
  expect(board.overdue()).toEqual([{ id: 'next' }, { id: 'late', what: 'ein Maß „é“' }]);
});

test('is seen by another thread while the one that noted it never comes back', async () => {
  const memory = boardMemory();
  const program = `
    import { workerData } from 'node:worker_threads';
    const { openBoard } = await import(workerData.module);
    openBoard(workerData.memory).note({ id: 'stuck' }, 1);
    for (;;) Atomics.add(workerData.turns, 0, 1);`;
  const turns = new Int32Array(new SharedArrayBuffer(4));
  const module = new URL('../../../src/mill/worker/watch-board.ts', import.meta.url).href;
  const stuck = new Worker(program, { eval: true, workerData: { memory, module, turns } });
  try {
    const board = openBoard(memory);
    await expect.poll(() => board.overdue(), { timeout: 5_000 }).toEqual([{ id: 'stuck' }]);
    expect(Atomics.load(turns, 0)).toBeGreaterThan(0);
  } finally {
    await stuck.terminate();
  }
});

test('refuses more than there is room for, and loses nothing that is noted', () => {
  const board = openBoard(boardMemory());
  for (let call = 0; call < MAX_WATCHED; call++) board.note({ call }, 0);
  expect(() => board.note({ call: MAX_WATCHED }, 0)).toThrow(`more than ${MAX_WATCHED} calls`);
  expect(board.overdue()).toHaveLength(MAX_WATCHED);
  const other = openBoard(boardMemory());
  const widest = 'é'.repeat((MAX_WATCHED_BYTES - 4) / 2);
  other.note([widest], 0);
  expect(() => other.note([`${widest}é`], 0)).toThrow('more than');
  expect(other.overdue()).toEqual([[widest]]);
});
