/** Live minutes of two instances, written and merged: each sample counts once, whatever became of the answers. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreMinutes } from '../../../src/google/meter/firestore-minutes.ts';
import { LiveWindows } from '../../../src/meter/live/windows.ts';
import { mergedWindow } from '../../../src/meter/answers/metrics/merged-window.ts';
import { MinuteWriter } from '../../../src/meter/steps/live/minute-writer.ts';
import type { MinuteStore } from '../../../src/meter/ports/minutes.ts';
import type { Log } from '../../../src/process/ports.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';

const START = Date.UTC(2026, 0, 1, 23, 50);
const nothing = (): void => {};
const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

describe.each([
  { network: 'a good network', options: {} },
  {
    network: 'a network that loses half of the answers to commits',
    options: {
      faults: { seed: 2, rules: [{ method: 'Commit', probability: 0.5, fault: { kind: 'deadline-exceeded-after' } }] },
    },
  } as const,
])('minutes on $network', ({ options }) => {
  let under: FirestoreUnderTest;
  beforeAll(async () => {
    under = await firestoreUnderTest(options);
  });
  afterAll(() => under.close());

  test('of two instances are merged, over midnight as well', async () => {
    const organization = `org-${randomUUID()}`;
    const store = firestoreMinutes(under.client);
    let now = START;
    const open = (instance: string) => {
      const windows = new LiveWindows();
      const writer = new MinuteWriter({
        windows,
        store,
        clock: { now: () => now },
        log,
        instance,
        nameOf: (_, series) => `s${series}`,
      });
      return { windows, writer };
    };
    const instances = [open('one'), open('two')];
    let sample = 0;
    for (; now < START + 20 * 60_000; now += 5_000) {
      const { windows } = instances[sample++ % 2] as (typeof instances)[0];
      windows.add(organization, 1, { kind: 'counter', atMs: now, value: sample }, now);
      windows.add(organization, 2, { kind: 'gauge', atMs: now, value: sample % 10 }, now);
      if (sample % 50 === 0) await Promise.all(instances.map(({ writer }) => writer.flush()));
    }
    now += 10 * 60_000;
    for (let attempt = 0; attempt < 30; attempt++) await Promise.all(instances.map(({ writer }) => writer.flush()));
    expect(instances.map(({ writer }) => [writer.waiting, writer.dropped])).toEqual([
      [0, 0],
      [0, 0],
    ]);

    const ask = (window: '15m' | '1h', atMs: number) =>
      mergedWindow(organization, { window, atMs, quantiles: [0.5] }, { minutes: store });
    const hour = await ask('1h', START);
    // Ten minutes before midnight, a sample every five seconds.
    expect(hour.get('s1')).toMatchObject({ count: 120, rate: 0.2, max: 120 });
    expect(hour.get('s2')).toMatchObject({ count: 120, sum: 540, min: 0, max: 9 });
    expect((await ask('15m', START + 10 * 60_000)).get('s1')).toMatchObject({ count: 120, min: 121, max: 240 });
    expect((await ask('1h', START + 24 * 3_600_000)).size).toBe(0);
    expect((await mergedWindow('another', { window: '1d', atMs: START, quantiles: [] }, { minutes: store })).size).toBe(
      0,
    );
  });
});

test('what cannot be written waits, bounded, and is written under the same id', async () => {
  const windows = new LiveWindows();
  const seen: string[] = [];
  let isDown = true;
  const store: MinuteStore = {
    write(id) {
      seen.push(id);
      return isDown ? Promise.reject(new Error('down')) : Promise.resolve();
    },
    read: () => Promise.resolve([]),
  };
  const writer = new MinuteWriter({
    windows,
    store,
    clock: { now: () => START + 600_000 },
    log,
    instance: 'i',
    nameOf: () => 's',
  });
  windows.add('org', 1, { kind: 'gauge', atMs: START, value: 1 }, START);
  expect(await writer.flush()).toBe(0);
  expect(writer.waiting).toBe(1);
  isDown = false;
  expect(await writer.flush()).toBe(1);
  expect(await writer.flush()).toBe(0);
  expect(writer.waiting).toBe(0);
  expect(new Set(seen).size).toBe(1);
});
