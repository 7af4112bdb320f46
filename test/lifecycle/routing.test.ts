/** Crash forensics: which tier a task belongs on, by what its last attempt left behind. */
import { describe, expect, test } from 'vitest';
import { HIGH_MEM_MEMORY_MB, MAX_ATTEMPTS, STANDARD_MEMORY_MB } from '../../src/lifecycle/limits.ts';
import { deathByMemory, type Remains, routeAfterDeath, startTier } from '../../src/lifecycle/routing.ts';
import type { Task, Telemetry } from '../../src/model/task.ts';
import { aTask } from '../support/graph.ts';

const memory = { standard: STANDARD_MEMORY_MB, 'high-mem': HIGH_MEM_MEMORY_MB };

const showing = (rssMB: number, peakRssMB = rssMB): Telemetry => ({
  lastHeartbeat: '2024-01-01T00:00:02.000Z',
  lastMemory: { rssMB, heapUsedMB: rssMB / 2, timestamp: '2024-01-01T00:00:02.000Z' },
  peakRssMB,
  entities: 0,
});
const heapError = {
  code: 'OUT_OF_MEMORY',
  message: 'Reached heap limit Allocation failed - JavaScript heap out of memory',
};
const otherError = { code: 'UNAVAILABLE', message: 'the store did not answer' };

describe('after a death', () => {
  test.each<[string, Remains, ReturnType<typeof routeAfterDeath>]>([
    [
      'above 1,500 MB of 2 GB it is moved up',
      { resources: 'standard', attempts: 1, telemetry: showing(1_540) },
      { to: 'high-mem', because: 'its last heartbeat showed 1540 MB of 2048 MB' },
    ],
    [
      'at the threshold it stays',
      { resources: 'standard', attempts: 1, telemetry: showing(1_536) },
      { to: 'standard' },
    ],
    [
      'the last heartbeat counts, not the peak',
      { resources: 'standard', attempts: 1, telemetry: showing(300, 1_900) },
      { to: 'standard' },
    ],
    [
      'with an error that speaks of memory it is moved up',
      { resources: 'standard', attempts: 1, lastError: heapError },
      { to: 'high-mem', because: `its error speaks of memory: ${heapError.message}` },
    ],
    ['with another error it stays', { resources: 'standard', attempts: 1, lastError: otherError }, { to: 'standard' }],
    ['without a word it stays', { resources: 'standard', attempts: 1 }, { to: 'standard' }],
    [
      'without a word before the last attempt it is moved up',
      { resources: 'standard', attempts: MAX_ATTEMPTS - 1 },
      { to: 'high-mem', because: 'died 2 times without a word' },
    ],
    [
      'with a word before the last attempt it stays',
      { resources: 'standard', attempts: MAX_ATTEMPTS - 1, lastError: otherError },
      { to: 'standard' },
    ],
    ['without a word on the larger tier it stays there', { resources: 'high-mem', attempts: 2 }, { to: 'high-mem' }],
    [
      'of memory on the larger tier there is nowhere to go',
      { resources: 'high-mem', attempts: 1, telemetry: showing(6_200) },
      { to: 'none', because: 'its last heartbeat showed 6200 MB of 8192 MB' },
    ],
    [
      'the threshold is that of its own tier',
      { resources: 'high-mem', attempts: 1, telemetry: showing(2_000) },
      { to: 'high-mem' },
    ],
  ])('%s', (_, remains, route) => {
    expect(routeAfterDeath(remains, memory)).toEqual(route);
  });

  test.each([
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'Array buffer allocation failed',
    'spawn ENOMEM',
    'ERR_WORKER_OUT_OF_MEMORY',
    'Cannot allocate memory',
  ])('"%s" speaks of memory', (message) => {
    expect(
      deathByMemory({ resources: 'standard', attempts: 1, lastError: { code: 'X', message } }, memory),
    ).toBeDefined();
  });
});

describe('a computation starts', () => {
  test.each<[string, Task | undefined, ReturnType<typeof startTier>]>([
    ['on standard when it never ran', undefined, 'standard'],
    ['on standard after a good run', aTask({ status: 'COMPLETED', telemetry: showing(1_900) }), 'standard'],
    ['on high-mem after it ran out of standard', aTask({ status: 'FAILED', telemetry: showing(1_900) }), 'high-mem'],
    [
      'on high-mem while its task has just died there',
      aTask({ status: 'IN_PROGRESS', telemetry: showing(1_900) }),
      'high-mem',
    ],
    ['on standard after it failed for another reason', aTask({ status: 'FAILED', lastError: otherError }), 'standard'],
    [
      'on high-mem while its peak there shows that it needs it',
      aTask({ status: 'COMPLETED', resources: 'high-mem', telemetry: showing(400, 2_500) }),
      'high-mem',
    ],
    [
      'on standard again when its peak on high-mem would have fitted',
      aTask({ status: 'COMPLETED', resources: 'high-mem', telemetry: showing(400, 700) }),
      'standard',
    ],
    [
      'on high-mem after it ran out of that before its first heartbeat',
      aTask({ status: 'FAILED', resources: 'high-mem', lastError: heapError }),
      'high-mem',
    ],
    [
      'on high-mem while its task waits there after running out of standard',
      aTask({ status: 'PENDING', resources: 'high-mem', lastError: heapError }),
      'high-mem',
    ],
  ])('%s', (_, last, tier) => {
    expect(startTier(last, memory)).toBe(tier);
  });
});
