/** How a task takes outcomes, ends, or is handed back. */
import { describe, expect, test } from 'vitest';
import {
  isStopped,
  onAttemptFailed,
  onCellDone,
  onCellStuck,
  onGiveUp,
  onHandedBack,
} from '../../../src/mill/lifecycle/finish.ts';
import type { CellOutcome } from '../../../src/mill/model/cell.ts';
import { type Lease, openCells } from '../../../src/mill/model/task.ts';
import { aCell, aTask, aTaskCell, fingerprintAt } from '../../support/graph.ts';
import { BROKEN, h } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const WED = '2024-01-03';
const lease: Lease = { token: 't1', worker: 'w1', sinceMs: 0, untilMs: 15_000 };
const done: CellOutcome = {
  status: 'COMPLETED',
  vector: { fingerprint: fingerprintAt({}, 'a'), inputs: {} },
  resultHash: h('one'),
  dispatchId: 'dispatch-1',
};
const failed: CellOutcome = { status: 'FAILED', error: BROKEN, dispatchId: 'dispatch-1' };
const gaveUp = { code: 'ATTEMPTS_EXHAUSTED', message: '3 attempts failed' };
const chain = aTask({ days: [MON, TUE, WED], status: 'IN_PROGRESS', attempts: 1, lease });

test('a task that is handed back has not spent an attempt, and is anybody’s', () => {
  const { lease: _, ...free } = aTask({ status: 'PENDING', attempts: 1 });
  expect(onHandedBack(aTask({ status: 'IN_PROGRESS', attempts: 2, lease }))).toEqual(free);
  expect(onHandedBack(aTask({ status: 'IN_PROGRESS', attempts: 0, lease })).attempts).toBe(0);
});

describe('an outcome', () => {
  test('in the middle of a chain keeps the lease and the task open', () => {
    expect(onCellDone(chain, aCell(MON), done)).toEqual({ ...chain, outcomes: { [`a@${MON}`]: done } });
  });

  test('that is the last makes the task terminal and ends the lease', () => {
    const ended = onCellDone(aTask({ status: 'IN_PROGRESS', lease }), aCell(MON), done);
    expect(ended).toEqual(aTask({ status: 'COMPLETED', outcomes: { [MON]: done } }));
    expect('lease' in ended).toBe(false);
  });

  test('UNCHANGED on every day is a completed task', () => {
    const ended = [MON, TUE, WED].reduce((task, date) => onCellDone(task, aCell(date), { status: 'UNCHANGED' }), chain);
    expect(ended.status).toBe('COMPLETED');
  });

  test('of failure makes the whole task a failed one once it ends, with that error', () => {
    const open = onCellDone(chain, aCell(MON), failed);
    expect(open.status).toBe('IN_PROGRESS');
    const ended = [TUE, WED].reduce((task, date) => onCellDone(task, aCell(date), { status: 'NOT_TRIED' }), open);
    expect(ended).toMatchObject({ status: 'FAILED', lastError: BROKEN });
  });

  test('changes nothing in the task that was given', () => {
    const given = structuredClone(chain);
    onCellDone(given, aCell(MON), done);
    expect(given).toEqual(chain);
  });
});

describe('cells of several computations in one task', () => {
  const fused = aTask({
    cells: [aTaskCell(MON, 'a'), aTaskCell(MON, 'b'), aTaskCell(MON, 'c')],
    status: 'IN_PROGRESS',
    lease,
  });

  test('are independent: one that fails stops no other, and the task is a failed one at its end', () => {
    const open = onCellDone(fused, aCell(MON, 'a'), failed);
    expect(isStopped(open)).toBe(false);
    expect(openCells(open).map(({ computation }) => computation)).toEqual(['b', 'c']);
    const ended = ['c', 'b'].reduce((task, computation) => onCellDone(task, aCell(MON, computation), done), open);
    expect(ended).toMatchObject({ status: 'FAILED', lastError: BROKEN });
    expect(ended.outcomes).toEqual({ [`a@${MON}`]: failed, [`b@${MON}`]: done, [`c@${MON}`]: done });
  });

  test('all fail when the task is given up, those apart that had an outcome', () => {
    const given = onGiveUp(onCellDone(fused, aCell(MON, 'b'), done), gaveUp);
    const blamed = { status: 'FAILED', error: gaveUp, dispatchId: 'dispatch-1' };
    expect(given.outcomes).toEqual({ [`a@${MON}`]: blamed, [`b@${MON}`]: done, [`c@${MON}`]: blamed });
    expect(given).toMatchObject({ status: 'FAILED', lastError: gaveUp });
  });
});

test('a cell that held its worker fails alone; the others go on with all attempts before them', () => {
  const fused = aTask({ cells: [aTaskCell(MON, 'a'), aTaskCell(MON, 'b')], status: 'IN_PROGRESS', lease, attempts: 3 });
  const stuck = onCellStuck(fused, aCell(MON, 'b'), gaveUp);
  expect(stuck).toMatchObject({ status: 'PENDING', attempts: 0, outcomes: { [`b@${MON}`]: { error: gaveUp } } });
  expect(stuck.lease).toBeUndefined();
  expect(onCellStuck(onCellDone(fused, aCell(MON, 'a'), done), aCell(MON, 'b'), gaveUp)).toMatchObject({
    status: 'FAILED',
    lastError: gaveUp,
    attempts: 3,
  });
});

test('a day of a chain that failed stops the days that are left', () => {
  expect(isStopped(chain)).toBe(false);
  expect(isStopped(onCellDone(chain, aCell(MON), failed))).toBe(true);
  expect(isStopped(onCellDone(chain, aCell(MON), { status: 'UNCHANGED' }))).toBe(false);
});

describe('a task that is given up', () => {
  test('fails the cell that it was on, keeps what was done, and leaves the rest untried', () => {
    const given = onGiveUp(onCellDone(chain, aCell(MON), done), gaveUp);
    expect(given).toEqual({
      ...aTask({
        days: [MON, TUE, WED],
        attempts: 1,
        status: 'FAILED',
        deadLetter: { status: 'OPEN' },
        lastError: gaveUp,
      }),
      outcomes: {
        [`a@${MON}`]: done,
        [`a@${TUE}`]: { status: 'FAILED', error: gaveUp, dispatchId: 'dispatch-1' },
        [`a@${WED}`]: { status: 'NOT_TRIED' },
      },
    });
  });

  test('after a day that had failed blames no other day', () => {
    const given = onGiveUp(onCellDone(chain, aCell(MON), failed), gaveUp);
    expect(given.status).toBe('FAILED');
    expect(given.outcomes).toEqual({
      [`a@${MON}`]: failed,
      [`a@${TUE}`]: { status: 'NOT_TRIED' },
      [`a@${WED}`]: { status: 'NOT_TRIED' },
    });
  });
});

describe('an attempt that failed for a passing reason', () => {
  const passing = { code: 'UNAVAILABLE', message: 'the store did not answer' };

  test('hands the lease back, keeps the outcomes so far, and counts as an attempt', () => {
    const before = onCellDone(chain, aCell(MON), done);
    expect(onAttemptFailed(before, passing, 'standard')).toEqual({
      ...aTask({ days: [MON, TUE, WED], attempts: 1, lastError: passing }),
      outcomes: { [`a@${MON}`]: done },
    });
  });

  test('moves the task to another tier when it is told to', () => {
    expect(onAttemptFailed(chain, passing, 'high-mem').resources).toBe('high-mem');
  });
});
