/** What the ledger remembers of attempts, and what cancelling does, under every interleaving that the generator makes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordClaim, recordSave } from '../../../src/mill/lifecycle/attempt-record.ts';
import { onCancel } from '../../../src/mill/lifecycle/cancel.ts';
import { onAttemptFailed, onCellDone, onGiveUp } from '../../../src/mill/lifecycle/finish.ts';
import { decideLease } from '../../../src/mill/lifecycle/lease.ts';
import { MAX_ATTEMPTS } from '../../../src/mill/lifecycle/limits.ts';
import type { AttemptFigures } from '../../../src/mill/model/attempt.ts';
import { isTerminal, openCells, outcomeOf, Task } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { aCell, aTask } from '../../support/graph.ts';

const tiers = Tiers.parse([
  { name: 'standard', memoryMB: 1_000 },
  { name: 'high-mem', memoryMB: 4_000 },
]);
const leaseMs = 15_000;
const FIGURES: AttemptFigures = {
  loadMs: 1,
  computeMs: 2,
  writeMs: 3,
  commitMs: 4,
  entities: 5,
  bytesRead: 6,
  bytesWritten: 7,
  reads: 8,
  writes: 9,
};

function claim(task: Task, nowMs: number, token: string, tier: string = 'standard') {
  const decision = decideLease(task, { worker: 'w/1', token, tier, nowMs, leaseMs, tiers });
  if (decision.save === undefined) return { kind: decision.kind, task };
  const claimant = {
    worker: 'w/1',
    tier,
    executorVersion: 1,
    fingerprints: { a: 'f'.repeat(16) },
    nowMs,
    tiers,
    begins: decision.kind === 'run',
  };
  return { kind: decision.kind, task: recordClaim(task, decision.save, claimant) };
}

const beat = (task: Task, nowMs: number, rssMB: number): Task => {
  const timestamp = new Date(nowMs).toISOString();
  const lastMemory = { rssMB, heapUsedMB: 1, timestamp };
  return { ...task, telemetry: { lastHeartbeat: timestamp, lastMemory, peakRssMB: rssMB, entities: 1 } };
};

const unchanged = (task: Task): Task => {
  const [open] = openCells(task);
  return open === undefined ? task : onCellDone(task, open, { status: 'UNCHANGED' });
};

describe('the record of an attempt', () => {
  test('opens with the claim and closes with the save that ends the task', () => {
    const { task } = claim(aTask(), 1_000, 't1');
    expect(task.history).toMatchObject([{ number: 1, trigger: 'DISPATCH', tier: 'standard', startedMs: 1_000 }]);
    const done = recordSave(unchanged(task), { nowMs: 3_000, figures: FIGURES });
    expect(done.history).toMatchObject([{ end: 'COMPLETED', endedMs: 3_000, figures: FIGURES }]);
    expect(Task.parse(done)).toEqual(done);
  });

  test('keeps the figures of a chain as it goes', () => {
    const { task } = claim(aTask({ days: ['2024-01-01', '2024-01-02'] }), 0, 't1');
    const [record] = recordSave(unchanged(task), { nowMs: 1, figures: FIGURES }).history ?? [];
    expect(record).toMatchObject({ figures: FIGURES });
    expect(record?.end).toBeUndefined();
  });

  test('of an attempt that died is closed by whoever finds it, from its last heartbeat', () => {
    const died = beat(claim(aTask(), 0, 't1').task, 4_000, 100);
    const { task, kind } = claim(died, 60_000, 't2');
    expect(kind).toBe('run');
    expect(task.history).toMatchObject([
      { number: 1, end: 'DIED', endedMs: 4_000, peakRssMB: 100 },
      { number: 2, trigger: 'TAKEOVER', startedMs: 60_000 },
    ]);
  });

  test('has the readings of its memory once it has ended, and the task has them no more', () => {
    const beating = (task: Task): Task => {
      const beaten = beat(task, 4_000, 100);
      return {
        ...beaten,
        telemetry: { ...beaten.telemetry, readings: [2, 100, 1, 4, 90, 1] } as Task['telemetry'] & {},
      };
    };
    const { task } = claim(aTask({ days: ['2024-01-01', '2024-01-02'] }), 0, 't1');
    const half = recordSave(unchanged(beating(task)), { nowMs: 5_000 });
    expect(half.history?.[0]?.readings).toBeUndefined();
    const done = recordSave(unchanged(half), { nowMs: 6_000 });
    expect(done.history).toMatchObject([{ end: 'COMPLETED', readings: [2, 100, 1, 4, 90, 1] }]);
    expect(done.telemetry).toMatchObject({ peakRssMB: 100 });
    expect(done.telemetry?.readings).toBeUndefined();
    const taken = claim(beating(task), 60_000, 't2');
    expect(taken.task.history).toMatchObject([{ end: 'DIED', readings: [2, 100, 1, 4, 90, 1] }, { number: 2 }]);
  });

  test('of one that died above its share of memory says so, also when the task moves first', () => {
    const died = beat(claim(aTask(), 0, 't1').task, 4_000, 900);
    const moved = claim(died, 60_000, 't2');
    expect(moved.kind).toBe('reroute');
    expect(moved.task.history).toMatchObject([{ end: 'OUT_OF_MEMORY', error: { code: 'OUT_OF_MEMORY' } }]);
    const next = claim(moved.task, 61_000, 't3', 'high-mem');
    expect(next.task.history?.[1]).toMatchObject({ number: 2, trigger: 'RETRY', tier: 'high-mem' });
  });

  test('tells trouble that may pass from a lease that was handed back', () => {
    const { task } = claim(aTask(), 0, 't1');
    const failed = onAttemptFailed(task, { code: 'UNAVAILABLE', message: 'no answer' }, 'standard');
    const retried = claim(recordSave(failed, { nowMs: 1 }), 2, 't2').task;
    expect(retried.history).toMatchObject([{ end: 'FAILED', error: { code: 'UNAVAILABLE' } }, { trigger: 'RETRY' }]);
    const { lease: _, ...unleased } = retried;
    const back = claim(recordSave({ ...unleased, status: 'PENDING' }, { nowMs: 3 }), 4, 't3').task;
    expect(back.history?.slice(1)).toMatchObject([{ end: 'GIVEN_BACK' }, { trigger: 'HANDED_BACK' }]);
  });

  test('of a task that is given up is a dead letter, of one whose cell failed is not', () => {
    const { task } = claim(aTask(), 0, 't1');
    const error = { code: 'TIMEOUT', message: 'it held its worker' };
    expect(recordSave(onGiveUp(task, error), { nowMs: 1 })).toMatchObject({
      deadLetter: { status: 'OPEN' },
      history: [{ end: 'FAILED', error }],
    });
    const failed = onCellDone(task, aCell('2024-01-01'), { status: 'FAILED', error, dispatchId: 'd' });
    expect(failed.deadLetter).toBeUndefined();
  });
});

type Event =
  | { readonly is: 'delivery' | 'cell' | 'passing' | 'give up' | 'cancel' }
  | { readonly is: 'time'; readonly ms: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Event>({ is: 'delivery' }) },
  { weight: 4, arbitrary: fc.constant<Event>({ is: 'cell' }) },
  { weight: 3, arbitrary: fc.constantFrom(1_000, 20_000).map((ms): Event => ({ is: 'time', ms })) },
  { weight: 1, arbitrary: fc.constantFrom<Event>({ is: 'passing' }, { is: 'give up' }, { is: 'cancel' }) },
);

/** A worker acts on the copy that it has; the ledger takes it only while its token is the task's. */
describe('a task that is cancelled at any moment', () => {
  test('ends once and is counted once; either its last commit or the cancellation holds, never both', () => {
    const seen = { cancelled: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30, size: 'max' }), (events) => {
        let ledger = aTask({ days: ['2024-01-01', '2024-01-02'] });
        let nowMs = 0;
        let tokens = 0;
        let counted = 0;
        const workers: { token: string; copy: Task }[] = [];
        const commit = (next: Task): void => {
          expect(isTerminal(ledger)).toBe(false);
          if (isTerminal(next)) counted++;
          ledger = next;
        };
        for (const one of events) {
          const worker = workers.at(-1);
          if (one.is === 'time') nowMs += one.ms;
          else if (one.is === 'delivery') {
            const token = `t${++tokens}`;
            const { task, kind } = claim(ledger, nowMs, token, ledger.resources);
            if (task === ledger) continue;
            commit(task);
            if (kind === 'run') workers.push({ token, copy: task });
            if (kind === 'give-up')
              commit(recordSave(onGiveUp(task, { code: 'ATTEMPTS_EXHAUSTED', message: 'x' }), { nowMs }));
          } else if (one.is === 'cancel') {
            const cancelled = onCancel(ledger);
            if (cancelled === undefined) continue;
            const before = ledger;
            commit(recordSave(cancelled, { nowMs }));
            seen.cancelled++;
            for (const cell of before.cells) expect(outcomeOf(ledger, cell)).toEqual(outcomeOf(before, cell));
          } else if (worker !== undefined) {
            const next =
              one.is === 'cell'
                ? unchanged(worker.copy)
                : one.is === 'passing'
                  ? onAttemptFailed(worker.copy, { code: 'UNAVAILABLE', message: 'x' }, 'standard')
                  : onGiveUp(worker.copy, { code: 'TIMEOUT', message: 'x' });
            const saved = recordSave(next, { nowMs, figures: FIGURES });
            if (ledger.lease?.token !== worker.token) {
              seen.refused++;
              workers.pop();
              continue;
            }
            commit(saved);
            worker.copy = saved;
            if (saved.lease === undefined) workers.pop();
          }
          expect(counted).toBe(isTerminal(ledger) ? 1 : 0);
          expect(isTerminal(ledger) && ledger.lease !== undefined).toBe(false);
          const history = ledger.history ?? [];
          expect(history).toHaveLength(ledger.attempts);
          expect(history.length).toBeLessThanOrEqual(MAX_ATTEMPTS);
          expect(history.map(({ number }) => number)).toEqual(history.map((_, index) => index + 1));
          // Only the attempt that holds the lease is open.
          expect(history.filter(({ end }) => end === undefined)).toHaveLength(ledger.status === 'IN_PROGRESS' ? 1 : 0);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(seen.cancelled).toBeGreaterThan(150);
    expect(seen.refused).toBeGreaterThan(100);
  });
});
