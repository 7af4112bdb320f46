/** Days go when they have had their time: never before they are rolled up, nor while a run may read them; and what is rolled up still answers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFirestore } from '../../../../src/google/firestore-client.ts';
import { firestoreSelections } from '../../../../src/google/meter/firestore-selections.ts';
import { composeMeter, type MeterPorts } from '../../../../src/compose-meter.ts';
import { readConfig } from '../../../../src/config/config.ts';
import { answerQuery } from '../../../../src/meter/answers/query/query.ts';
import { closedDay, rowsOf } from '../../../../src/meter/answers/closed-days.ts';
import { DEFAULT_LIMITS } from '../../../../src/meter/model/limits.ts';
import { Samples } from '../../../../src/meter/model/samples.ts';
import { keptDays } from '../../../../src/meter/rollups/expiry.ts';
import { compactDay } from '../../../../src/meter/steps/compact/compact-day.ts';
import { rollUpDay } from '../../../../src/meter/steps/compact/roll-up-day.ts';
import { createPartitions, listPartitions } from '../../../../src/meter/steps/retain/partitions.ts';
import { retain } from '../../../../src/meter/steps/retain/retain.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../../../support/firestore-under-test.ts';

const DAY_MS = 86_400_000;
const DAY = '2026-01-10';
const START = Date.parse(`${DAY}T00:00:00Z`);
const KEY = { organization: 'acme', day: DAY };

let firestore: FirestoreUnderTest;
let ports: MeterPorts;
beforeAll(async () => {
  firestore = await firestoreUnderTest({});
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  const env = { DAYMILL_PROJECT: 'demo-retain', DAYMILL_LOG: 'silent' };
  ports = composeMeter(readConfig(env, process.cwd(), process.pid));
  const ids = (await ports.days.identify(
    KEY,
    Uint32Array.of(0),
    () => ({ labels: [['__name__', 'requests_total']] }),
    10,
  )) as number[];
  for (let hour = 0; hour < 24; hour++) {
    const samples = new Samples();
    for (let at = 0; at < 60; at++)
      samples.pushDouble(0, START + hour * 3_600_000 + (at + 1) * 60_000 - 1_000, hour * 60 + at);
    const event = { kind: 'commands' as const, id: `e${hour}`, timestampMs: START + hour, fields: { id: `e${hour}` } };
    await ports.days.commit([
      {
        samples: [{ ...KEY, samples, ids: Uint32Array.from(ids) }],
        events: [{ ...KEY, kind: 'commands', events: [event] }],
        claims: [],
        documents: [],
      },
    ]);
  }
});
afterAll(async () => {
  await ports.close();
  delete process.env['FIRESTORE_EMULATOR_HOST'];
  await firestore.close();
});

/** So many days after the day's own. */
const after = (days: number) => ({ ...ports, clock: { ...ports.clock, now: () => START + (1 + days) * DAY_MS } });

const increase = async () => {
  const at = START + DAY_MS;
  const request = { query: 'increase(requests_total[6h])', startMs: at, endMs: at, stepMs: 0 };
  const { result } = await answerQuery('acme', request, ports, new AbortController().signal);
  return 'series' in result ? result.series.map(({ values }) => values[0]) : [];
};

test('samples are kept as long as others may come late', () => {
  const limits = { ...DEFAULT_LIMITS, samples_retention_days: 1, past_grace_period: 7 * 86_400 };
  expect(keptDays('samples', limits)).toBe(8);
  expect(keptDays('rollups', { ...limits, rollups_retention_days: 1 })).toBe(8);
});

test('a day goes part by part, when each has had its time', async () => {
  const fresh = await retain('acme', false, after(29));
  expect(fresh).toEqual({ dropped: [], kept: [], documents: 0, dollars: 0 });

  const early = await retain('acme', false, after(30));
  expect(early.dropped).toEqual([]);
  expect(early.kept).toMatchObject([{ day: DAY, part: 'samples', reason: expect.stringContaining('not rolled up') }]);

  const before = await increase();
  expect(before).toEqual([expect.closeTo(360, 0)]);
  await compactDay(KEY, true, after(1));
  expect(await rollUpDay(KEY, after(1))).toBe(true);
  expect(await listPartitions('acme', ports)).toMatchObject([{ day: DAY, samples: 1_440, series: 1, rolledUp: true }]);

  const db = openFirestore({ projectId: 'demo-retain', databaseId: '(default)' });
  const closing = { days: ports.days, selections: firestoreSelections(db), clock: ports.clock };
  const content = await ports.days.content(KEY, 'samples');
  const closed = await closedDay({ kind: 'samples', labels: { __name__: 'requests_total' } }, KEY, closing);
  expect(closed).toMatchObject({ day: DAY });
  const run = db.collection('computation_runs').doc('run-1');
  await run.set({ status: 'RUNNING', createdMs: START + 31 * DAY_MS });
  const held = await retain('acme', false, after(30));
  expect(held.kept).toMatchObject([{ part: 'samples', reason: expect.stringContaining('run-1 is under way') }]);
  await run.delete();

  expect(await retain('acme', true, after(30))).toMatchObject({ dropped: [`${DAY}/samples`], documents: 0 });
  const dropped = await retain('acme', false, after(30));
  expect(dropped).toMatchObject({ dropped: [`${DAY}/samples`], kept: [] });
  expect(dropped.documents).toBeGreaterThan(0);
  expect(dropped.dollars).toBeCloseTo(dropped.documents * 1e-7, 12);
  expect(await retain('acme', false, after(30))).toMatchObject({ dropped: [], kept: [] });

  // The samples are gone, and what they came to is not.
  // Who has computed on the day finds it as it was, so that nothing runs again; who would read it is told why not.
  expect(await ports.days.content(KEY, 'samples')).toEqual({ ...content, isDropped: true });
  const one = { kind: 'samples', labels: { __name__: 'requests_total' } } as const;
  expect(await closedDay(one, KEY, closing)).toEqual(closed);
  expect(await closedDay({ ...one, labels: { __name__: 'other' } }, KEY, closing)).toBeUndefined();
  await expect(Array.fromAsync(rowsOf(one, KEY, closing))).rejects.toThrow('Raise samples_retention_days');
  expect(await increase()).toEqual([expect.closeTo(360, 0)]);
  expect(await listPartitions('acme', ports)).toMatchObject([{ samples: 0, rolledUp: true }]);

  expect((await retain('acme', false, after(400))).dropped).toEqual([`${DAY}/events`, `${DAY}/rollups`, DAY]);
  expect(await ports.days.days('acme')).toEqual([]);
  await db.terminate();
});

test('days are prepared once', async () => {
  const now = after(0);
  expect(await createPartitions('globex', 2, now)).toEqual(['2026-01-10', '2026-01-11', '2026-01-12', '2026-01-13']);
  expect(await createPartitions('globex', 2, now)).toEqual([]);
  const key = { organization: 'globex', day: '2026-01-12' };
  const ids = await ports.days.identify(key, Uint32Array.of(0), () => ({ labels: [['__name__', 'a']] }), 10);
  expect(ids).toEqual([1]);
});
