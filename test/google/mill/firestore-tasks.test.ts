/** Tasks under a lease: who may write, and what becomes of writes whose answers are lost. */
import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { MESSAGE_CHARACTERS, RetryableError } from '../../../src/errors.ts';
import { onAttemptFailed, onCellDone, onHandedBack } from '../../../src/mill/lifecycle/finish.ts';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { decideLease } from '../../../src/mill/lifecycle/lease.ts';
import { continueLater } from '../../../src/mill/lifecycle/split.ts';
import type { CellOutcome } from '../../../src/mill/model/cell.ts';
import { ENTITY_MESSAGE_CHARACTERS, INLINE_BYTES, KEPT_ERRORS } from '../../../src/mill/execution/limits.ts';
import { inputBytes, MAX_INPUT_BYTES } from '../../../src/mill/model/graph-limits.ts';
import { MAX_TASK_BYTES, MAX_TASK_CELLS } from '../../../src/mill/planning/make-tasks.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import type { MadeTask } from '../../../src/mill/model/message.ts';
import { isTerminal, type Task, type Telemetry } from '../../../src/mill/model/task.ts';
import type { CellWrite } from '../../../src/mill/ports/cells.ts';
import type { HeldTask } from '../../../src/mill/ports/tasks.ts';
import { aCell, aRun, aTask, aTaskCell } from '../../support/graph.ts';
import { localPorts, type LocalPorts } from '../../support/local-ports.ts';

const LEASE_MS = 15_000;

const telemetry = (entities: number): Telemetry => ({
  lastHeartbeat: '2024-03-01T00:00:00.000Z',
  lastMemory: { rssMB: 100, heapUsedMB: 50, timestamp: '2024-03-01T00:00:00.000Z' },
  peakRssMB: 100,
  entities,
});

const completed = (resultHash: string): Extract<CellOutcome, { status: 'COMPLETED' }> => ({
  status: 'COMPLETED',
  vector: vectorOf(),
  resultHash,
  dispatchId: 'dispatch-1',
});

const vectorOf = () => ({
  fingerprint: { code: '0'.repeat(16), layer: '0'.repeat(16), infrastructure: '0'.repeat(16), epoch: 1 },
  inputs: {},
});

const lease = async (on: Ports, { id }: Task, nowMs: number): Promise<HeldTask> => {
  const request = { worker: 'w', token: randomUUID(), tier: 'standard', nowMs, leaseMs: LEASE_MS } as const;
  const answer = await on.tasks.claim(id, (task) => decideLease(task, { ...request, tiers: DEFAULT_TIERS }));
  expect(answer?.decision.kind).toBe('run');
  if (answer?.held === undefined) throw new Error('the lease was not given');
  return answer.held;
};

const cellOf = (date: string, generation: string): CellWrite => ({
  computation: 'a',
  date,
  vector: vectorOf(),
  record: {
    runId: 'r',
    taskId: 't',
    attempt: 1,
    reason: 'RUN',
    finishedMs: 0,
    seconds: 0,
    entities: 0,
    failedEntities: 0,
    errors: [],
  },
  status: 'COMPLETED',
  artifact: { hash: '1'.repeat(16), keyed: false, count: 1, rawBytes: 1, parts: [] },
  generation,
});

