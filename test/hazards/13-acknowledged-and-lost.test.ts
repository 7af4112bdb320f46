/** Hazard 13: an event is acknowledged and lost. A message is acknowledged after its commit, never before; here, those of tasks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTerminal } from '../../src/mill/model/task.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { mortal } from '../support/mortal.ts';
import { later, type TaskBench, taskBench } from '../support/task-bench.ts';

describe('hazard 13: an event is acknowledged and lost', () => {
  let bench: TaskBench;
  beforeAll(async () => {
    bench = await taskBench();
  });
  afterAll(() => bench.close());

  test('while its commit is under way a message is not acknowledged', async () => {
    const claimed = await bench.claim();
    const committing = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = bench.worker();
    const { tasks } = slow;
    slow.tasks = {
      ...tasks,
      async claim(id, decide) {
        const answer = await tasks.claim(id, decide);
        if (answer?.held === undefined) return answer;
        const { held } = answer;
        const save: typeof held.save = async (...args) => {
          committing.resolve();
          await goOn.promise;
          return held.save(...args);
        };
        return {
          ...answer,
          held: new Proxy(held, { get: (on, name) => (name === 'save' ? save : Reflect.get(on, name)) }),
        };
      },
    };
    let acknowledged = false;
    const delivery = work(claimed.message, slow).then(() => (acknowledged = true));
    await committing.promise;
    expect(acknowledged).toBe(false);
    const found = await bench.worker().tasks.read(claimed.message.taskId);
    expect(found).toMatchObject({ status: 'IN_PROGRESS', outcomes: {} });
    goOn.resolve();
    await delivery;
    await bench.expectDoneOnce(claimed);
  });

  test.each(['before', 'after'] as const)(
    'a worker that dies %s any of its calls has not acknowledged what is not done, and the next one does it',
    async (when) => {
      const deaths: string[] = [];
      for (let at = 1, done = false; !done; at++) {
        const claimed = await bench.claim();
        const dying = mortal(bench.worker(), { at, when });
        const last = await Promise.race([dying.died, work(claimed.message, dying.ports).then(() => undefined)]);
        const { tasks, runs } = bench.worker();
        if (last === undefined) {
          done = true;
          const task = await tasks.read(claimed.message.taskId);
          expect(task !== undefined && isTerminal(task)).toBe(true);
        } else {
          deaths.push(last);
          // It comes again: once the lease has lapsed, and the callback is nobody's any more, the next worker does the rest.
          await work(claimed.message, { ...bench.worker(), clock: later(60_000) });
        }
        const attempts = (await tasks.read(claimed.message.taskId))?.attempts ?? 0;
        await bench.expectDoneOnce(claimed, attempts);
        expect(attempts).toBeLessThanOrEqual(2);
        expect((await runs.read(claimed.runId))?.calledBackMs).toBeDefined();
        // And there is nothing left to carry out.
        expect(await reconcile({ ...bench.worker(), clock: later(120_000) })).toMatchObject({
          republished: 0,
          revived: 0,
          calledBack: 0,
          miscounted: [],
        });
        expect(at).toBeLessThan(50);
      }
      expect(deaths).toEqual(expect.arrayContaining(['tasks.claim', 'task.save', 'callbacks.send']));
    },
  );
});
