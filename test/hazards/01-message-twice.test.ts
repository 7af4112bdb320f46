/** Hazard 1: a message delivered twice counts down twice. Finishing is a transaction: terminal once, counted once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RetryableError } from '../../src/errors.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { type TaskBench, taskBench } from '../support/task-bench.ts';

describe('hazard 1: a message delivered twice counts down twice', () => {
  let bench: TaskBench;
  beforeAll(async () => {
    bench = await taskBench();
  });
  afterAll(() => bench.close());

  test('delivered three times at once, it runs, counts and calls back once', async () => {
    const claimed = await bench.claim();
    const workers = [bench.worker(), bench.worker(), bench.worker()];
    const deliveries = await Promise.allSettled(workers.map((on) => work(claimed.message, on)));
    // Those that came second are not acknowledged: were the first to die, they would go on.
    const refused = deliveries.filter((delivery) => delivery.status === 'rejected');
    for (const { reason } of refused) expect(reason).toBeInstanceOf(RetryableError);
    expect(deliveries.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    await bench.expectDoneOnce(claimed);
    await Promise.all(workers.map((on) => work(claimed.message, on)));
    await bench.expectDoneOnce(claimed);
    expect(bench.calls(claimed)).toBe(1);
  });

  test('delivered again after the end, it changes nothing', async () => {
    const claimed = await bench.claim();
    const { tasks } = bench.worker();
    await work(claimed.message, bench.worker());
    const before = await tasks.read(claimed.message.taskId);
    await work(claimed.message, bench.worker());
    await work(claimed.message, bench.worker());
    expect(await tasks.read(claimed.message.taskId)).toEqual(before);
    await bench.expectDoneOnce(claimed);
    expect(bench.calls(claimed)).toBe(1);
  });

  test('published twice under other message ids, it is one task all the same', async () => {
    const claimed = await bench.claim();
    const { queue } = bench.worker();
    await queue.publish([claimed.message, claimed.message]);
    await Promise.allSettled([work(claimed.message, bench.worker()), work({ ...claimed.message }, bench.worker())]);
    await bench.expectDoneOnce(claimed);
    expect(bench.calls(claimed)).toBe(1);
  });
});