describe.each([
  { network: 'a good network', faults: undefined },
  {
    network: 'a network that loses half of the answers to commits',
    faults: { seed: 7, rules: [{ method: 'Commit', probability: 0.5, fault: { kind: 'error-after' } }] },
  } as const,
])('tasks on $network', ({ faults }) => {
  let local: LocalPorts;
  let ports: Ports;
  let other: Ports;
  let db: Firestore;
  beforeAll(async () => {
    local = await localPorts({}, { faults });
    ports = local.open();
    other = local.open();
    db = new Firestore({ projectId: 'daymill-local' });
  });
  afterAll(async () => {
    await db.terminate();
    await local.close();
  });

  /** A run of one task that is claimed and not started. */
  const claimed = async (of: readonly string[] | Task = ['2024-03-01'], totalTasks = 1): Promise<Task> => {
    const task = 'id' in of ? of : aTask({ runId: randomUUID(), days: of });
    const { runId } = task;
    const snapshot = await ports.planning.load();
    const run = aRun({ id: runId, totalTasks });
    const saved = await ports.planning.commit(snapshot, { settled: [], closedRuns: [], claim: { run, tasks: [task] } });
    // On the bad network the answer to the commit may be lost; then the snapshot is stale, and the claim is there.
    if (!saved) expect((await ports.planning.load()).open.map((open) => open.run.id)).toContain(runId);
    return task;
  };

  const generationOf = async (date: string): Promise<unknown> =>
    (await db.doc(`results/a/days/${date}`).get()).get('generation');

  test('hazard 4: a worker that lost its lease cannot write over its successor', async () => {
    const task = await claimed();
    const slow = await lease(ports, task, 0);
    const successor = await lease(other, task, LEASE_MS + 1);
    await successor.save(onCellDone(successor.task, aCell('2024-03-01'), completed('2'.repeat(16))), {
      cells: [cellOf('2024-03-01', 'new')],
    });

    const late = slow.save(onCellDone(slow.task, aCell('2024-03-01'), completed('1'.repeat(16))), {
      cells: [cellOf('2024-03-01', 'old')],
    });
    await expect(late).rejects.toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
    await expect(slow.heartbeat(telemetry(1), 99_999)).rejects.toThrow(RetryableError);

    expect(await generationOf('2024-03-01')).toBe('new');
    expect(await ports.tasks.read(task.id)).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(0);
  });

  test('the largest task fits its document, also when every cell of it failed and says so at length', async () => {
    const days = daysFrom('2024-01-01', addDays('2024-01-01', MAX_TASK_CELLS - 1));
    const one = JSON.stringify(aTaskCell('2024-01-01')).length;
    const wide = Math.floor((MAX_TASK_BYTES / days.length - one) / '"dependency:wide-00":"0000000000000000",'.length);
    const inputs = Object.fromEntries(
      Array.from({ length: wide }, (_, at) => [`dependency:wide-${at}`, '0'.repeat(16)]),
    );
    const task = {
      ...aTask({ runId: randomUUID(), days }),
      cells: days.map((day) => ({ ...aTaskCell(day), inputs })),
    };
    expect(JSON.stringify(task.cells).length).toBeGreaterThan(0.9 * MAX_TASK_BYTES);
    const held = await lease(ports, await claimed(task), 0);
    const error = { code: 'COMPUTE_FAILED', message: 'ž'.repeat(MESSAGE_CHARACTERS) };
    const failed: CellOutcome = { status: 'FAILED', vector: { ...vectorOf(), inputs }, error, dispatchId: 'd' };
    await held.save(days.reduce((sofar, day) => onCellDone(sofar, aCell(day), failed), held.task));
    const saved = await other.tasks.read(task.id);
    expect(saved).toMatchObject({ status: 'FAILED' });
    expect(saved?.outcomes['a@2024-01-01']).toMatchObject({ status: 'FAILED', vector: { inputs } });
  });

  test('the largest result of a computation that reads as much as it may fits its document', async () => {
    const ids = Array.from({ length: 1_800 }, (_, at) => `dependency:wide-${at}`);
    const needs = ids.map((id) => ({ key: id, kind: 'dependency' as const, of: id.slice('dependency:'.length) }));
    expect(inputBytes({ needs })).toBeGreaterThan(0.95 * MAX_INPUT_BYTES);
    const vector = { ...vectorOf(), inputs: Object.fromEntries(ids.map((id) => [id, '0'.repeat(16)])) };
    const task = await claimed();
    const held = await lease(ports, task, 0);
    const part = { first: '', last: '', count: 1, data: new Uint8Array(INLINE_BYTES) };
    const { record, ...cell } = cellOf('2024-03-01', 'large');
    const message = 'ž'.repeat(ENTITY_MESSAGE_CHARACTERS);
    const errors = Array.from({ length: KEPT_ERRORS }, (_, at) => ({ id: `entity-${at}`, message }));
    const largest = {
      ...cell,
      vector,
      record: { ...record, errors, because: { why: 'CHANGED' as const, parts: ids } },
      artifact: { hash: '1'.repeat(16), keyed: false, count: 1, rawBytes: 1, parts: [part] },
    };
    await held.save(onCellDone(held.task, aCell('2024-03-01'), { ...completed('1'.repeat(16)), vector }), {
      cells: [largest],
    });
    expect(await generationOf('2024-03-01')).toBe('large');
  });

  test('what becomes of a dead letter counts nothing off its run', async () => {
    const task = await claimed(['2024-03-01'], 2);
    const held = await lease(ports, task, 0);
    const failed: CellOutcome = {
      status: 'FAILED',
      vector: vectorOf(),
      error: { code: 'TIMEOUT', message: 'it took too long' },
      dispatchId: 'd',
    };
    await held.save({ ...onCellDone(held.task, aCell('2024-03-01'), failed), deadLetter: { status: 'OPEN' } });
    expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(1);
    for (const status of ['REPLAYED', 'DROPPED'] as const) {
      await other.tasks.claim(task.id, (found) => ({ save: { ...found, deadLetter: { status } } }));
      expect(await ports.tasks.read(task.id)).toMatchObject({ deadLetter: { status } });
      expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(1);
    }
  });

  describe('a task that came along with its message', () => {
    const request = { worker: 'w', token: 'carried', tier: 'standard', nowMs: 0, leaseMs: LEASE_MS } as const;
    const claim = async ({ id }: Task, made: MadeTask | undefined) => {
      const before = local.usage();
      const decide = (task: Task) => decideLease(task, { ...request, token: randomUUID(), tiers: DEFAULT_TIERS });
      const answer = await ports.tasks.claim(id, decide, made);
      return { answer, reads: local.usage().reads - before.reads };
    };
    const carried = async (task: Task): Promise<MadeTask | undefined> => {
      const run = aRun({ id: task.runId });
      return (await ports.planning.commit(await ports.planning.load(), { claim: { run, tasks: [task] } }))?.[0];
    };
    const made = async (): Promise<MadeTask> =>
      (await carried(aTask({ runId: randomUUID(), days: ['2024-03-01'] }))) ?? made();

    test('is leased without being read, and is what is stored', async () => {
      const own = await made();
      expect(await ports.tasks.read(own.task.id)).toEqual(own.task);
      const { answer, reads } = await claim(own.task, own);
      expect(answer?.decision.kind).toBe('run');
      // On the bad network it may have to be looked at whether the lease landed.
      if (faults === undefined) expect(reads).toBe(0);
      await answer?.held?.save(onCellDone(answer.held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
      expect(await ports.tasks.read(own.task.id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    });

    test('is read when it is another by now: a second delivery finds the lease, a third that it is over', async () => {
      const own = await made();
      const first = await claim(own.task, own);
      expect((await claim(own.task, own)).answer?.decision.kind).toBe('busy');
      const held = first.answer?.held;
      await held?.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
      expect((await claim(own.task, own)).answer?.decision.kind).toBe('done');
    });

    test.each([
      [
        'of a task that is gone',
        (own: MadeTask) => db.doc(`computation_audit_ledger/${own.task.id}`).delete(),
        undefined,
      ],
      ['with a version that is none', () => Promise.resolve(), 'run'],
    ])('is not believed: %s', async (_, change, kind) => {
      const own = await made();
      await change(own);
      const given = kind === undefined ? own : { ...own, version: 'yesterday' };
      expect((await claim(own.task, given)).answer?.decision.kind).toBe(kind);
    });
  });

  test('a callback is begun by who knows how the run stands, and by nobody who read it before', async () => {
    const { runId } = await claimed();
    const read = async () => {
      const run = await other.runs.read(runId);
      if (run === undefined) throw new Error('the run is gone');
      return run;
    };
    const before = await read();
    expect(await ports.runs.beginCallback(before, 1_000)).toBe(true);
    // Both had found that nobody had begun.
    expect(await other.runs.beginCallback(before, 1_001)).toBe(false);
    expect((await read()).callingBackMs).toBe(1_000);
    // Who began is taken for dead: the next one knows when that was.
    const meanwhile = await read();
    expect(await other.runs.beginCallback(meanwhile, 60_000)).toBe(true);
    expect(await ports.runs.beginCallback(meanwhile, 60_001)).toBe(false);
    const last = await read();
    await ports.runs.markCalledBack(runId, 60_002);
    expect(await other.runs.beginCallback(last, 120_000)).toBe(false);
    expect((await read()).callingBackMs).toBe(60_000);
  });

  test('a callback is begun although the run was published since it was read', async () => {
    const { runId } = await claimed();
    const run = await other.runs.read(runId);
    await ports.runs.markPublished(runId, 999);
    expect(run === undefined ? undefined : await other.runs.beginCallback(run, 1_000)).toBe(true);
    expect(await other.runs.read(runId)).toMatchObject({ callingBackMs: 1_000, publishedMs: 999 });
  });

  test('hazard 4: of two workers that lease at once, one gets the task', async () => {
    const task = await claimed();
    const decisions = await Promise.all(
      [ports, other].map(async (on) => {
        const answer = await on.tasks.claim(task.id, (found) =>
          decideLease(found, {
            worker: 'w',
            token: randomUUID(),
            tier: 'standard',
            nowMs: 0,
            leaseMs: LEASE_MS,
            tiers: DEFAULT_TIERS,
          }),
        );
        return answer?.decision.kind;
      }),
    );
    expect(decisions.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(['busy', 'run']);
    expect((await ports.tasks.read(task.id))?.attempts).toBe(1);
  });

  test('hazard 6: a late heartbeat does not revive a finished task', async () => {
    const task = await claimed();
    const held = await lease(ports, task, 0);
    const before = await db.doc(`computation_audit_ledger/${task.id}`).get();
    await held.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
    // Through the hold: it knows that the task is over.
    await held.heartbeat(telemetry(9), 99_999);
    // As a packet that was under way since before the save would arrive.
    const packet = db
      .doc(`computation_audit_ledger/${task.id}`)
      .update(
        { telemetry: telemetry(9), 'lease.untilMs': 99_999 },
        before.updateTime ? { lastUpdateTime: before.updateTime } : {},
      );
    await expect(packet).rejects.toThrow(/FAILED_PRECONDITION|precondition|stored version/iu);
    const found = await ports.tasks.read(task.id);
    expect(found).toMatchObject({ status: 'COMPLETED' });
    expect(found?.lease).toBeUndefined();
    expect(found?.telemetry).toBeUndefined();
  });

  test('hazard 6: heartbeats that race with saves lose nothing and revive nothing', async () => {
    const days = ['2024-03-01', '2024-03-02', '2024-03-03', '2024-03-04'];
    const task = await claimed(days);
    const held = await lease(ports, task, 0);
    for (const [index, date] of days.entries()) {
      const beats = [1, 2].map((beat) => held.heartbeat(telemetry(index * 10 + beat), LEASE_MS + index));
      const saved = held.save(onCellDone(held.task, aCell(date), completed(String(index).repeat(16))));
      await Promise.all([...beats, saved, held.heartbeat(telemetry(index * 10 + 3), LEASE_MS + index)]);
    }
    const found = await ports.tasks.read(task.id);
    expect(found).toMatchObject({ status: 'COMPLETED', telemetry: { entities: 32 } });
    expect(Object.keys(found?.outcomes ?? {}).sort()).toEqual(days.map((date) => `a@${date}`));
    expect(found?.lease).toBeUndefined();
    expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(0);
  });

  test('a save leaves the lease as long as the last heartbeat made it', async () => {
    const task = await claimed(['2024-03-01', '2024-03-02']);
    const held = await lease(ports, task, 0);
    const copy = held.task;
    await held.heartbeat(telemetry(1), 77_000);
    await held.save(onCellDone(copy, aCell('2024-03-01'), completed('1'.repeat(16))));
    expect((await ports.tasks.read(task.id))?.lease?.untilMs).toBe(77_000);
    expect(held.task.lease?.untilMs).toBe(77_000);
  });

  test('the count goes down once for each task, whoever ends it', async () => {
    const task = await claimed(['2024-03-01'], 3);
    const held = await lease(ports, task, 0);
    await held.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
    expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(2);
    await expect(
      held.save(onAttemptFailed(held.task, { code: 'UNAVAILABLE', message: 'late' }, 'standard')),
    ).rejects.toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
    const found = await ports.tasks.read(task.id);
    expect(found !== undefined && isTerminal(found)).toBe(true);
    expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(2);
  });

  test("a task that is handed back is the next worker's at once, and what the first may still write is refused", async () => {
    const task = await claimed(['2024-03-01', '2024-03-02']);
    const held = await lease(ports, task, 0);
    // The first day is on its way when the process is told to end: it is kept.
    const first = held.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
    await Promise.all([first, held.handBack(onHandedBack)]);
    const found = await ports.tasks.read(task.id);
    expect(found).toMatchObject({ status: 'PENDING', attempts: 0, outcomes: { 'a@2024-03-01': {} } });
    expect(found?.lease).toBeUndefined();

    const next = await lease(other, task, 1);
    const late = onCellDone(held.task, aCell('2024-03-02'), completed('2'.repeat(16)));
    const lost = expect.objectContaining({ code: 'LEASE_LOST' }) as Error;
    await expect(held.save(late, { cells: [cellOf('2024-03-02', 'late')] })).rejects.toThrow(lost);
    await expect(held.heartbeat(telemetry(9), 99_999)).rejects.toThrow(lost);
    await expect(held.handBack(onHandedBack)).rejects.toThrow(lost);
    await next.save(onCellDone(next.task, aCell('2024-03-02'), completed('3'.repeat(16))));
    expect(await ports.tasks.read(task.id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect((await ports.runs.read(task.runId))?.remainingTasks).toBe(0);
  });

  test('a task that has ended is not handed back', async () => {
    const task = await claimed();
    const held = await lease(ports, task, 0);
    const ended = held.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
    const handedBack = held.handBack(onHandedBack);
    await Promise.all([
      ended,
      expect(handedBack).rejects.toThrow(expect.objectContaining({ code: 'LEASE_LOST' }) as Error),
    ]);
    expect(await ports.tasks.read(task.id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  test('leases of workers that are gone end at once; those of now do not', async () => {
    const [gone, here] = [await claimed(), await claimed()];
    await lease(ports, gone, 1_000);
    const held = await lease(other, here, 5_000);
    expect(await ports.tasks.expireLeases(5_000)).toBeGreaterThanOrEqual(1);
    expect((await ports.tasks.read(gone.id))?.lease?.untilMs).toBe(0);
    expect((await ports.tasks.read(here.id))?.lease?.untilMs).toBe(5_000 + LEASE_MS);
    await held.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
    expect(await lease(other, gone, 6_000)).toMatchObject({ task: { attempts: 2 } });
  });

  test('the tasks of a worker are those that it has a lease on', async () => {
    const [its, others] = [await claimed(), await claimed()];
    await lease(ports, others, 1_000);
    const request = {
      worker: `w-${its.id}`,
      token: randomUUID(),
      tier: 'standard',
      nowMs: 0,
      leaseMs: 1,
      tiers: DEFAULT_TIERS,
    };
    const answer = await ports.tasks.claim(its.id, (task) => decideLease(task, request));
    expect(await ports.tasks.leasedBy(request.worker)).toEqual([its.id]);
    await answer?.held?.handBack(onHandedBack);
    expect(await ports.tasks.leasedBy(request.worker)).toEqual([]);
  });

  test('a task that is split is saved, counted and followed by its part in one commit', async () => {
    const runId = randomUUID();
    const whole = aTask({ runId, cells: ['a', 'b', 'c'].map((name) => aTaskCell('2024-03-01', name)) });
    const held = await lease(ports, await claimed(whole), 0);
    await held.save(onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16))));
    const { task, part } = continueLater(held.task);
    await held.save(task, { parts: [part] });
    expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: 2, remainingTasks: 1 });
    const [first, second] = await Promise.all([ports.tasks.read(task.id), ports.tasks.read(part.id)]);
    expect(first).toMatchObject({ status: 'COMPLETED', parts: [`${runId}.b.2024-03-01`] });
    expect(first?.cells.map(({ computation }) => computation)).toEqual(['a']);
    expect(second).toEqual(part);

    // The part's worker dies: whoever comes next takes the first half, and the other is a task of its own.
    await lease(ports, part, 0);
    const half = await lease(other, part, LEASE_MS + 1);
    expect(half.task).toMatchObject({ attempts: 1, parts: [`${runId}.c.2024-03-01`] });
    expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: 3, remainingTasks: 2 });
    expect(await ports.tasks.read(`${runId}.c.2024-03-01`)).toMatchObject({ status: 'PENDING', attempts: 0 });
    await half.save(onCellDone(half.task, aCell('2024-03-01', 'b'), completed('2'.repeat(16))));
    expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: 3, remainingTasks: 1 });
  });

  test('what landed although its worker was told that it failed is not written over', async () => {
    const task = await claimed();
    const held = await lease(ports, task, 0);
    const ended = onCellDone(held.task, aCell('2024-03-01'), completed('1'.repeat(16)));
    // No document may be called so.
    const failing = cellOf('__refused__', 'x');
    await expect(held.save(ended, { cells: [failing] })).rejects.toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE' }),
    );
    // That commit, as a network that gives up on answers would leave it.
    await db
      .doc(`computation_audit_ledger/${task.id}`)
      .update({ status: ended.status, outcomes: ended.outcomes, rev: 2 });
    const retry = held.save(onAttemptFailed(held.task, { code: 'UNAVAILABLE', message: 'no answer' }, 'standard'));
    await expect(retry).rejects.toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
    expect(await ports.tasks.read(task.id)).toMatchObject({ status: 'COMPLETED' });
  });

  test('a failure keeps the last good result beside it, and nothing of the old vector', async () => {
    const task = await claimed(['2024-02-01']);
    const held = await lease(ports, task, 0);
    const good = {
      ...cellOf('2024-02-01', 'good'),
      vector: { ...vectorOf(), inputs: { 'dataset:gone': 'a'.repeat(16) } },
    };
    await held.save(onCellDone(held.task, aCell('2024-02-01'), completed('1'.repeat(16))), { cells: [good] });
    const again = await claimed(['2024-02-01']);
    const second = await lease(ports, again, 0);
    const error = { code: 'COMPUTE_FAILED', message: 'no' };
    const { status: _, ...cell } = cellOf('2024-02-01', '');
    await second.save(onCellDone(second.task, aCell('2024-02-01'), { status: 'FAILED', error, dispatchId: 'd' }), {
      cells: [
        { ...cell, status: 'FAILED', error, vector: { ...vectorOf(), inputs: { 'dataset:there': 'b'.repeat(16) } } },
      ],
    });
    const [stored] = await ports.cells.read([{ computation: 'a', date: '2024-02-01' }]);
    expect(stored).toMatchObject({ status: 'FAILED', error, summary: { hash: '1'.repeat(16) } });
    expect(stored?.vector?.inputs).toEqual({ 'dataset:there': 'b'.repeat(16) });
    expect(await generationOf('2024-02-01')).toBe('good');
  });
});
