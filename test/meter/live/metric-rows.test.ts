/** The live state of runtimes: strategies, what is refused, what is late, and what the store is told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricChange } from '../../../src/meter/live/metric-change.ts';
import { MetricRows } from '../../../src/meter/live/metric-rows.ts';
import {
  DEFAULT_STRATEGIES,
  JOB_TIME_BETA,
  LOAD_ALPHA,
  LOAD_TAU_MS,
  MAX_KEYS,
} from '../../../src/meter/live/metric-strategy.ts';

describe('a heartbeat', () => {
  test('is taken by the strategy of each of its keys', () => {
    const rows = new MetricRows();
    rows.update('a', { cpu_ema: 10, avg_job_time: 100, success_count: 3 }, 0);
    rows.update('a', { cpu_ema: 20, avg_job_time: 200, success_count: 2 }, 30_000);
    expect(rows.read('a')).toEqual({
      last_heartbeat: 30_000,
      cpu_ema: 10 + LOAD_ALPHA * 10,
      cpu_time_ema: 10 + (1 - Math.exp(-30_000 / LOAD_TAU_MS)) * 10,
      avg_job_time: 100 + JOB_TIME_BETA * 100,
      success_count: 5,
    });
  });

  test('that is older than the last changes nothing, and says so', () => {
    const rows = new MetricRows();
    rows.update('a', { cpu_ema: 10, success_count: 1 }, 1_000);
    const before = rows.read('a');
    rows.takeChanges();
    expect(rows.update('a', { cpu_ema: 99, success_count: 9 }, 999)).toEqual({ isLate: true, refused: [] });
    expect(rows.read('a')).toEqual(before);
    expect(rows.takeChanges()).toEqual([]);
  });

  test.each([
    [{ unheard_of: 1 }, 'unheard_of', /no strategy/],
    [{ ['__proto__']: 1 }, '__proto__', /no strategy/],
    [{ constructor: 1 }, 'constructor', /no strategy/],
    [{ last_heartbeat: 1 }, 'last_heartbeat', /time of the heartbeat/],
    [{ cpu_time_ema: 1 }, 'cpu_time_ema', /made of "cpu_ema"/],
    [{ cpu_ema: NaN }, 'cpu_ema', /finite/],
    [{ throughput: Infinity }, 'throughput', /finite/],
    [{ success_count: -1 }, 'success_count', /negative/],
    [{ cpu_ema: '5' as unknown as number }, 'cpu_ema', /finite/],
  ])('has its value in %j refused by name, and the rest taken', (bad, key, reason) => {
    const rows = new MetricRows();
    const { isLate, refused } = rows.update(
      'a',
      { ...bad, memory_ema: 5, ...(key === '__proto__' ? JSON.parse('{"__proto__":1}') : {}) },
      1,
    );
    expect(isLate).toBe(false);
    if (key !== '__proto__') expect(refused).toEqual([{ key, reason: expect.stringMatching(reason) }]);
    expect(rows.read('a')).toMatchObject({ last_heartbeat: 1, memory_ema: 5 });
    expect({}).not.toHaveProperty('polluted');
  });

  test('without a time is refused whole', () => {
    expect(() => new MetricRows().update('a', {}, NaN)).toThrow(/no time/);
  });

  test('may say what a strategy was registered for', () => {
    const rows = new MetricRows();
    rows.registerStrategy('open_connections', { kind: 'latest' });
    rows.registerStrategy('temperature', { kind: 'time-average', tauMs: 1_000 });
    rows.update('a', { open_connections: 5, temperature: 20 }, 0);
    rows.update('a', { open_connections: 3, temperature: 30 }, 1_000);
    expect(rows.value('a', 'open_connections')).toBe(3);
    expect(rows.value('a', 'temperature')).toBeCloseTo(20 + 10 * (1 - Math.exp(-1)), 10);
  });

  test('goes on for runtimes that were there before a strategy was', () => {
    const rows = new MetricRows();
    rows.update('a', { cpu_ema: 1 }, 0);
    rows.registerStrategy('extra', { kind: 'counter' });
    rows.update('a', { extra: 2 }, 1);
    expect(rows.read('a')).toMatchObject({ cpu_ema: 1, extra: 2 });
  });
});

describe('a strategy', () => {
  test.each([
    ['cpu_ema', { kind: 'latest' }, /already/],
    ['last_heartbeat', { kind: 'latest' }, /already/],
    ['__proto__', { kind: 'latest' }, /no name/],
    ['Upper', { kind: 'latest' }, /no name/],
    ['a'.repeat(101), { kind: 'latest' }, /no name/],
    ['x', { kind: 'average', alpha: 0 }, /weight/],
    ['x', { kind: 'average', alpha: 1.1 }, /weight/],
    ['x', { kind: 'average', alpha: NaN }, /weight/],
    ['x', { kind: 'time-average', tauMs: 0 }, /time constant/],
    ['x', { kind: 'time-average', tauMs: 1, of: 'nothing' }, /no strategy yet/],
  ] as const)('of %s %j is refused', (key, strategy, message) => {
    expect(() => new MetricRows().registerStrategy(key, strategy)).toThrow(message);
  });

  test('is refused beyond what a row can say has changed', () => {
    const rows = new MetricRows([]);
    for (let key = 1; key < MAX_KEYS; key++) rows.registerStrategy(`k${key}`, { kind: 'counter' });
    expect(() => rows.registerStrategy('one_more', { kind: 'counter' })).toThrow(/32/);
    rows.update('a', Object.fromEntries(Array.from({ length: MAX_KEYS - 1 }, (_, at) => [`k${at + 1}`, at])), 5);
    const [change] = rows.takeChanges();
    expect(Object.keys(change?.add ?? {})).toHaveLength(MAX_KEYS - 1);
  });
});

describe('changes', () => {
  test('are of what changed since they were taken last, counters as what was added', () => {
    const rows = new MetricRows();
    rows.update('a', { cpu_ema: 10, success_count: 3 }, 1);
    rows.update('a', { success_count: 4 }, 2);
    rows.update('b', {}, 3);
    expect(rows.takeChanges()).toEqual([
      { id: 'a', set: { cpu_ema: 10, cpu_time_ema: 10 }, add: { success_count: 7 }, max: { last_heartbeat: 2 } },
      { id: 'b', set: {}, add: {}, max: { last_heartbeat: 3 } },
    ]);
    expect(rows.takeChanges()).toEqual([]);
    rows.update('a', { success_count: 1, cpu_ema: 10 }, 4);
    expect(rows.takeChanges()).toEqual([{ id: 'a', set: {}, add: { success_count: 1 }, max: { last_heartbeat: 4 } }]);
  });

  test('of a runtime that was removed are none, also where its row has another', () => {
    const rows = new MetricRows();
    rows.update('a', { success_count: 3 }, 1);
    rows.remove('a');
    rows.update('b', { success_count: 1 }, 2);
    expect(rows.takeChanges()).toEqual([{ id: 'b', set: {}, add: { success_count: 1 }, max: { last_heartbeat: 2 } }]);
    expect(rows.tombstones).toEqual(['a']);
    expect(rows.read('a')).toBeUndefined();
    expect(rows.size).toBe(1);
  });

  test('added up are the counts, whatever comes between', () => {
    const beat = fc.record({ id: fc.constantFrom('a', 'b', 'c'), count: fc.nat(100), take: fc.boolean() });
    fc.assert(
      fc.property(fc.array(beat, { maxLength: 100 }), (beats) => {
        const rows = new MetricRows();
        const stored = new Map<string, number>();
        const store = (changes: readonly MetricChange[]) => {
          for (const { id, add } of changes) stored.set(id, (stored.get(id) ?? 0) + (add['throughput'] ?? 0));
        };
        const expected = new Map<string, number>();
        for (const [at, { id, count, take }] of beats.entries()) {
          rows.update(id, { throughput: count }, at);
          expected.set(id, (expected.get(id) ?? 0) + count);
          if (take) store(rows.takeChanges());
        }
        store(rows.takeChanges());
        expect(stored).toEqual(expected);
        for (const [id, count] of expected) expect(rows.value(id, 'throughput')).toBe(count);
      }),
    );
  });
});

describe('what the store has', () => {
  test('is where counters go on, and what averages go on from', () => {
    const rows = new MetricRows();
    rows.adopt('a', { cpu_ema: 50, success_count: 100, last_heartbeat: 1_000 });
    expect(rows.takeChanges()).toEqual([]);
    expect(rows.update('a', { cpu_ema: 60, success_count: 1 }, 999).isLate).toBe(true);
    rows.update('a', { cpu_ema: 60, success_count: 1 }, 1_001);
    expect(rows.read('a')).toMatchObject({ cpu_ema: 50 + LOAD_ALPHA * 10, success_count: 101 });
    expect(rows.takeChanges()).toMatchObject([{ id: 'a', add: { success_count: 1 } }]);
  });

  test('does not undo what heartbeats have said here, nor count it twice', () => {
    const rows = new MetricRows();
    rows.update('a', { cpu_ema: 10, success_count: 5 }, 10);
    rows.takeChanges();
    rows.update('a', { success_count: 2 }, 11);
    expect(rows.knows('a', 'cpu_ema')).toBe(true);
    expect(rows.knows('a', 'success_count')).toBe(false);
    // 100 of another instance, and the 5 that were written.
    rows.adopt('a', { cpu_ema: 99, success_count: 105, last_heartbeat: 5, gone_key: 1 });
    expect(rows.read('a')).toMatchObject({ cpu_ema: 10, success_count: 107, last_heartbeat: 11 });
    expect(rows.knows('a', 'success_count')).toBe(true);
  });

  test('is what averages go on from where others have heard of it since', () => {
    const rows = new MetricRows();
    rows.update('a', { cpu_ema: 10, success_count: 1 }, 0);
    rows.adopt('a', { cpu_ema: 90, cpu_time_ema: 90, success_count: 50, last_heartbeat: 60_000 });
    expect(rows.read('a')).toMatchObject({ cpu_ema: 90, success_count: 51, last_heartbeat: 60_000 });
    rows.update('a', { cpu_ema: 0 }, 120_000);
    expect(rows.value('a', 'cpu_time_ema')).toBeCloseTo(90 * Math.exp(-1), 9);
    expect(rows.update('a', {}, 59_999).isLate).toBe(true);
  });

  test('does not bring back what was removed', () => {
    const rows = new MetricRows();
    rows.remove('a');
    rows.adopt('a', { cpu_ema: 1 });
    expect(rows.read('a')).toBeUndefined();
    expect(rows.tombstones).toEqual(['a']);
    rows.update('a', {}, 1);
    expect(rows.tombstones).toEqual([]);
  });
});

test('ten thousand runtimes take a few hundred bytes each, and rows are used again', () => {
  const rows = new MetricRows();
  for (let at = 0; at < 10_000; at++) rows.update(`runtime-${at}`, { cpu_ema: at, success_count: 1 }, 1);
  const { bytes } = rows;
  expect(bytes / 10_000).toBeLessThan(350);
  for (let at = 0; at < 10_000; at++) rows.remove(`runtime-${at}`);
  for (let at = 0; at < 10_000; at++) rows.update(`other-${at}`, { cpu_ema: at }, 1);
  expect(rows.bytes).toBe(bytes);
  expect(rows.value('other-5', 'success_count')).toBeUndefined();
  expect([...DEFAULT_STRATEGIES.keys()].filter((key) => !rows.hasStrategy(key))).toEqual([]);
});
