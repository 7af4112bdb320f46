/** Hazard 6: a heartbeat revives a finished task. Heartbeats carry the token's version and touch only their own fields. */
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { work } from '../../src/mill/steps/work/work.ts';
import { later, type TaskBench, taskBench } from '../support/task-bench.ts';

describe.each([
  { network: 'is slow', fault: { kind: 'latency', milliseconds: 15 }, probability: 0.5 },
  { network: 'loses answers', fault: { kind: 'error-after' }, probability: 0.3 },
  { network: 'gives up on answers', fault: { kind: 'deadline-exceeded-after' }, probability: 0.1 },
] as const)('hazard 6: a heartbeat revives a finished task, on a network that $network', ({ probability, fault }) => {
  let bench: TaskBench;
  let db: Firestore;
  beforeAll(async () => {
    bench = await taskBench({ seed: 6, rules: [{ method: 'Commit', probability, fault }] });
    db = new Firestore({ projectId: 'daymill-local' });
  });
  afterAll(async () => {
    await db.terminate();
    await bench.close();
  });

  test('a worker whose heart beats all the time touches nothing after the end', async () => {
    for (let round = 0; round < 4; round++) {
      const claimed = await bench.claim();
      // Each delivery comes a minute later, so that nobody waits for who gave up.
      for (let minutes = 0, acknowledged = false; !acknowledged; minutes++) {
        const worker = { ...bench.worker(), heartbeatMs: 1, clock: later(minutes * 60_000) };
        acknowledged = await work(claimed.message, worker).then(
          () => true,
          () => false,
        );
      }
      const task = await db.doc(`computation_audit_ledger/${claimed.message.taskId}`).get();
      const cell = await db.doc(`results/pages/days/${claimed.message.date}`).get();
      expect(task.get('status')).toBe('COMPLETED');
      expect(task.get('lease')).toBeUndefined();
      // The last that happened to the task is the commit that it shares with its cell and its count.
      expect(task.updateTime?.isEqual(cell.updateTime as never)).toBe(true);
    }
  });
});

describe('hazard 6: a heartbeat revives a finished task that its worker has lost', () => {
  let bench: TaskBench;
  let db: Firestore;
  beforeAll(async () => {
    bench = await taskBench();
    db = new Firestore({ projectId: 'daymill-local' });
  });
  afterAll(async () => {
    await db.terminate();
    await bench.close();
  });

  test('its beat was under way while another ended the task, and nothing of it arrives', async () => {
    const claimed = await bench.claim();
    const computing = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();
    const slow = bench.worker();
    const { artifacts, tasks } = slow;
    slow.artifacts = {
      ...artifacts,
      async read(places) {
        computing.resolve();
        await late.promise;
        return artifacts.read(places);
      },
    };
    slow.tasks = {
      ...tasks,
      async claim(id, decide) {
        const answer = await tasks.claim(id, decide);
        if (answer?.held === undefined) return answer;
        const { held } = answer;
        const heartbeat: typeof held.heartbeat = async (...args) => {
          await over.promise;
          const sent = held.heartbeat(...args);
          late.resolve(sent.catch((error: unknown) => error));
          return sent;
        };
        return {
          ...answer,
          held: new Proxy(held, { get: (on, name) => (name === 'heartbeat' ? heartbeat : Reflect.get(on, name)) }),
        };
      },
    };
    const first = work(claimed.message, { ...slow, heartbeatMs: 1 });
    await computing.promise;
    await work(claimed.message, { ...bench.worker(), clock: later(60_000) });
    const ended = await db.doc(`computation_audit_ledger/${claimed.message.taskId}`).get();
    over.resolve();
    expect(await late.promise).toMatchObject({ code: 'LEASE_LOST' });
    await first;
    const found = await db.doc(`computation_audit_ledger/${claimed.message.taskId}`).get();
    expect(found.data()).toEqual(ended.data());
    expect(found.updateTime?.isEqual(ended.updateTime as never)).toBe(true);
    await bench.expectDoneOnce(claimed, 2);
  });
});
