/** What a reader knows of a day's series, while others add to it and drop it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Firestore } from '@google-cloud/firestore';
import { DayDictionaries } from '../../../src/google/meter/day-dictionary.ts';
import { firestoreDays } from '../../../src/google/meter/firestore-days.ts';
import { firestoreUnderTest } from '../../support/firestore-under-test.ts';

const KEY = { organization: 'acme', day: '2026-03-01' };
const seriesOf = (name: string) => () => ({ labels: [['__name__', name] as const] });

let firestore: Awaited<ReturnType<typeof firestoreUnderTest>>;
let db: Firestore;
beforeAll(async () => {
  firestore = await firestoreUnderTest();
  db = firestore.newClient();
});
afterAll(() => firestore.close());

test('what others add is read, what was read is not, and a day that was dropped is begun anew', async () => {
  const dictionaries = new DayDictionaries(db);
  expect(await dictionaries.read(KEY)).toEqual({ series: new Map(), byName: new Map(), metadata: [] });
  const writer = firestoreDays(firestore.newClient());
  await writer.identify(KEY, Uint32Array.of(0), seriesOf('a'), 10);
  const [first, again] = await Promise.all([dictionaries.read(KEY), dictionaries.read(KEY)]);
  expect([...first.byName]).toEqual([['a', [1]]]);
  expect(again.series).toBe(first.series);
  await writer.identify(KEY, Uint32Array.of(1), seriesOf('b'), 10);
  await writer.describe(KEY, [{ name: 'b', type: 'gauge' }]);
  const more = await dictionaries.read(KEY);
  expect(more.series).toBe(first.series);
  expect([...more.byName]).toEqual([
    ['a', [1]],
    ['b', [2]],
  ]);
  expect(more.metadata).toEqual([{ name: 'b', type: 'gauge' }]);

  await db.recursiveDelete(db.doc('orgs/acme/days/2026-03-01'));
  expect((await dictionaries.read(KEY)).byName.size).toBe(0);
  await firestoreDays(firestore.newClient()).identify(KEY, Uint32Array.of(0), seriesOf('c'), 10);
  expect([...(await dictionaries.read(KEY)).byName]).toEqual([['c', [1]]]);
});
