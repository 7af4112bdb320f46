/** One delivery after another, in every order that the world can bring them in. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { RetryableError } from '../../src/errors.ts';
import { workflowsCallbacks } from '../../src/google/workflows-callbacks.ts';
import { messageFor, type TaskMessage } from '../../src/model/message.ts';
import { dispatch } from '../../src/steps/dispatch.ts';
import { readWhole } from '../../src/steps/load-inputs.ts';
import type { Callbacks, Clock } from '../../src/steps/ports.ts';
import { reconcile } from '../../src/steps/reconcile.ts';
import { giveUpStuck, work } from '../../src/steps/work.ts';
import { DAYS, IMPORTS, pagesOf, VISITORS } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';

const COMPUTATIONS = {
  'computations/pages.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'traffic', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

const unavailable = (): Promise<never> => Promise.reject(new RetryableError('UNAVAILABLE', 'Workflows is away'));

const later = (ms: number): Clock => ({ now: () => Date.now() + ms });

describe('work', () => {
  let local: LocalPorts;
  let ports: Ports;
  let called: string[];
  let counter = 0;
  beforeAll(async () => {
    local = await localPorts(COMPUTATIONS);
    await loadFixture(local.open());
  });
  afterAll(() => local.close());
  beforeEach(() => {
    called = [];
    ports = open();
  });

  /** Ports of one more worker; callbacks go to the local Workflows, where nobody waits, and are noted down. */
  const open = (send?: Callbacks['send']): Ports => {
    const opened = local.open();
    const callbacks: Callbacks = {
      assertUrl: (url) => opened.callbacks.assertUrl(url),
      async send(url, body) {
        const answer = await (send?.(url, body) ?? opened.callbacks.send(url, body));
        called.push(url);
        return answer;
      },
    };
    return { ...opened, callbacks };
  };

  /** A day of its own for each test, so that each claims anew what it runs. */
  const claim = async (): Promise<{ message: TaskMessage; runId: string; callbackUrl: string }> => {
    const date = DAYS[counter++ % DAYS.length] ?? '';
    const callbackUrl = local.callbackUrl(`work-${counter}`);
    // All cells that ran before are forgotten: what they were made from has another epoch now.
    const { manifest } = ports;
    const epoch = { ...manifest.computations[0]?.fingerprint, epoch: counter } as never;
    const computations = manifest.computations.map((computation) => ({ ...computation, fingerprint: epoch }));
    ports = { ...ports, manifest: { ...manifest, computations } };
    const { runId } = await dispatch({ date, from: date, pass: 1, callbackUrl }, ports);
    const open = (await ports.planning.load()).open.find(({ run }) => run.id === runId);
    const [task] = open?.tasks ?? [];
    if (task === undefined || runId === null) throw new Error('nothing was claimed');
    return { message: messageFor(task), runId, callbackUrl };
  };
  /** Another worker on the same code. */
  const another = (send?: Callbacks['send']): Ports => ({ ...open(send), manifest: ports.manifest });

  const expectDoneOnce = async (
    { message, runId }: { message: TaskMessage; runId: string },
    attempts = 1,
  ): Promise<void> => {
    expect(await ports.tasks.read(message.taskId)).toMatchObject({ status: 'COMPLETED', attempts });
    expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: 1, remainingTasks: 0, status: 'COMPLETED' });
    const day = DAYS.findIndex((date) => date === message.date);
    const place = { kind: 'cell', computation: 'pages', date: message.date } as const;
    const [artifact] = await open().artifacts.read([place]);
    const value = (artifact && (await readWhole(artifact))) as Record<string, number>;
    expect(Object.values(value)).toEqual(Array.from({ length: VISITORS }, (_, visitor) => pagesOf(visitor, day)));
  };

  test('hazard 1: a message delivered twice at once runs, counts and calls back once', async () => {
    const claimed = await claim();
    const deliveries = await Promise.allSettled([ports, another(), another()].map((on) => work(claimed.message, on)));
    // Those that came second are not acknowledged: were the first to die, they would go on.
    const refused = deliveries.filter((delivery) => delivery.status === 'rejected');
    for (const { reason } of refused) expect(reason).toBeInstanceOf(RetryableError);
    expect(deliveries.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    await expectDoneOnce(claimed);
    await Promise.all([ports, another()].map((on) => work(claimed.message, on)));
    await expectDoneOnce(claimed);
    expect(called).toEqual([claimed.callbackUrl]);
  });

  test('hazard 1: a message that comes again after the end changes nothing', async () => {
    const claimed = await claim();
    await work(claimed.message, ports);
    const before = await ports.tasks.read(claimed.message.taskId);
    await work(claimed.message, another());
    await work(claimed.message, another());
    expect(await ports.tasks.read(claimed.message.taskId)).toEqual(before);
    await expectDoneOnce(claimed);
    expect(called).toEqual([claimed.callbackUrl]);
  });

  test('hazard 2: a callback that fails keeps its message, which sends it when it comes again', async () => {
    const claimed = await claim();
    const dead = another(unavailable);
    await expect(work(claimed.message, dead)).rejects.toThrow(RetryableError);
    expect(await ports.tasks.read(claimed.message.taskId)).toMatchObject({ status: 'COMPLETED' });
    expect(await ports.runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0, status: 'RUNNING' });

    // Too soon: the first sender may still be at it, so the message comes again once more.
    await expect(work(claimed.message, another())).rejects.toThrow(RetryableError);
    expect(called).toEqual([]);
    await work(claimed.message, { ...another(), clock: later(60_000) });
    expect(called).toEqual([claimed.callbackUrl]);
    await expectDoneOnce(claimed);
  });

  test('hazard 2: a worker that dies between count-down and callback leaves it to the reconciler', async () => {
    const claimed = await claim();
    const dead = another(() => Promise.reject(new Error('the process died here')));
    await expect(work(claimed.message, dead)).rejects.toThrow(/called back/u);
    // A dispatch for another day in the meantime settles the outcomes, and must not lose sight of the callback.
    await dispatch({ date: claimed.message.date, from: claimed.message.date }, ports);
    const clock = later(60_000);
    expect(await reconcile({ ...another(), clock })).toMatchObject({ calledBack: 1, miscounted: [] });
    expect(called).toEqual([claimed.callbackUrl]);
    expect(await reconcile({ ...another(), clock })).toMatchObject({ calledBack: 0 });
    await expectDoneOnce(claimed);
    expect((await ports.planning.load()).open.map(({ run }) => run.id)).not.toContain(claimed.runId);
  });

  test('hazard 2: a reconciler that cannot call back either keeps the run for the next', async () => {
    const claimed = await claim();
    await expect(work(claimed.message, another(unavailable))).rejects.toThrow(RetryableError);
    expect((await reconcile({ ...another(unavailable), clock: later(60_000) })).calledBack).toBe(0);
    expect((await reconcile({ ...another(), clock: later(120_000) })).calledBack).toBe(1);
    expect(called).toEqual([claimed.callbackUrl]);
  });

  test('a callback address of a local cloud that is gone is given up, and its run closed', async () => {
    const claimed = await claim();
    const elsewhere = workflowsCallbacks('127.0.0.1:1', []);
    await work(claimed.message, { ...another(), callbacks: elsewhere });
    expect(await ports.runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    await expectDoneOnce(claimed);
    expect(called).toEqual([]);
  });

  test('hazard 4: who lost the lease stores nothing and counts nothing; the successor does', async () => {
    const claimed = await claim();
    const paused = Promise.withResolvers<void>();
    const computing = Promise.withResolvers<void>();
    const slow = another();
    const { artifacts } = slow;
    // The first worker is stopped (a paused container) after it took its lease, and goes on when all is over.
    slow.artifacts = {
      ...artifacts,
      async read(places) {
        computing.resolve();
        await paused.promise;
        return artifacts.read(places);
      },
    };
    const first = work(claimed.message, slow);
    await computing.promise;
    await work(claimed.message, { ...another(), clock: later(60_000) });
    const stored = await ports.cells.read([{ computation: 'pages', date: claimed.message.date }]);
    paused.resolve();
    await first;
    expect(await ports.cells.read([{ computation: 'pages', date: claimed.message.date }])).toEqual(stored);
    expect(stored[0]?.record).toMatchObject({ attempt: 2 });
    await expectDoneOnce(claimed, 2);
    expect(called).toEqual([claimed.callbackUrl]);
  });

  test('hazard 4: a stuck worker that comes loose after the watchdog gave its task up changes nothing', async () => {
    const claimed = await claim();
    const stuck = another();
    const { artifacts } = stuck;
    stuck.artifacts = {
      ...artifacts,
      async read(places) {
        const token = (await ports.tasks.read(claimed.message.taskId))?.lease?.token ?? '';
        await giveUpStuck(
          { id: claimed.message.taskId, token },
          { code: 'TIMEOUT', message: 'it held its worker' },
          another(),
        );
        return artifacts.read(places);
      },
    };
    await work(claimed.message, stuck);
    expect(await ports.tasks.read(claimed.message.taskId)).toMatchObject({
      status: 'FAILED',
      outcomes: { [`pages@${claimed.message.date}`]: { status: 'FAILED', error: { code: 'TIMEOUT' } } },
    });
    expect(await ports.runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0 });
    expect(called).toEqual([claimed.callbackUrl]);
  });

  test('an attempt that died is taken over when its lease has lapsed, and given up after the third', async () => {
    const claimed = await claim();
    const died = another();
    let now = Date.now();
    for (let attempt = 1; attempt <= 3; attempt++) {
      const clock = { now: () => now };
      const reached = Promise.withResolvers<void>();
      const read = (): Promise<never> => {
        reached.resolve();
        return new Promise(() => {});
      };
      // It never comes back from here, and its heartbeats are too rare to be seen.
      void work(claimed.message, {
        ...died,
        clock,
        heartbeatMs: 3_600_000,
        artifacts: { ...died.artifacts, read },
        tier: attempt < 3 ? 'standard' : 'high-mem',
      });
      await reached.promise;
      await expect(work(claimed.message, { ...another(), clock })).rejects.toThrow(
        expect.objectContaining({ code: 'LEASE_HELD' }),
      );
      now += 60_000;
      // After two deaths without a word it is sent to the larger tier.
      if (attempt === 2) await work(claimed.message, { ...another(), clock: { now: () => now } });
    }
    await work(claimed.message, { ...another(), tier: 'high-mem', clock: { now: () => now } });
    expect(await ports.tasks.read(claimed.message.taskId)).toMatchObject({
      status: 'FAILED',
      attempts: 3,
      resources: 'high-mem',
      lastError: { code: 'ATTEMPTS_EXHAUSTED' },
    });
    expect(await ports.runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect(called).toEqual([claimed.callbackUrl]);
  });

  test('a message without a task in the ledger is dropped', async () => {
    const { message } = await claim();
    await expect(work({ ...message, taskId: 'gone' }, ports)).resolves.toBeUndefined();
  });
});
