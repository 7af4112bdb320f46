/** Hazard 10: a count-down document melts under load. Counters are a small tree; no document takes more than about one write a second. */
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { DEFAULT_TIERS } from '../../src/mill/tiers/default-tiers.ts';
import { onCellDone } from '../../src/mill/lifecycle/finish.ts';
import { decideLease } from '../../src/mill/lifecycle/lease.ts';
import { assignLeaves, leavesFor, TASKS_A_COUNTER } from '../../src/mill/model/counter-tree.ts';
import { isTerminal, openCells, type Task } from '../../src/mill/model/task.ts';
import { countDown } from '../../src/mill/steps/work/count-down.ts';
import type { Callbacks } from '../../src/mill/ports/messages.ts';
import type { HeldTask } from '../../src/mill/ports/tasks.ts';
import { cancel } from '../../src/mill/steps/mend/cancel.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { aRun, aTask, aTaskCell } from '../support/graph.ts';
import { localPorts, type LocalPorts } from '../support/local-ports.ts';

const tasksOf = (count: number, runId = 'run-1', cells = [aTaskCell('2024-03-01')]): Task[] =>
  Array.from({ length: count }, (_, index) => aTask({ id: `${runId}.${index}`, runId, cells }));

describe('the leaves of a run', () => {
  test('are none while its own document can count', () => {
    expect(leavesFor(1)).toBeUndefined();
    expect(leavesFor(TASKS_A_COUNTER)).toBeUndefined();
    expect(leavesFor(TASKS_A_COUNTER + 1)).toBe(2);
    expect(assignLeaves(tasksOf(2), undefined)).toEqual(tasksOf(2));
  });

  test('share its tasks equally and exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), (count) => {
        const leaves = leavesFor(count);
        const shares = [...Map.groupBy(assignLeaves(tasksOf(count), leaves), ({ leaf }) => leaf).values()];
        const sizes = shares.map(({ length }) => length);
        expect(sizes.reduce((a, b) => a + b)).toBe(count);
        expect(shares).toHaveLength(leaves ?? 1);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(TASKS_A_COUNTER);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });

  test('take less than a write a second each, with 10,000 tasks that end in a minute', () => {
    const ended = endAtRandom(10_000, 60);
    // The run's own document: published, callback begun, called back.
    expect(Math.max(...ended.map((times) => times.length)) / 60).toBeLessThanOrEqual(1);
    // Chance makes bursts; over any ten seconds they are gone.
    expect(busiest(ended, 10) / 10).toBeLessThan(2);
    expect(busiest(ended, 60) / 60).toBeLessThanOrEqual(0.5);
  });
});

/** Seconds at which each leaf is written. */
function endAtRandom(count: number, seconds: number): number[][] {
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const byLeaf = Map.groupBy(assignLeaves(tasksOf(count), leavesFor(count)), ({ leaf }) => leaf);
  return [...byLeaf.values()].map((tasks) => tasks.map(() => random() * seconds).sort((a, b) => a - b));
}

/** The most writes that a document takes within so many seconds. */
const busiest = (documents: readonly (readonly number[])[], seconds: number): number =>
  Math.max(
    ...documents.flatMap((times) =>
      times.map((from, index) => times.filter((at, other) => other >= index && at < from + seconds).length),
    ),
  );

describe('whatever the order in which workers end, look and die', () => {
  type Step = { readonly is: 'end' | 'split' | 'look'; readonly who: number; readonly dies: boolean };
  const step: fc.Arbitrary<Step> = fc.record({
    is: fc.constantFrom('end', 'end', 'end', 'split', 'look', 'look', 'look'),
    who: fc.nat({ max: 50 }),
    dies: fc.boolean(),
  });

  test('the run is over once: not before its last task has ended, and then somebody sees it', () => {
    const seen = { splits: 0, byWorkers: 0, byMessages: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 60 }),
        (count, leaves, steps) => {
          const open = assignLeaves(tasksOf(count), leaves).map(({ leaf }) => leaf ?? 0);
          const counters = Array.from({ length: leaves }, (_, leaf) => open.filter((one) => one === leaf).length);
          /** Workers that have committed, and what each has yet to read: its own leaf, then all of them. */
          const looking: { leaf: number; readOwn: boolean }[] = [];
          let saw = 0;
          const look = (index: number): void => {
            const one = looking[index];
            if (one === undefined) return;
            const own = counters[one.leaf] ?? 0;
            if (!one.readOwn && own === 0) {
              looking[index] = { ...one, readOwn: true };
              return;
            }
            looking.splice(index, 1);
            if (!one.readOwn || counters.some((left) => left > 0)) return;
            if (open.length > 0) throw new Error(`over with ${open.length} tasks open`);
            saw++;
          };
          let died = 0;
          const end = (index: number, dies: boolean): void => {
            const [leaf] = open.splice(index, 1);
            if (leaf === undefined) return;
            counters[leaf] = (counters[leaf] ?? 0) - 1;
            if (dies) died++;
            else looking.push({ leaf, readOwn: false });
          };
          for (const { is, who, dies } of steps) {
            if (is === 'end') end(who % Math.max(1, open.length), dies);
            else if (is === 'look') look(who % Math.max(1, looking.length));
            else {
              // The parent ends and two take its place, in one commit.
              const leaf = open[who % Math.max(1, open.length)];
              if (leaf === undefined) continue;
              open.push(leaf);
              counters[leaf] = (counters[leaf] ?? 0) + 1;
              seen.splits++;
            }
          }
          while (open.length > 0) end(0, false);
          while (looking.length > 0) look(0);
          // A worker that lives ended the last task, so a worker saw it.
          if (saw > 0) seen.byWorkers++;
          else if (died > 0 && counters.every((left) => left === 0)) seen.byMessages++;
          else throw new Error('nobody saw the end');
        },
      ),
      { numRuns: 2_000 },
    );
    expect(seen.byWorkers).toBeGreaterThan(1_000);
    expect(seen.splits).toBeGreaterThan(1_000);
  });
});

