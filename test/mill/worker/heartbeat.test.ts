/** Heartbeats: what they say, that they never get in the way, and that nothing is written after the end. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RetryableError } from '../../../src/errors.ts';
import { memoryProbe } from '../../../src/mill/worker/memory-probe.ts';
import type { Task, Telemetry } from '../../../src/mill/model/task.ts';
import { startHeartbeat } from '../../../src/mill/worker/heartbeat.ts';
import type { MemoryProbe } from '../../../src/mill/ports/process.ts';
import type { HeldTask } from '../../../src/mill/ports/tasks.ts';
import { aTask } from '../../support/graph.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { steady } from '../../support/steady.ts';

const BEAT_MS = 2_000;
const LEASE_MS = 15_000;

class Probe implements MemoryProbe {
  now = 100;
  highest = 100;
  read() {
    return { rssMB: this.rssMB(), heapUsedMB: 50, externalMB: 5, arrayBuffersMB: 2, containerMB: 300.04 };
  }
  rssMB() {
    this.highest = Math.max(this.highest, this.now);
    return this.now;
  }
  highestRssMB() {
    return this.highest;
  }
  collectGarbage() {
    this.now = 100;
  }
}

describe('a heartbeat', () => {
  let probe: Probe;
  let written: { telemetry: Telemetry; untilMs: number }[];
  let warned: string[];
  let write: () => Promise<void>;
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    probe = new Probe();
    written = [];
    warned = [];
    write = () => Promise.resolve();
  });
  afterEach(() => void vi.useRealTimers());

  const start = () => {
    const task: Task = aTask();
    const held: HeldTask = {
      task,
      async heartbeat(telemetry, untilMs) {
        await write();
        written.push({ telemetry, untilMs });
      },
      save: () => Promise.reject(new Error('a heartbeat saves nothing')),
      handBack: () => Promise.reject(new Error('a heartbeat hands nothing back')),
    };
    const quiet = (): void => {};
    const log = { debug: quiet, info: quiet, error: quiet, warn: (_: unknown, text: string) => void warned.push(text) };
    return startHeartbeat(held, { heartbeatMs: BEAT_MS, leaseMs: LEASE_MS, probe, clock: steady(Date.now), log });
  };

  test('comes every two seconds, with memory, progress and a longer lease', async () => {
    const heartbeat = start();
    heartbeat.expect(500);
    heartbeat.progress(200);
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    probe.now = 140;
    heartbeat.progress(500);
    // The next cell begins to count anew.
    heartbeat.expect(1_000);
    heartbeat.progress(100);
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    await heartbeat.stop();
    expect(written).toEqual([
      {
        untilMs: 1_002_000 + LEASE_MS,
        telemetry: {
          lastHeartbeat: '1970-01-01T00:16:42.000Z',
          lastMemory: {
            rssMB: 100,
            heapUsedMB: 50,
            externalMB: 5,
            arrayBuffersMB: 2,
            containerMB: 300,
            timestamp: '1970-01-01T00:16:42.000Z',
          },
          peakRssMB: 100,
          startRssMB: 100,
          tasksAtOnce: 1,
          entities: 200,
          expectedEntities: 500,
          seconds: 2,
          readings: [2, 100, 50],
        },
      },
      {
        untilMs: 1_004_000 + LEASE_MS,
        telemetry: expect.objectContaining({
          peakRssMB: 140,
          entities: 600,
          expectedEntities: 1_500,
          seconds: 4,
          readings: [2, 100, 50, 4, 140, 50],
        }) as never,
      },
    ]);
  });

  test('keeps a peak that came and went between two beats', async () => {
    const heartbeat = start();
    probe.now = 900;
    await vi.advanceTimersByTimeAsync(BEAT_MS / 4);
    probe.now = 120;
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    await heartbeat.stop();
    expect(written[0]?.telemetry).toMatchObject({ peakRssMB: 900, lastMemory: { rssMB: 120 } });
  });

  test('keeps a peak that no timer saw, because the process was busy: the system did', async () => {
    const heartbeat = start();
    probe.highest = 1_400;
    expect(heartbeat.stamp(aTask()).telemetry).toMatchObject({ peakRssMB: 1_400 });
    await heartbeat.stop();
    // The next task of the process is not charged with it.
    const next = start();
    expect(next.stamp(aTask()).telemetry).toMatchObject({ peakRssMB: 100 });
    await next.stop();
  });

  test('says how many tasks shared the process', async () => {
    const first = start();
    const second = start();
    await second.stop();
    const third = start();
    const [a, c] = [first, third].map((one) => one.stamp(aTask()).telemetry?.tasksAtOnce);
    expect([a, c]).toEqual([2, 2]);
    await Promise.all([first.stop(), third.stop()]);
    const alone = start();
    expect(alone.stamp(aTask()).telemetry?.tasksAtOnce).toBe(1);
    await alone.stop();
  });

  test('that fails is a warning, and the next comes as if nothing had happened', async () => {
    write = () => Promise.reject(new Error('Firestore is away'));
    const heartbeat = start();
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(warned).toEqual(['Firestore is away']);
    write = () => Promise.resolve();
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(written).toHaveLength(1);
    await heartbeat.stop();
  });

  test('that finds the lease lost stops the work where it next says how far it is, and is the last', async () => {
    let beats = 0;
    write = () => {
      beats++;
      return Promise.reject(new RetryableError('LEASE_LOST', 'another worker took over'));
    };
    const heartbeat = start();
    heartbeat.progress(1);
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(() => heartbeat.progress(2)).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
    await vi.advanceTimersByTimeAsync(3 * BEAT_MS);
    expect(beats).toBe(1);
    await heartbeat.stop();
  });

  test('that is slow is not overtaken by another', async () => {
    const slow = Promise.withResolvers<void>();
    let begun = 0;
    write = () => {
      begun++;
      return slow.promise;
    };
    const heartbeat = start();
    await vi.advanceTimersByTimeAsync(5 * BEAT_MS);
    expect(begun).toBe(1);
    slow.resolve();
    await heartbeat.stop();
  });

  test('is not written after the end: the end waits for one under way, and none begins', async () => {
    const slow = Promise.withResolvers<void>();
    write = () => slow.promise;
    const heartbeat = start();
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    let stopped = false;
    const stopping = heartbeat.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(3 * BEAT_MS);
    expect([stopped, written.length]).toEqual([false, 0]);
    slow.resolve();
    await stopping;
    expect(written).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10 * BEAT_MS);
    expect(written).toHaveLength(1);
  });
});

test('a heartbeat keeps no process alive', () => {
  const heartbeat = resolve(import.meta.dirname, '../../../src/mill/worker/heartbeat.ts');
  const script = `
    import { startHeartbeat } from ${JSON.stringify(heartbeat)};
    const probe = { read: () => ({ rssMB: 1, heapUsedMB: 1 }), rssMB: () => 1, highestRssMB: () => 1 };
    startHeartbeat({}, { heartbeatMs: 10, leaseMs: 1, probe, clock: { now: Date.now, elapsed: Date.now }, log: {} });`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: PATIENCE_MS,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

describe('the memory probe', () => {
  const MB = 1_048_576;
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'daymill-cgroup-'));
    mkdirSync(join(root, 'memory'));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), `${text}\n`);
  };

  test('reads this process', () => {
    const probe = memoryProbe(root);
    const { rssMB, heapUsedMB, externalMB, arrayBuffersMB } = probe.read();
    const before = probe.highestRssMB();
    const held = Buffer.alloc(200 * MB, 1);
    expect(probe.rssMB() - rssMB).toBeGreaterThan(150);
    expect(probe.read().arrayBuffersMB).toBeGreaterThan((arrayBuffersMB ?? 0) + 199);
    expect(probe.highestRssMB()).toBeGreaterThan(before);
    expect(probe.highestRssMB()).toBeGreaterThanOrEqual(rssMB + 150);
    expect(rssMB).toBeGreaterThan(heapUsedMB);
    expect(externalMB).toBeGreaterThanOrEqual(arrayBuffersMB ?? 0);
    expect(held.length).toBe(200 * MB);
  });

  test('frees what was left behind', () => {
    const probe = memoryProbe(root);
    let held: Buffer | undefined = Buffer.alloc(300 * MB, 1);
    const before = probe.rssMB();
    expect(held.length).toBe(300 * MB);
    held = undefined;
    probe.collectGarbage();
    expect(before - probe.rssMB()).toBeGreaterThan(250);
  });

  test.each<[string, Record<string, string>, { containerMB?: number; containerLimitMB?: number }]>([
    ['where there is no container, nothing of one', {}, {}],
    [
      'version 2',
      { 'memory.current': String(300 * MB), 'memory.max': String(512 * MB) },
      { containerMB: 300, containerLimitMB: 512 },
    ],
    ['version 2 without a limit', { 'memory.current': String(300 * MB), 'memory.max': 'max' }, { containerMB: 300 }],
    [
      'version 1',
      { 'memory/memory.usage_in_bytes': String(30 * MB), 'memory/memory.limit_in_bytes': String(64 * MB) },
      { containerMB: 30, containerLimitMB: 64 },
    ],
    [
      'version 1 without a limit',
      { 'memory/memory.usage_in_bytes': String(30 * MB), 'memory/memory.limit_in_bytes': '9223372036854771712' },
      { containerMB: 30 },
    ],
    ['nonsense', { 'memory.current': 'none' }, {}],
  ])('of a container, %s', (_, files, found) => {
    write(files);
    const { containerMB, containerLimitMB } = memoryProbe(root).read();
    expect({ containerMB, containerLimitMB }).toEqual({
      containerMB: undefined,
      containerLimitMB: undefined,
      ...found,
    });
  });
});
