/** Compactors that are killed at any moment, two of them at once, while samples come in: in the end each sample is there once. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFirestore } from '../../src/google/firestore-client.ts';
import { firestoreChunks } from '../../src/google/meter/firestore-chunks.ts';
import { firestoreDays } from '../../src/google/meter/firestore-days.ts';
import { Samples } from '../../src/meter/model/samples.ts';
import type { DayKey } from '../../src/meter/ports/day-store.ts';
import { compactDay } from '../../src/meter/steps/compact/compact-day.ts';
import { rollUpDay } from '../../src/meter/steps/compact/roll-up-day.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../support/firestore-under-test.ts';
import { LONG } from '../support/long.ts';

const KILLS = Number(process.env['DAYMILL_KILLS'] ?? 30);
const SERIES = 20;
const DAY = '2026-03-01';
const START = Date.parse(`${DAY}T00:00:00Z`);
const KEY: DayKey = { organization: 'acme', day: DAY };

describe.runIf(LONG)(`compactors that are killed ${KILLS} times`, () => {
  let firestore: FirestoreUnderTest;
  beforeAll(async () => {
    firestore = await firestoreUnderTest({});
    process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  });
  afterAll(async () => {
    delete process.env['FIRESTORE_EMULATOR_HOST'];
    await firestore.close();
  });

  const compactor = async (): Promise<ChildProcess> => {
    const child = fork(new URL('../support/compacting-process.ts', import.meta.url), [JSON.stringify(KEY)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    return child;
  };

  test('lose nothing, and have nothing twice', async () => {
    const db = openFirestore({ projectId: 'demo-compact', databaseId: '(default)' });
    const days = firestoreDays(db);
    const numbers = Uint32Array.from({ length: SERIES }, (_, number) => number);
    const seriesOf = (number: number) => ({ labels: [['__name__', `metric_${number}`]] as const });
    const ids = Uint32Array.from((await days.identify(KEY, numbers, seriesOf, 1_000)) as number[]);
    const load = { isOver: false, sent: 0 };
    const sending = (async () => {
      while (!load.isOver) {
        const samples = new Samples();
        for (let number = 0; number < SERIES; number++)
          samples.pushDouble(number, START + load.sent * 1_000, number + load.sent);
        await days.commit([{ samples: [{ ...KEY, samples, ids }], events: [], claims: [], documents: [] }]);
        load.sent++;
      }
    })();
    const children = [await compactor(), await compactor()];
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(20 + Math.random() * 300);
      const at = kill % 2;
      const child = children[at] as ChildProcess;
      child.kill('SIGKILL');
      await once(child, 'exit');
      children[at] = await compactor();
    }
    load.isOver = true;
    await sending;
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const seen = new Map<string, number>();
    const read = async (): Promise<void> => {
      seen.clear();
      for await (const { samples } of days.segments(KEY))
        for (let at = 0; at < samples.length; at++) {
          const name = `${samples.series[at]}@${samples.timestampsMs[at]}=${samples.numberAt(at)}`;
          seen.set(name, (seen.get(name) ?? 0) + 1);
        }
    };
    const check = async (): Promise<void> => {
      await read();
      expect(seen.size).toBe(load.sent * SERIES);
      expect([...seen.values()].filter((times) => times !== 1)).toEqual([]);
      expect((await days.content(KEY, 'samples'))?.items).toBe(load.sent * SERIES);
    };
    await check();
    const ports = {
      days,
      chunks: firestoreChunks(db),
      clock: { now: () => Date.now() },
      newId: () => crypto.randomUUID(),
    };
    await compactDay(KEY, true, ports);
    expect(await rollUpDay(KEY, ports)).toBe(true);
    await check();
    expect((await days.stored(KEY)).segments).toBeLessThan(10);
    console.log(`${load.sent * SERIES} samples in ${load.sent} segments, each there once after ${KILLS} kills`);
    await db.terminate();
  }, 600_000);
});
