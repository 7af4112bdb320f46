/** One delivery after another, in every order that the world can bring them in; test/hazards has the worst of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflowsCallbacks } from '../../../../src/google/mill/workflows-callbacks.ts';
import type { StoredArtifact } from '../../../../src/mill/ports/artifacts.ts';
import { giveUpStuck } from '../../../../src/mill/steps/work/give-up-stuck.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { type TaskBench, taskBench } from '../../../support/task-bench.ts';
import { steady } from '../../../support/steady.ts';

describe('work', () => {
  let bench: TaskBench;
  beforeAll(async () => {
    bench = await taskBench();
  });
  afterAll(() => bench.close());

  test('a callback address of a local cloud that is gone is given up, and its run closed', async () => {
    const claimed = await bench.claim();
    const elsewhere = workflowsCallbacks('127.0.0.1:1', []);
    await work(claimed.message, { ...bench.worker(), callbacks: elsewhere });
    await bench.expectDoneOnce(claimed);
    expect(bench.calls(claimed)).toBe(0);
  });

  test.each([
    ['forward by an hour', 3_600_000],
    ['back by three', -10_800_000],
  ])('a clock that goes %s in the middle of a scan costs nothing', async (_, jumpMs) => {
    const claimed = await bench.claim();
    const worker = bench.worker();
    const { artifacts } = worker;
    let ahead = 0;
    async function* late(stored: StoredArtifact): ReturnType<StoredArtifact['parts']> {
      for await (const part of stored.parts()) {
        ahead = jumpMs;
        yield part;
      }
    }
    const jumping = {
      ...worker,
      clock: { now: () => Date.now() + ahead, elapsed: () => performance.now() },
      artifacts: {
        ...artifacts,
        read: async (places: Parameters<typeof artifacts.read>[0]) =>
          (await artifacts.read(places)).map(
            (stored) => stored && Object.assign({}, stored, { parts: () => late(stored) }),
          ),
      },
    };
    await work(claimed.message, jumping);
    await bench.expectDoneOnce(claimed);
    expect(bench.calls(claimed)).toBe(1);
    const task = await worker.tasks.read(claimed.message.taskId);
    expect(task?.status).toBe('COMPLETED');
    const [attempt] = task?.history ?? [];
    expect(attempt?.figures?.computeMs).toBeGreaterThanOrEqual(0);
    expect(attempt?.figures?.loadMs).toBeLessThan(600_000);
  });

  test('a stuck worker that comes loose after the watchdog gave its task up changes nothing', async () => {
    const claimed = await bench.claim();
    const stuck = bench.worker();
    const { artifacts, tasks, runs } = stuck;
    stuck.artifacts = {
      ...artifacts,
      async read(places) {
        const token = (await tasks.read(claimed.message.taskId))?.lease?.token ?? '';
        const error = { code: 'TIMEOUT', message: 'it held its worker' };
        await giveUpStuck({ id: claimed.message.taskId, token }, error, bench.worker());
        return artifacts.read(places);
      },
    };
    await work(claimed.message, stuck);
    expect(await tasks.read(claimed.message.taskId)).toMatchObject({
      status: 'FAILED',
      outcomes: { [`pages@${claimed.message.date}`]: { status: 'FAILED', error: { code: 'TIMEOUT' } } },
    });
    expect(await runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0 });
    expect(bench.calls(claimed)).toBe(1);
  });

  test('an attempt that died is taken over when its lease has lapsed, and given up after the third', async () => {
    const claimed = await bench.claim();
    let now = Date.now();
    for (let attempt = 1; attempt <= 3; attempt++) {
      const clock = steady(() => now);
      const reached = Promise.withResolvers<void>();
      const read = (): Promise<never> => {
        reached.resolve();
        return new Promise(() => {});
      };
      const died = bench.worker();
      // It never comes back from here, and its heartbeats are too rare to be seen.
      void work(claimed.message, {
        ...died,
        clock,
        heartbeatMs: 3_600_000,
        artifacts: { ...died.artifacts, read },
        tier: attempt < 3 ? 'standard' : 'high-mem',
      });
      await reached.promise;
      await expect(work(claimed.message, { ...bench.worker(), clock })).rejects.toThrow(
        expect.objectContaining({ code: 'LEASE_HELD' }),
      );
      now += 60_000;
      // After two deaths without a word it is sent to the larger tier.
      if (attempt === 2) await work(claimed.message, { ...bench.worker(), clock: steady(() => now) });
    }
    await work(claimed.message, { ...bench.worker(), tier: 'high-mem', clock: steady(() => now) });
    const { tasks, runs } = bench.worker();
    expect(await tasks.read(claimed.message.taskId)).toMatchObject({
      status: 'FAILED',
      attempts: 3,
      resources: 'high-mem',
      lastError: { code: 'ATTEMPTS_EXHAUSTED' },
    });
    expect(await runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect(bench.calls(claimed)).toBe(1);
  });

  test('a message without a task in the ledger is dropped', async () => {
    const { message } = await bench.claim();
    await expect(work({ ...message, taskId: 'gone' }, bench.worker())).resolves.toBeUndefined();
  });
});
