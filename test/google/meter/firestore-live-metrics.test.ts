/** Live metrics in Firestore: two instances that write at once, answers that are lost, and how many documents it takes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreLiveMetrics } from '../../../src/google/meter/firestore-live-metrics.ts';
import { shardOf } from '../../../src/google/meter/live-paths.ts';
import { MetricTable } from '../../../src/meter/steps/runtimes/metric-table.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';

const clock = { now: () => 1_700_000_000_000 };

describe.each([
  { network: 'a good network', options: undefined },
  {
    network: 'a network that loses half of the answers to commits',
    options: { faults: { seed: 3, rules: [{ method: 'Commit', probability: 0.5, fault: { kind: 'error-after' } }] } },
  } as const,
  {
    network: 'a network on which half of the commits seem to take too long',
    options: {
      faults: { seed: 5, rules: [{ method: 'Commit', probability: 0.5, fault: { kind: 'deadline-exceeded-after' } }] },
    },
  } as const,
])('live metrics on $network', ({ options }) => {
  let under: FirestoreUnderTest;
  beforeAll(async () => {
    under = await firestoreUnderTest(options);
  });
  afterAll(() => under.close());

  const tables = () => {
    const organization = `org-${randomUUID()}`;
    const open = () => firestoreLiveMetrics(under.newClient(), { organization, clock });
    return { organization, store: open(), one: new MetricTable(open()), other: new MetricTable(open()) };
  };
  const until = async (act: () => Promise<unknown>): Promise<void> => {
    for (let attempt = 0; attempt < 50; attempt++) {
      try {
        await act();
        return;
      } catch (thrown) {
        if (attempt === 49) throw thrown;
      }
    }
  };

  test('two instances that write at once lose no count and count none twice', async () => {
    const { one, other, store } = tables();
    const ids = ['a', 'b.c', 'd'];
    for (let beat = 1; beat <= 5; beat++) {
      for (const table of [one, other])
        for (const id of ids) table.updates(id, { success_count: 1, throughput: 0.5, cpu_ema: beat }, beat);
      await Promise.all([one, other].map((table) => table.write().catch(() => 0)));
    }
    await Promise.all([one, other].map((table) => until(() => table.write())));
    for (const id of ids)
      expect(await store.fetch(id)).toMatchObject({ success_count: 10, throughput: 5, last_heartbeat: 5 });
  });

  test('a heartbeat that is older than what another instance wrote does not move the last one back', async () => {
    const { one, other, store } = tables();
    one.updates('a', {}, 2_000);
    await until(() => one.write());
    other.updates('a', {}, 1_000);
    await until(() => other.write());
    expect(await store.fetch('a')).toEqual({ last_heartbeat: 2_000 });
  });

  test('what is deleted is gone, and what stands beside it stays', async () => {
    const { one, store } = tables();
    const ids = Array.from({ length: 600 }, (_, at) => `runtime-${at}`);
    for (const id of ids) one.updates(id, { success_count: 1 }, 1);
    await until(() => one.write());
    for (const id of ids.slice(0, 300)) one.deleteCoordinator(id);
    await until(() => one.dbDelete());
    const found = await Promise.all(ids.map((id) => store.fetch(id)));
    expect(found.map((row) => row !== undefined)).toEqual(ids.map((_, at) => at >= 300));
    expect(found.at(-1)).toEqual({ success_count: 1, last_heartbeat: 1 });
  });

  test('another organization has none of it', async () => {
    const { one } = tables();
    one.updates('a', {}, 1);
    await until(() => one.write());
    expect(await tables().store.fetch('a')).toBeUndefined();
  });
});

test('ten thousand runtimes are a few hundred writes, also where a document has more than 500 transforms', async () => {
  const under = await firestoreUnderTest({});
  try {
    const organization = 'many';
    const store = firestoreLiveMetrics(under.client, { organization, clock });
    const table = new MetricTable(store);
    for (let at = 0; at < 10_000; at++)
      table.updates(`r${at}`, { success_count: 1, failure_count: 1, throughput: 1 }, 1);
    await table.write();
    expect(under.emulator?.counters().writes).toBeLessThan(400);
    under.emulator?.resetCounters();
    for (let at = 0; at < 10_000; at++) table.deleteCoordinator(`r${at}`);
    await table.dbDelete();
    expect(under.emulator?.counters().writes).toBeLessThanOrEqual(256);
    expect(await store.fetch('r1')).toBeUndefined();

    // Ids of one document alone.
    const same: string[] = [];
    for (let at = 0; same.length < 400; at++) if (shardOf(`s${at}`) === '00') same.push(`s${at}`);
    for (const id of same) table.updates(id, { success_count: 1, failure_count: 1, throughput: 1 }, 2);
    await table.write();
    const found = await Promise.all(same.map((id) => store.fetch(id)));
    expect(found.filter((row) => row?.['throughput'] === 1)).toHaveLength(400);
  } finally {
    await under.close();
  }
});
