/** Hazard 4: a worker that lost its lease writes over its successor. A fencing token is checked in the commit. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { work } from '../../src/mill/steps/work/work.ts';
import { later, type TaskBench, taskBench } from '../support/task-bench.ts';

describe('hazard 4: a worker that lost its lease writes over its successor', () => {
  let bench: TaskBench;
  beforeAll(async () => {
    bench = await taskBench();
  });
  afterAll(() => bench.close());

  test('who was paused stores nothing and counts nothing; the successor does', async () => {
    const claimed = await bench.claim();
    const paused = Promise.withResolvers<void>();
    const computing = Promise.withResolvers<void>();
    const slow = bench.worker();
    const { artifacts, cells } = slow;
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
    await work(claimed.message, { ...bench.worker(), clock: later(60_000) });
    const stored = await cells.read([{ computation: 'pages', date: claimed.message.date }]);
    paused.resolve();
    await first;
    expect(await cells.read([{ computation: 'pages', date: claimed.message.date }])).toEqual(stored);
    expect(stored[0]?.record).toMatchObject({ attempt: 2 });
    await bench.expectDoneOnce(claimed, 2);
    expect(bench.calls(claimed)).toBe(1);
  });

  test('who was paused in the middle of its commit is refused by Firestore itself', async () => {
    const claimed = await bench.claim();
    const paused = Promise.withResolvers<void>();
    const saving = Promise.withResolvers<void>();
    const slow = bench.worker();
    const { tasks, cells } = slow;
    slow.tasks = {
      ...tasks,
      async claim(id, decide) {
        const answer = await tasks.claim(id, decide);
        if (answer?.held === undefined) return answer;
        const { held } = answer;
        const save: typeof held.save = async (...args) => {
          saving.resolve();
          await paused.promise;
          return held.save(...args);
        };
        return {
          ...answer,
          held: new Proxy(held, { get: (on, name) => (name === 'save' ? save : Reflect.get(on, name)) }),
        };
      },
    };
    const first = work(claimed.message, slow);
    await saving.promise;
    await work(claimed.message, { ...bench.worker(), clock: later(60_000) });
    const stored = await cells.read([{ computation: 'pages', date: claimed.message.date }]);
    paused.resolve();
    await first;
    expect(await cells.read([{ computation: 'pages', date: claimed.message.date }])).toEqual(stored);
    await bench.expectDoneOnce(claimed, 2);
    expect(bench.calls(claimed)).toBe(1);
  });
});
