/** What a worker may do with a task that was delivered to it. */
import { describe, expect, test } from 'vitest';
import { isPassing } from '../../../src/errors.ts';
import { decideLease, type LeaseRequest } from '../../../src/mill/lifecycle/lease.ts';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { MAX_ATTEMPTS, MAX_CLOCK_SKEW_MS } from '../../../src/mill/lifecycle/limits.ts';
import type { Lease, Task, Telemetry } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { aTask } from '../../support/graph.ts';

const NOW = Date.UTC(2024, 0, 1, 12);
const request: LeaseRequest = {
  worker: 'w2',
  token: 't2',
  tier: 'standard',
  nowMs: NOW,
  leaseMs: 15_000,
  tiers: DEFAULT_TIERS,
};
const ours: Lease = { token: 't2', worker: 'w2', sinceMs: NOW, untilMs: NOW + 15_000 };
const lapsed: Lease = { token: 't1', worker: 'w1', sinceMs: NOW - 60_000, untilMs: NOW - 1 };
const heartbeat = (rssMB: number, atMs: number): Telemetry => {
  const timestamp = new Date(atMs).toISOString();
  return { lastHeartbeat: timestamp, lastMemory: { rssMB, heapUsedMB: 1, timestamp }, peakRssMB: rssMB, entities: 9 };
};
const underWay = (given: Parameters<typeof aTask>[0] = {}): Task =>
  aTask({ status: 'IN_PROGRESS', attempts: 1, lease: lapsed, ...given });
const heapError = { code: 'OUT_OF_MEMORY', message: 'JavaScript heap out of memory' };

describe('a delivery', () => {
  test('of a pending task takes the lease and counts an attempt', () => {
    expect(decideLease(aTask(), request)).toEqual({
      kind: 'run',
      save: aTask({ status: 'IN_PROGRESS', attempts: 1, lease: ours }),
    });
  });

  test.each(['COMPLETED', 'FAILED'] as const)('of a %s task is a duplicate', (status) => {
    const task = aTask({ status, attempts: 3 });
    expect(decideLease(task, request)).toEqual({ kind: 'done', task });
  });

  test('while another attempt is alive must come again', () => {
    const alive = { ...lapsed, untilMs: NOW + 1 };
    expect(decideLease(underWay({ lease: alive }), request)).toEqual({ kind: 'busy', untilMs: NOW + 1 });
  });

  test('to the holder itself must come again as well: a worker that is alive has the task already', () => {
    expect(decideLease(underWay({ lease: ours }), { ...request, nowMs: NOW + 1 })).toMatchObject({ kind: 'busy' });
  });

  test('that finds a lease of a clock that has gone back since takes the task over: nobody prolongs it', () => {
    const until = (untilMs: number): Task => underWay({ lease: { ...lapsed, untilMs } });
    const threeHours = 3 * 3_600_000;
    expect(decideLease(until(NOW + threeHours), request)).toMatchObject({ kind: 'run', save: { attempts: 2 } });
    // Machines are a little apart.
    const latest = NOW + request.leaseMs + MAX_CLOCK_SKEW_MS;
    expect(decideLease(until(latest), request)).toMatchObject({ kind: 'busy' });
    expect(decideLease(until(latest + 1), request)).toMatchObject({ kind: 'run' });
  });

  test.each([
    ['at the very end of the lease', { ...lapsed, untilMs: NOW }],
    ['long after the lease', lapsed],
  ])('%s takes the task over', (_, lease) => {
    expect(decideLease(underWay({ lease }), request)).toEqual({
      kind: 'run',
      save: aTask({ status: 'IN_PROGRESS', attempts: 2, lease: ours }),
    });
  });

  test('keeps what a dead attempt had finished', () => {
    const task = underWay({ days: ['2024-01-01', '2024-01-02'], outcomes: { '2024-01-01': { status: 'UNCHANGED' } } });
    expect(decideLease(task, request).save?.outcomes).toEqual(task.outcomes);
  });

  test('on the wrong tier sends a pending task where it belongs, without an attempt', () => {
    const task = aTask({ resources: 'high-mem', attempts: 1 });
    expect(decideLease(task, request)).toEqual({ kind: 'reroute', save: task, because: 'it belongs on high-mem' });
    expect(decideLease(task, { ...request, tier: 'high-mem' })).toMatchObject({ kind: 'run', save: { attempts: 2 } });
  });

  test('on the wrong tier frees a lapsed task and sends it where it belongs', () => {
    const decision = decideLease(underWay({ resources: 'high-mem' }), request);
    expect(decision).toEqual({
      kind: 'reroute',
      save: aTask({ resources: 'high-mem', attempts: 1 }),
      because: 'it belongs on high-mem',
    });
  });
});

