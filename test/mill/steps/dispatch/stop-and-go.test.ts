/** Attempts on record, dead letters, cancel and pause: on the real stores, whatever a worker does at that moment. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { EXECUTOR_VERSION } from '../../../../src/mill/model/executor-version.ts';
import { messageFor, type TaskMessage } from '../../../../src/mill/model/message.ts';
import { fingerprintHash } from '../../../../src/mill/model/vector.ts';
import { cancel } from '../../../../src/mill/steps/mend/cancel.ts';
import { dropDeadLetter, replayDeadLetter } from '../../../../src/mill/steps/mend/dead-letters.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import type { SteadyClock } from '../../../../src/process/ports.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { survey } from '../../../../src/mill/steps/dispatch/survey.ts';
import { giveUpStuck } from '../../../../src/mill/steps/work/give-up-stuck.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { withPaused, withResumed } from '../../../../src/mill/model/control.ts';
import { DAYS, IMPORTS, VISITORS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { steady } from '../../../support/steady.ts';

const COMPUTATIONS = {
  'computations/pages.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'traffic', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});
export const heat = defineComputation({
  name: 'heat', category: 'weather', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});`,
};

const later = (ms: number): SteadyClock => steady(() => Date.now() + ms);
const [FIRST] = DAYS;

describe('stop and go', () => {
  let local: LocalPorts;
  let ports: Ports;
  beforeAll(async () => {
    local = await localPorts(COMPUTATIONS);
    await loadFixture(local.open());
  });
  afterAll(() => local.close());
  let epoch = 0;
  beforeEach(() => {
    // All cells that ran before are forgotten: what they were made from has another epoch now.
    epoch++;
    ports = open();
  });
  const open = (): Ports => {
    const opened = local.open();
    const computations = opened.manifest.computations.map((computation) => ({
      ...computation,
      fingerprint: { ...computation.fingerprint, epoch },
    }));
    return { ...opened, manifest: { ...opened.manifest, computations } };
  };

  /** Claims one computation for some days. */
  const claim = async (name: string, days: readonly string[] = [FIRST], dispatchId?: string) => {
    const only = days.map((date) => ({ computation: name, date }));
    const callbackUrl = local.callbackUrl(`stop-${epoch}-${Math.random()}`);
    const answer = await dispatch(
      { from: days[0] ?? '', date: days.at(-1) ?? '', pass: 1, only, callbackUrl, dispatchId },
      ports,
    );
    const runId = answer.runId ?? '';
    const tasks = await ports.ledger.tasksOf(runId);
    const messages = tasks.map(messageFor);
    return { runId, tasks, messages, message: messages[0] as TaskMessage };
  };
  const noLease = async (runId: string): Promise<void> => {
    for (const task of await ports.ledger.tasksOf(runId)) expect(task.lease).toBeUndefined();
  };

  test('an attempt is on record with what it took, and found by its cell', async () => {
    const { message, runId } = await claim('pages');
    await work(message, ports);
    const [task, ...others] = await ports.ledger.tasksWith({ computation: 'pages', date: FIRST });
    expect(others.filter((other) => other.runId === runId)).toEqual([]);
    const fingerprint = ports.manifest.computations.find(({ name }) => name === 'pages')?.fingerprint;
    expect(task?.history).toMatchObject([
      {
        number: 1,
        trigger: 'DISPATCH',
        tier: 'standard',
        worker: ports.worker,
        executorVersion: EXECUTOR_VERSION,
        fingerprints: { pages: fingerprint && fingerprintHash(fingerprint) },
        end: 'COMPLETED',
        // Claimed: 1 read, 1 write. The day of visits: 1 read. Task, cell and count: 3 writes.
        figures: { entities: VISITORS, reads: 2, writes: 4 },
      },
    ]);
    const [{ figures, startedMs, endedMs, peakRssMB } = {}] = task?.history ?? [];
    expect(figures?.bytesRead).toBeGreaterThan(100);
    expect(figures?.bytesWritten).toBeGreaterThan(100);
    expect(peakRssMB).toBeGreaterThan(10);
    const phases = (figures?.loadMs ?? 0) + (figures?.computeMs ?? 0) + (figures?.writeMs ?? 0);
    expect(phases).toBeLessThanOrEqual((endedMs ?? 0) - (startedMs ?? 0));
  });

  test('an attempt that died is on record, written by the next', async () => {
    const { message } = await claim('pages');
    const dead = open();
    const reached = Promise.withResolvers<void>();
    const read = (): Promise<never> => {
      reached.resolve();
      return new Promise(() => {});
    };
    void work(message, { ...dead, heartbeatMs: 3_600_000, artifacts: { ...dead.artifacts, read } });
    await reached.promise;
    await work(message, { ...open(), clock: later(60_000) });
    const task = await ports.tasks.read(message.taskId);
    expect(task?.history).toMatchObject([
      { number: 1, end: 'DIED' },
      { number: 2, trigger: 'TAKEOVER', end: 'COMPLETED' },
    ]);
  });

  test('a run that is cancelled before anybody worked on it leaves its cells as they were', async () => {
    const { runId, messages } = await claim('heat', DAYS, 'night-1');
    const report = await cancel(runId, ports);
    expect(report).toEqual({ dispatchId: 'night-1', runs: [runId], tasks: 1, unanswered: [] });
    expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect((await ports.planning.load()).open).toEqual([]);
    // Its messages come all the same.
    for (const message of messages) await work(message, ports);
    const { plan } = await survey({ from: FIRST, to: DAYS[3] }, ports);
    expect(DAYS.map((date) => plan.decision({ computation: 'heat', date })?.outcome)).toEqual([
      'RUN',
      'RUN',
      'RUN',
      'RUN',
    ]);
    // The workflow goes on asking, and gets nothing more to wait for.
    const next = await dispatch({ from: FIRST, date: DAYS[3], pass: 1, dispatchId: 'night-1' }, ports);
    expect(next).toMatchObject({ dispatched: 0, inFlight: 0, runId: null });
    const other = await dispatch({ from: FIRST, date: DAYS[3], pass: 1, dispatchId: 'night-2' }, ports);
    expect(other.dispatched).toBeGreaterThan(0);
    expect((await cancel('night-2', ports)).runs).toHaveLength(1);
    expect(await cancel(runId, ports)).toMatchObject({ runs: [], tasks: 0 });
  });

  test('a worker in the middle of a chain keeps what it had committed, and nothing else', async () => {
    const { runId, message } = await claim('heat', DAYS);
    const slow = open();
    const { artifacts, definitions } = slow;
    let [elapsed, cancelled] = [0, false];
    let isCommitted = false;
    // A second passes with each look at it: what was made is committed at once.
    slow.clock = { now: () => Date.now(), elapsed: () => (elapsed += 1_000) };
    slow.artifacts = {
      ...artifacts,
      remember(place, artifact) {
        isCommitted = true;
        artifacts.remember(place, artifact);
      },
    };
    slow.definitions = {
      ...definitions,
      async computation(entry) {
        if (isCommitted && !cancelled) {
          cancelled = true;
          expect((await cancel(runId, ports)).tasks).toBe(1);
        }
        return definitions.computation(entry);
      },
    };
    await work(message, slow);
    expect(cancelled).toBe(true);
    await noLease(runId);
    const task = await ports.tasks.read(message.taskId);
    expect(task).toMatchObject({ status: 'CANCELLED', history: [{ end: 'CANCELLED' }] });
    expect(Object.keys(task?.outcomes ?? {})).toEqual([`heat@${FIRST}`]);
    expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0 });
    const { plan } = await survey({ from: FIRST, to: DAYS[3] }, ports);
    expect(DAYS.map((date) => plan.decision({ computation: 'heat', date })?.outcome)).toEqual([
      'SKIP',
      'RUN',
      'RUN',
      'RUN',
    ]);
  });

  test('a chain of code that the worker does not have fails on its first day, and is not tried on the others', async () => {
    const { message } = await claim('heat', DAYS);
    const { manifest, ...rest } = open();
    const computations = manifest.computations.filter(({ name }) => name !== 'heat');
    await work(message, { ...rest, manifest: { ...manifest, computations } });
    const task = await ports.tasks.read(message.taskId);
    expect(task).toMatchObject({ status: 'FAILED', lastError: { code: 'UNKNOWN_COMPUTATION' } });
    expect(DAYS.map((date) => task?.outcomes[`heat@${date}`]?.status)).toEqual([
      'FAILED',
      'NOT_TRIED',
      'NOT_TRIED',
      'NOT_TRIED',
    ]);
  });

  test('of a worker that ends at the very moment of the cancellation, one of the two holds', async () => {
    const ends = new Set<string>();
    for (let round = 0; round < 6; round++) {
      epoch++;
      ports = open();
      const { runId, message } = await claim('pages');
      const racing = open();
      const { artifacts } = racing;
      let cancelled: Promise<unknown> | undefined;
      racing.artifacts = {
        ...artifacts,
        async read(places) {
          const found = await artifacts.read(places);
          cancelled ??= cancel(runId, ports);
          // Further into the cancellation each time.
          for (let turn = 0; turn < round * 3; turn++) await new Promise((next) => setImmediate(next));
          return found;
        },
      };
      await work(message, racing);
      await cancelled;
      const task = await ports.tasks.read(message.taskId);
      ends.add(task?.status ?? '');
      expect(['COMPLETED', 'CANCELLED']).toContain(task?.status);
      expect(task?.outcomes[`pages@${FIRST}`] === undefined).toBe(task?.status === 'CANCELLED');
      await noLease(runId);
      expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0 });
    }
    expect(ends.size).toBeGreaterThan(0);
  });

  test('a cancellation that died half-way is ended by the reconciler', async () => {
    const { runId } = await claim('heat', DAYS);
    await ports.runs.markCancelled(runId, Date.now());
    expect(await reconcile(ports)).toMatchObject({ cancelled: 1 });
    await reconcile(ports);
    expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect((await ports.planning.load()).open.map(({ run }) => run.id)).not.toContain(runId);
    await noLease(runId);
  });

  test('what is paused is not claimed until it is resumed, by a dispatcher that is warm too', async () => {
    const ask = () =>
      dispatch({ from: FIRST, date: FIRST, pass: 1, only: [{ computation: 'pages', date: FIRST }] }, ports);
    await ports.planning.load();
    await open().controls.change((control) => withPaused(control, ['pages'], { sinceMs: 1, by: 'ada' }));
    expect(await ask()).toMatchObject({ dispatched: 0, inFlight: 0, outcomes: { BLOCKED: 1 } });
    await open().controls.change((control) => withResumed(control, ['pages']));
    const claimed = await ask();
    expect(claimed).toMatchObject({ dispatched: 1 });
    await cancel(claimed.runId ?? '', ports);
  });

  test('a task that was given up is a dead letter, and replaying it makes its cells', async () => {
    const { message, runId } = await claim('pages');
    await giveUpPending(message.taskId);
    expect((await ports.ledger.deadLetters()).map(({ id }) => id)).toEqual([message.taskId]);
    expect(await ports.ledger.failedTasks(runId)).toBe(1);

    const [report, again] = [
      await replayDeadLetter(message.taskId, ports),
      await replayDeadLetter(message.taskId, ports),
    ];
    expect(report).toMatchObject({ status: 'REPLAYED' });
    expect(again).toEqual(report);
    expect(await ports.ledger.deadLetters()).toEqual([]);
    const [replayed, ...more] = await ports.ledger.tasksOf(report.runId ?? '');
    expect(more).toEqual([]);
    if (replayed === undefined) throw new Error('nothing was claimed');
    await work(messageFor(replayed), ports);
    const attempts = await ports.ledger.tasksWith({ computation: 'pages', date: FIRST });
    expect(attempts.slice(0, 2).map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED']);
    await expect(replayDeadLetter('nobody', ports)).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('a replay whose answer was lost after the claim claims nothing twice', async () => {
    const { message } = await claim('pages');
    await giveUpPending(message.taskId);
    const once = open();
    // It dies between the claim and the mark on the dead letter.
    const claims = { ...once.tasks, claim: () => Promise.reject(new Error('the process died here')) };
    await expect(replayDeadLetter(message.taskId, { ...once, tasks: claims })).rejects.toThrow('died here');
    const report = await replayDeadLetter(message.taskId, ports);
    expect(await ports.ledger.tasksOf(report.runId ?? '')).toHaveLength(1);
    expect(report.status).toBe('REPLAYED');
    await cancel(report.runId ?? '', ports);
  });

  test('a dead letter that is dropped leaves the list and stays on record', async () => {
    const { message } = await claim('pages');
    await giveUpPending(message.taskId);
    expect(await dropDeadLetter(message.taskId, ports)).toMatchObject({ status: 'DROPPED' });
    expect(await replayDeadLetter(message.taskId, ports)).toMatchObject({ status: 'DROPPED', runId: null });
    expect(await ports.ledger.deadLetters()).toEqual([]);
    expect(await ports.tasks.read(message.taskId)).toMatchObject({ status: 'FAILED', lastError: { code: 'TIMEOUT' } });
  });

  /** As the watchdog does with a task that holds its worker. */
  async function giveUpPending(taskId: string): Promise<void> {
    const task = await ports.tasks.read(taskId);
    if (task === undefined) throw new Error('no such task');
    const stuck = open();
    const { artifacts } = stuck;
    stuck.artifacts = {
      ...artifacts,
      async read(places) {
        const token = (await ports.tasks.read(taskId))?.lease?.token ?? '';
        await giveUpStuck({ id: taskId, token }, { code: 'TIMEOUT', message: 'it held its worker' }, open());
        return artifacts.read(places);
      },
    };
    await work(messageFor(task), stuck);
  }
});
