import { describe, expect, test } from 'vitest';
import {
  fits,
  freshness,
  infoOf,
  isStale,
  keysOf,
  type Runtime,
  sunk,
  wordsOf,
} from '../../../src/dashboard/explore/runtime-rows.ts';
import { silenceMs } from '../../../src/meter/model/runtime.ts';

const NOW = 1_000_000;

const runtime = (name: string, more: Partial<Runtime> = {}): Runtime => ({
  runtime_id: name,
  name,
  type: 'worker_pool',
  status: 'ready',
  labels: {},
  capabilities: [],
  runtime_info: {},
  heartbeat_interval_seconds: 30,
  registered_at: '2026-01-01T00:00:00Z',
  status_since: '2026-01-01T00:00:00Z',
  ...more,
});

describe('how fresh a component is', () => {
  test.each([
    [0, 1],
    [45_000, 0.5],
    [90_000, 0],
    [900_000, 0],
    [-5_000, 1],
  ])('after %i ms of silence', (silentMs, share) => {
    expect(freshness(runtime('a'), NOW - silentMs, NOW)).toBe(share);
  });

  test('is not known of one that was never heard of', () => {
    expect(freshness(runtime('a'), undefined, NOW)).toBeUndefined();
    expect(isStale(runtime('a'), undefined, NOW)).toBe(true);
  });

  test('ends when the server takes it for silent', () => {
    const silent = silenceMs(30_000);
    expect(isStale(runtime('a'), NOW - silent + 1, NOW)).toBe(false);
    expect(isStale(runtime('a'), NOW - silent, NOW)).toBe(true);
    expect(isStale(runtime('a', { status: 'offline' }), NOW, NOW)).toBe(true);
  });
});

test('what is silent sinks, the rest is by name', () => {
  const heard = new Map([
    ['b', NOW],
    ['a', NOW],
    ['d', NOW - 500_000],
  ]);
  expect(
    sunk(
      ['d', 'b', 'c', 'a'].map((name) => runtime(name)),
      heard,
      NOW,
    ).map(({ name }) => name),
  ).toEqual(['a', 'b', 'c', 'd']);
  expect(sunk([runtime('a', { status: 'offline' }), runtime('b')], heard, NOW).map(({ name }) => name)).toEqual([
    'b',
    'a',
  ]);
});

test.each([
  ['mail', true],
  ['EU mail', true],
  ['1.2.0', true],
  ['mail us', false],
  ['', true],
])('a filter of "%s" fits: %s', (wanted, isFit) => {
  expect(fits(runtime('mail-1', { labels: { region: 'eu' }, runtime_info: { version: '1.2.0' } }), wanted)).toBe(isFit);
});

test('keys are in the order in which they are looked at, those of a project after them', () => {
  expect(
    keysOf([
      { last_heartbeat: 1, own: 1, throughput: 1, cpu_time_ema: 1 },
      { cpu_ema: 1, another: 1 },
    ]),
  ).toEqual(['cpu_ema', 'throughput', 'another', 'own']);
  expect(keysOf([Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 1]))])).toHaveLength(8);
  expect(wordsOf('queue_len_ema')).toBe('Queue len');
});

test('version and tier are what it says of itself, else a label', () => {
  expect(infoOf(runtime('a', { runtime_info: { version: 3 }, labels: { tier: 'small' } }), 'version')).toBe('3');
  expect(infoOf(runtime('a', { labels: { tier: 'small' } }), 'tier')).toBe('small');
  expect(infoOf(runtime('a', { runtime_info: { version: { major: 1 } } }), 'version')).toBe('');
});
