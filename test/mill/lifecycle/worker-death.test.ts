/** What is noted of the tasks of a worker that was seen to die of memory, and what the next delivery makes of it. */
import { describe, expect, test } from 'vitest';
import { recordClaim } from '../../../src/mill/lifecycle/attempt-record.ts';
import { decideLease } from '../../../src/mill/lifecycle/lease.ts';
import { decideDeath } from '../../../src/mill/lifecycle/worker-death.ts';
import { Task, type Telemetry } from '../../../src/mill/model/task.ts';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { aTask, aTaskCell } from '../../support/graph.ts';

const death = {
  worker: 'standard/7',
  message: 'JavaScript heap out of memory: V8 ended it at its limit of 1331 MiB',
  residentMB: 1_420,
  heapUsedMB: 1_331,
};
const context = { token: 'noted', tasksAtOnce: 1, nowMs: 5_000 };

function underWay(given: Parameters<typeof aTask>[0] = {}, tier = 'standard'): Task {
  const request = { worker: 'standard/7', token: 't1', tier, nowMs: 1_000, leaseMs: 15_000, tiers: DEFAULT_TIERS };
  const task = aTask({ resources: tier, ...given });
  const { save = task } = decideLease(task, request);
  return recordClaim(task, save, { ...request, executorVersion: 1, fingerprints: {}, begins: true });
}

function deliver(task: Task, tier = 'standard') {
  const request = { worker: 'standard/8', token: 't2', tier, nowMs: 5_001, leaseMs: 15_000, tiers: DEFAULT_TIERS };
  const decision = decideLease(task, request);
  const { save } = decision;
  const claimant = { ...request, executorVersion: 1, fingerprints: {}, begins: decision.kind === 'run' };
  return { decision, task: save === undefined ? task : recordClaim(task, save, claimant) };
}

describe('a death of memory that was seen', () => {
  test('ends the lease at once, and the next delivery moves the task up', () => {
    const { save } = decideDeath(underWay(), death, context);
    expect(Task.parse(save)).toMatchObject({ lease: { token: 'noted', untilMs: 5_000 } });
    const { decision, task } = deliver(save ?? aTask());
    expect(decision).toMatchObject({
      kind: 'reroute',
      save: { resources: 'high-mem', attempts: 1, outgrown: [{ tier: 'standard', rssMB: 1_420 }] },
    });
    expect(task.history).toMatchObject([
      { end: 'OUT_OF_MEMORY', endedMs: 5_000, peakRssMB: 1_420, error: { code: 'OUT_OF_MEMORY' } },
    ]);
  });

  test('on the largest tier gives the task up at its first attempt', () => {
    const { save } = decideDeath(underWay({}, 'high-mem'), death, context);
    expect(deliver(save ?? aTask(), 'high-mem').decision).toMatchObject({
      kind: 'give-up',
      error: { code: 'OUT_OF_TIERS' },
    });
  });

  test('on the largest tier with others at work is tried again', () => {
    const { save } = decideDeath(underWay({}, 'high-mem'), death, { ...context, tasksAtOnce: 3 });
    const { decision, task } = deliver(save ?? aTask(), 'high-mem');
    expect(decision).toMatchObject({ kind: 'run', save: { attempts: 2 } });
    // What the dead attempt left behind says nothing of the next.
    expect(task).not.toHaveProperty('lastError');
    expect(task.history?.[0]).toMatchObject({ end: 'OUT_OF_MEMORY' });
  });

  test('of a task of several cells halves it', () => {
    const cells = ['a', 'b'].map((name) => aTaskCell('2024-01-01', name));
    const { save } = decideDeath(underWay({ cells, chained: false }), death, context);
    expect(deliver(save ?? aTask()).decision).toMatchObject({ kind: 'run', save: { attempts: 1 }, parts: [{}] });
  });

  test('keeps what heartbeats of this lease had said, and nothing of an attempt before', () => {
    const said = (at: string): Telemetry => ({
      lastHeartbeat: at,
      lastMemory: { rssMB: 900, heapUsedMB: 800, timestamp: at },
      peakRssMB: 1_500,
      entities: 40,
    });
    const noted = (at: string) => decideDeath({ ...underWay(), telemetry: said(at) }, death, context).save?.telemetry;
    expect(noted('1970-01-01T00:00:03.000Z')).toMatchObject({ entities: 40, peakRssMB: 1_500 });
    expect(noted('1970-01-01T00:00:00.500Z')).toMatchObject({ entities: 0, peakRssMB: 1_420 });
  });

  test.each<[string, Task]>([
    [
      "is another worker's by now",
      { ...underWay(), lease: { token: 't', worker: 'standard/9', sinceMs: 0, untilMs: 1 } },
    ],
    ['has ended', aTask({ status: 'COMPLETED' })],
    ['waits', aTask()],
  ])('changes nothing of a task that %s', (_, task) => {
    expect(decideDeath(task, death, context)).toEqual({});
  });
});