describe('after a death by memory', () => {
  const dead = underWay({ telemetry: heartbeat(1_900, NOW - 20_000) });
  const standard = { tier: 'standard', because: 'its last heartbeat showed 1900 MB of 2048 MB', rssMB: 1_900 };

  test('the task is moved up, without a lease', () => {
    const { lease: _, ...unleased } = dead;
    expect(decideLease(dead, request)).toEqual({
      kind: 'reroute',
      save: { ...unleased, status: 'PENDING', resources: 'high-mem', outgrown: [standard] },
      because: 'its last heartbeat showed 1900 MB of 2048 MB',
    });
  });

  test('on the largest tier the task is given up under our lease, whatever attempts are left, with the figures of each', () => {
    const given = { resources: 'high-mem', telemetry: heartbeat(7_000, NOW - 20_000), outgrown: [standard] };
    const task = underWay(given);
    const highMem = { tier: 'high-mem', because: 'its last heartbeat showed 7000 MB of 8192 MB', rssMB: 7_000 };
    expect(decideLease(task, { ...request, tier: 'high-mem' })).toEqual({
      kind: 'give-up',
      save: { ...task, lease: ours, outgrown: [standard, highMem] },
      error: {
        code: 'OUT_OF_TIERS',
        message:
          'out of memory on the largest tier (standard: its last heartbeat showed 1900 MB of 2048 MB; ' +
          'high-mem: its last heartbeat showed 7000 MB of 8192 MB); let it hold less at once, or configure a larger tier',
      },
    });
  });

  test('on the last attempt the task is given up, and says that it was memory', () => {
    expect(decideLease({ ...dead, attempts: MAX_ATTEMPTS }, request)).toMatchObject({
      kind: 'give-up',
      error: {
        code: 'ATTEMPTS_EXHAUSTED',
        message: '3 attempts failed; the last: its last heartbeat showed 1900 MB of 2048 MB',
      },
    });
  });
});

describe('evidence', () => {
  const small = Tiers.parse([
    { name: 'standard', memoryMB: 512 },
    { name: 'high-mem', memoryMB: 768 },
  ]);

  test('of an earlier attempt is not held against the last: its heartbeat', () => {
    // 600 MB were too much for the smaller tier; the attempt on the larger one died before its first heartbeat.
    const task = underWay({ resources: 'high-mem', attempts: 2, telemetry: heartbeat(600, lapsed.sinceMs - 5_000) });
    expect(decideLease(task, { ...request, tier: 'high-mem', tiers: small })).toMatchObject({
      kind: 'run',
      save: { attempts: 3 },
    });
  });

  test('of an earlier attempt is not held against the last: its error', () => {
    const moved = aTask({ resources: 'high-mem', attempts: 1, lastError: heapError });
    const first = decideLease(moved, { ...request, tier: 'high-mem' });
    expect(first).toMatchObject({ kind: 'run' });
    expect(first.save).not.toHaveProperty('lastError');
    const later = { ...request, tier: 'high-mem' as const, token: 't3', nowMs: NOW + 60_000 };
    expect(decideLease(first.save ?? moved, later)).toMatchObject({ kind: 'run', save: { attempts: 3 } });
  });

  test('is gone from a task that starts afresh', () => {
    const save = decideLease(underWay({ telemetry: heartbeat(100, NOW - 20_000) }), request).save;
    expect(save).not.toHaveProperty('telemetry');
  });

  test('of this very attempt counts from its first moment', () => {
    const task = underWay({ telemetry: heartbeat(1_900, lapsed.sinceMs) });
    expect(decideLease(task, request)).toMatchObject({ kind: 'reroute', save: { resources: 'high-mem' } });
  });
});

describe('the attempts', () => {
  test('end: after the third death the task is given up', () => {
    expect(decideLease(underWay({ attempts: MAX_ATTEMPTS }), request)).toEqual({
      kind: 'give-up',
      save: underWay({ attempts: MAX_ATTEMPTS, lease: ours }),
      error: { code: 'ATTEMPTS_EXHAUSTED', message: '3 attempts failed; the last: it died without a word' },
    });
  });

  test.each([
    ['alone', 1, undefined, 'WORKER_DIED'],
    ['with others at work when it began', 2, undefined, 'ATTEMPTS_EXHAUSTED'],
    ['with others that came later', 1, { ...heartbeat(100, NOW - 20_000), tasksAtOnce: 2 }, 'ATTEMPTS_EXHAUSTED'],
  ])('end without a word, the last %s', (_, tasksAtOnce, telemetry, code) => {
    const last = {
      number: 3,
      trigger: 'TAKEOVER',
      tier: 'high-mem',
      worker: 'w1',
      executorVersion: 1,
      fingerprints: {},
      startedMs: 0,
    } as const;
    const task = underWay({
      attempts: MAX_ATTEMPTS,
      history: [{ ...last, tasksAtOnce }],
      ...(telemetry && { telemetry }),
    });
    const decision = decideLease(task, request);
    expect(decision).toMatchObject({ kind: 'give-up', error: { code } });
    // What ends every process that it is given is not for a sweep.
    expect(isPassing(code)).toBe(code === 'ATTEMPTS_EXHAUSTED');
  });

  test('end with the last error where there is one', () => {
    const task = aTask({ attempts: MAX_ATTEMPTS, lastError: { code: 'UNAVAILABLE', message: 'no answer' } });
    expect(decideLease(task, request)).toMatchObject({
      kind: 'give-up',
      error: { message: '3 attempts failed; the last: UNAVAILABLE: no answer' },
    });
  });

  test('without a word move up once before the last', () => {
    expect(decideLease(underWay({ attempts: 2 }), request)).toMatchObject({
      kind: 'reroute',
      save: { status: 'PENDING', resources: 'high-mem', attempts: 2 },
      because: 'died 2 times without a word',
    });
  });

  test('that gave up and died over it are given up again', () => {
    const first = decideLease(underWay({ attempts: MAX_ATTEMPTS }), request);
    const again = { ...request, token: 't3', nowMs: NOW + 60_000 };
    expect(decideLease(first.save ?? aTask(), again)).toMatchObject({
      kind: 'give-up',
      save: { lease: { token: 't3' } },
    });
  });
});
