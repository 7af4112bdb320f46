/** Crash forensics: which tier a task belongs on, by what its last attempt left behind. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { MAX_ATTEMPTS } from '../../../src/mill/lifecycle/limits.ts';
import { deathByMemory, type Remains, routeAfterDeath } from '../../../src/mill/tiers/routing.ts';
import type { Telemetry } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';

const showing = (rssMB: number, peakRssMB = rssMB): Telemetry => ({
  lastHeartbeat: '2024-01-01T00:00:02.000Z',
  lastMemory: { rssMB, heapUsedMB: rssMB / 2, timestamp: '2024-01-01T00:00:02.000Z' },
  peakRssMB,
  entities: 0,
});
const withHeap = (heapUsedMB: number): Telemetry => {
  const { lastMemory, ...shown } = showing(1_200);
  return { ...shown, lastMemory: { ...lastMemory, heapUsedMB, heapLimitMB: 1_331 } };
};
const heapError = {
  code: 'OUT_OF_MEMORY',
  message: 'Reached heap limit Allocation failed - JavaScript heap out of memory',
};
const otherError = { code: 'UNAVAILABLE', message: 'the store did not answer' };

describe('after a death', () => {
  test.each<[string, Remains, { to: string | undefined; because?: string }]>([
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
      { to: undefined, because: 'its last heartbeat showed 6200 MB of 8192 MB' },
    ],
    [
      'with a heap that was nearly full it is moved up, however little was resident',
      { resources: 'standard', attempts: 1, telemetry: withHeap(1_140) },
      { to: 'high-mem', because: 'its last heartbeat showed a heap of 1140 MB of 1331 MB' },
    ],
    [
      'with a heap at the threshold it stays',
      { resources: 'standard', attempts: 1, telemetry: withHeap(1_131) },
      { to: 'standard' },
    ],
    [
      'of memory on the larger tier with others at work it is tried again: which of them took it is not known',
      { resources: 'high-mem', attempts: 1, telemetry: { ...showing(6_200), tasksAtOnce: 2 } },
      { to: 'high-mem', because: 'with other tasks at work, its last heartbeat showed 6200 MB of 8192 MB' },
    ],
    [
      'of memory with others at work it is moved up where there is room',
      { resources: 'standard', attempts: 1, telemetry: { ...showing(1_600), tasksAtOnce: 2 } },
      { to: 'high-mem', because: 'its last heartbeat showed 1600 MB of 2048 MB' },
    ],
    [
      'the threshold is that of its own tier',
      { resources: 'high-mem', attempts: 1, telemetry: showing(2_000) },
      { to: 'high-mem' },
    ],
  ])('%s', (_, remains, route) => {
    const { outgrown, ...found } = routeAfterDeath(remains, DEFAULT_TIERS);
    expect(found).toEqual(route);
    expect(outgrown?.tier).toBe(/^its .*(memory|heartbeat)/.test(route.because ?? '') ? remains.resources : undefined);
  });

  test.each([
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'Array buffer allocation failed',
    'spawn ENOMEM',
    'ERR_WORKER_OUT_OF_MEMORY',
    'Cannot allocate memory',
  ])('"%s" speaks of memory', (message) => {
    expect(
      deathByMemory({ resources: 'standard', attempts: 1, lastError: { code: 'X', message } }, DEFAULT_TIERS),
    ).toBeDefined();
  });
});

describe('with more tiers than the two of the specification', () => {
  const tiers = Tiers.parse([
    { name: 'small', memoryMB: 256 },
    { name: 'medium', memoryMB: 512 },
    { name: 'large', memoryMB: 1_024 },
    { name: 'huge', memoryMB: 4_096 },
  ]);
  test.each<[string, Remains, string | undefined]>([
    ['a death moves up by one', { resources: 'small', attempts: 1, telemetry: showing(250) }, 'medium'],
    ['the last attempt is on the largest', { resources: 'medium', attempts: 2, telemetry: showing(500) }, 'huge'],
    ['above the largest there is none', { resources: 'huge', attempts: 1, telemetry: showing(4_000) }, undefined],
    ['two deaths without a word go to the largest', { resources: 'small', attempts: 2 }, 'huge'],
    ['a tier that is gone counts as the largest', { resources: 'gone', attempts: 1 }, 'huge'],
  ])('%s', (_, remains, to) => {
    expect(routeAfterDeath(remains, tiers).to).toBe(to);
  });
});
