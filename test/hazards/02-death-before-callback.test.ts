/** Hazard 2: a worker dies between count-down and callback. The callback is an unsent effect on the run: whoever finds it sends it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RetryableError } from '../../src/errors.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { mortal } from '../support/mortal.ts';
import { later, type TaskBench, taskBench } from '../support/task-bench.ts';

const unavailable = (): Promise<never> => Promise.reject(new RetryableError('UNAVAILABLE', 'Workflows is away'));

/** Longer than a sender may take. */
const AFTER_ALL = later(60_000);

describe('hazard 2: a worker dies between count-down and callback', () => {
  let bench: TaskBench;
  beforeAll(async () => {
    bench = await taskBench();
  });
  afterAll(() => bench.close());

  test('a callback that fails keeps its message, which sends it when it comes again', async () => {
    const claimed = await bench.claim();
    const { tasks, runs } = bench.worker();
    await expect(work(claimed.message, bench.worker(unavailable))).rejects.toThrow(RetryableError);
    expect(await tasks.read(claimed.message.taskId)).toMatchObject({ status: 'COMPLETED' });
    expect(await runs.read(claimed.runId)).toMatchObject({ remainingTasks: 0, status: 'RUNNING' });

    // Too soon: the first sender may still be at it, so the message comes again once more.
    await expect(work(claimed.message, bench.worker())).rejects.toThrow(RetryableError);
    expect(bench.calls(claimed)).toBe(0);
    await work(claimed.message, { ...bench.worker(), clock: AFTER_ALL });
    expect(bench.calls(claimed)).toBe(1);
    await bench.expectDoneOnce(claimed);
  });

  test('a worker that dies there leaves it to the reconciler', async () => {
    const claimed = await bench.claim();
    const dead = bench.worker(() => Promise.reject(new Error('the process died here')));
    await expect(work(claimed.message, dead)).rejects.toThrow(/called back/u);
    // A dispatch for another day in the meantime settles the outcomes, and must not lose sight of the callback.
    await dispatch({ date: claimed.message.date, from: claimed.message.date }, bench.worker());
    expect(await reconcile({ ...bench.worker(), clock: AFTER_ALL })).toMatchObject({ calledBack: 1, miscounted: [] });
    expect(bench.calls(claimed)).toBe(1);
    expect(await reconcile({ ...bench.worker(), clock: AFTER_ALL })).toMatchObject({ calledBack: 0 });
    await bench.expectDoneOnce(claimed);
    const { open } = await bench.worker().planning.load();
    expect(open.map(({ run }) => run.id)).not.toContain(claimed.runId);
  });

  test('a clock that was set back keeps nobody waiting', async () => {
    const claimed = await bench.claim();
    const ahead = { ...bench.worker(unavailable), clock: later(3 * 3_600_000) };
    await expect(work(claimed.message, ahead)).rejects.toThrow(RetryableError);
    expect((await reconcile(bench.worker())).calledBack).toBe(1);
    await bench.expectDoneOnce(claimed);
  });

  test('a reconciler that cannot call back either keeps the run for the next', async () => {
    const claimed = await bench.claim();
    await expect(work(claimed.message, bench.worker(unavailable))).rejects.toThrow(RetryableError);
    expect((await reconcile({ ...bench.worker(unavailable), clock: AFTER_ALL })).calledBack).toBe(0);
    expect((await reconcile({ ...bench.worker(), clock: later(120_000) })).calledBack).toBe(1);
    expect(bench.calls(claimed)).toBe(1);
  });

  test('a reconciler that dies at any of its calls leaves the callback to the next', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let at = 1, done = false; !done; at++) {
        const claimed = await bench.claim();
        await expect(work(claimed.message, bench.worker(unavailable))).rejects.toThrow(RetryableError);
        const dying = mortal({ ...bench.worker(), clock: AFTER_ALL }, { at, when });
        const last = await Promise.race([dying.died, reconcile(dying.ports).then(() => undefined)]);
        await reconcile({ ...bench.worker(), clock: later(120_000) });
        await bench.expectDoneOnce(claimed);
        // Workflows takes one callback: from a reconciler that died before it could note it down, it is sent once more, to nobody.
        const unnoted = last === (when === 'after' ? 'callbacks.send' : 'runs.markCalledBack');
        expect({ last, calls: bench.calls(claimed) }).toEqual({ last, calls: unnoted ? 2 : 1 });
        done = last === undefined;
        expect(at).toBeLessThan(50);
      }
    }
  });
});