describe('on Firestore', () => {
  const TASKS = 300;
  const LEAVES = 12;
  const LEASE_MS = 15_000;
  let local: LocalPorts;
  let db: Firestore;
  beforeAll(async () => {
    local = await localPorts({});
    db = new Firestore({ projectId: 'daymill-local' });
  });
  afterAll(async () => {
    await db.terminate();
    await local.close();
  });

  const claimed = async (ports: Ports): Promise<{ runId: string; tasks: Task[]; callbackUrl: string }> => {
    const runId = randomUUID();
    const callbackUrl = local.callbackUrl(runId);
    const run = aRun({ id: runId, totalTasks: TASKS, leaves: LEAVES, callbackUrl, createdMs: Date.now() });
    const cells = ['a', 'b'].map((name) => aTaskCell('2024-03-01', name));
    const claim = { run, tasks: tasksOf(TASKS, runId, cells) };
    expect(
      await ports.planning.commit(await ports.planning.load(), { settled: [], closedRuns: [], claim }),
    ).toBeDefined();
    const open = (await ports.planning.load()).open.find((one) => one.run.id === runId);
    return { runId, tasks: [...(open?.tasks ?? [])], callbackUrl };
  };

  const lease = async (on: Ports, { id }: Task, nowMs: number): Promise<HeldTask> => {
    const request = {
      worker: 'w',
      token: randomUUID(),
      tier: 'standard',
      nowMs,
      leaseMs: LEASE_MS,
      tiers: DEFAULT_TIERS,
    };
    const answer = await on.tasks.claim(id, (task) => decideLease(task, request));
    if (answer?.held === undefined) throw new Error(`${id} was not leased`);
    return answer.held;
  };
  /** Ends a task in one commit, as a worker does. */
  const finish = async (held: HeldTask): Promise<Task> => {
    const done = openCells(held.task).reduce(
      (task, cell) => onCellDone(task, cell, { status: 'UNCHANGED' }),
      held.task,
    );
    await held.save(done);
    return held.task;
  };
  const end = async (on: Ports, task: Task): Promise<Task> => finish(await lease(on, task, 0));
  const counters = async (runId: string): Promise<number[]> =>
    (await db.collection(`computation_runs/${runId}/counters`).get()).docs.map((leaf) =>
      Number(leaf.get('remainingTasks')),
    );

  test('a count that its tasks belie is made right by the reconciler, and the workflow is called back', async () => {
    const called: string[] = [];
    const opened = local.open();
    const send: Callbacks['send'] = (url) => Promise.resolve(void called.push(url)).then(() => 'sent');
    const ports = { ...opened, callbacks: { ...opened.callbacks, send } };
    const runId = randomUUID();
    const callbackUrl = local.callbackUrl(runId);
    // A task more than there are: a count-down that got lost.
    const run = aRun({ id: runId, totalTasks: 2, callbackUrl, createdMs: Date.now(), publishedMs: Date.now() });
    const claim = { run, tasks: tasksOf(1, runId) };
    expect(
      await ports.planning.commit(await ports.planning.load(), { settled: [], closedRuns: [], claim }),
    ).toBeDefined();
    await end(ports, claim.tasks[0] as Task);
    expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 1, status: 'RUNNING' });
    expect(await reconcile(ports)).toMatchObject({ recounted: [runId], calledBack: 0 });
    expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0 });
    expect(await reconcile(ports)).toMatchObject({ recounted: [], calledBack: 1 });
    expect(called).toEqual([callbackUrl]);
  });

  test('300 tasks that end at once are counted exactly, and the workflow is called back once', async () => {
    const called: string[] = [];
    const open = (): Ports => {
      const ports = local.open();
      const send: Callbacks['send'] = (url) => Promise.resolve(void called.push(url)).then(() => 'sent');
      return { ...ports, callbacks: { ...ports.callbacks, send } };
    };
    const workers = [open(), open(), open()];
    const [first = open()] = workers;
    const { runId, tasks, callbackUrl } = await claimed(first);
    expect(await counters(runId)).toEqual(Array.from({ length: LEAVES }, () => TASKS / LEAVES));
    const [half, rest] = [tasks.slice(0, TASKS / 2), tasks.slice(TASKS / 2)];
    const work = async (task: Task, index: number): Promise<string> => {
      const on = workers[index % workers.length] ?? first;
      return countDown(await end(on, task), on);
    };
    expect(new Set(await Promise.all(half.map(work)))).toEqual(new Set(['counting']));
    // In between, readers see how many are left, although the run's own document was not written.
    expect(await first.runs.read(runId)).toMatchObject({ totalTasks: TASKS, remainingTasks: rest.length });
    expect((await db.doc(`computation_runs/${runId}`).get()).get('remainingTasks')).toBe(TASKS);
    expect((await first.planning.load()).open.find(({ run }) => run.id === runId)?.run.remainingTasks).toBe(
      rest.length,
    );

    const ends = await Promise.all(rest.map(work));
    expect(ends.filter((one) => one === 'answered').length).toBeGreaterThanOrEqual(1);
    expect(called).toEqual([callbackUrl]);
    expect(await first.runs.read(runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect((await db.doc(`computation_runs/${runId}`).get()).data()).toMatchObject({
      totalTasks: TASKS,
      remainingTasks: 0,
    });
  });

  test('workers that all die after their commits leave leaves at zero, which a message or the reconciler carries out', async () => {
    const ports = local.open();
    const { runId, tasks } = await claimed(ports);
    await Promise.all(tasks.map((task) => end(ports, task)));
    expect(await counters(runId)).toEqual(Array.from({ length: LEAVES }, () => 0));
    expect((await db.doc(`computation_runs/${runId}`).get()).get('status')).toBe('RUNNING');
    expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0 });
    const [report, byMessage] = await Promise.all([reconcile(ports), countDown({ runId }, local.open())]);
    expect(report.miscounted).toEqual([]);
    expect(report.calledBack === 1 || byMessage === 'answered').toBe(true);
    expect((await db.doc(`computation_runs/${runId}`).get()).data()).toMatchObject({
      remainingTasks: 0,
      status: 'COMPLETED',
    });
  });

  test(
    'a leaf that is lost keeps no task from ending, and the reconciler makes the sum right',
    { timeout: 60_000 },
    async () => {
      const ports = local.open();
      const { runId, tasks } = await claimed(ports);
      await db.doc(`computation_runs/${runId}/counters/${tasks[0]?.leaf}`).delete();
      await Promise.all(tasks.map((task) => end(ports, task)));
      expect(await ports.runs.read(runId)).toMatchObject({ status: 'RUNNING' });
      expect((await reconcile(ports)).recounted).toContain(runId);
      expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0 });
    },
  );

  test('a task that is divided at the very moment of a cancellation leaves nobody at work', async () => {
    const ports = local.open();
    const runId = randomUUID();
    const cells = ['a', 'b'].map((name) => aTaskCell('2024-03-01', name));
    const claim = { run: aRun({ id: runId, dispatchId: runId, totalTasks: 1 }), tasks: tasksOf(1, runId, cells) };
    expect(
      await ports.planning.commit(await ports.planning.load(), { settled: [], closedRuns: [], claim }),
    ).toBeDefined();
    const [whole] = claim.tasks as [Task];
    await lease(ports, whole, 0);
    const { runs } = ports;
    // Whoever comes after the dead one takes half of it, once the tasks of the run were read.
    const markCancelled = async (id: string, atMs: number): Promise<void> => {
      await lease(ports, whole, LEASE_MS + 1);
      await runs.markCancelled(id, atMs);
    };
    await cancel(runId, { ...ports, runs: { ...runs, markCancelled } });
    const after = await ports.ledger.tasksOf(runId);
    expect(after).toHaveLength(2);
    expect(after.filter((task) => !isTerminal(task))).toEqual([]);
  });

  test('tasks that are split in two are counted where their parent was, and never let the run look over', async () => {
    const ports = local.open();
    const { runId, tasks } = await claimed(ports);
    const [last, ...others] = tasks;
    if (last === undefined) throw new Error('nothing was claimed');
    await Promise.all(others.map((task) => end(ports, task)));
    // It dies; whoever comes next halves it, in one commit with the counts.
    await lease(ports, last, 0);
    const half = await lease(ports, last, LEASE_MS + 1);
    expect(half.task.parts).toHaveLength(1);
    expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: TASKS + 1, remainingTasks: 2 });
    await finish(half);
    expect(await countDown(half.task, ports)).toBe('counting');
    const part = await ports.tasks.read(half.task.parts?.[0] ?? '');
    if (part === undefined) throw new Error('there is no part');
    expect(part.leaf).toBe(last.leaf);
    expect(await countDown(await end(ports, part), ports)).toBe('answered');
    expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: TASKS + 1, remainingTasks: 0 });
  });
});
