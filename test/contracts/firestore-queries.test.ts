/** Queries and aggregations, seen by the official client. The rules in bulk are in firestore-query-oracle.test.ts. */
import { AggregateField, FieldPath, Filter } from '@google-cloud/firestore';
import type { CollectionReference, DocumentData, Query } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../support/firestore-under-test.ts';

const ids = async (query: Query): Promise<string[]> => (await query.get()).docs.map(({ id }) => id);

describe('queries', () => {
  let cloud: FirestoreUnderTest;
  beforeAll(async () => {
    cloud = await firestoreUnderTest();
  });
  afterAll(() => cloud.close());

  async function filled(
    documents: Record<string, DocumentData>,
    root = cloud.collection(),
  ): Promise<CollectionReference> {
    const batch = cloud.client.batch();
    for (const [id, data] of Object.entries(documents)) batch.set(root.doc(id), data);
    await batch.commit();
    return root;
  }

  // The cases and answers of the Android SDK's own integration tests on the service (QueryTest.java).
  test('null and NaN are found by their own operators only', async () => {
    const zips = await filled({
      a: { zip: 98101 },
      b: { zip: [98101, 98102] },
      c: { zip: null },
      d: { zip: NaN },
      e: { code: 1 },
      f: { zip: [null, NaN] },
    });
    expect(await ids(zips.where('zip', '==', null))).toEqual(['c']);
    expect(await ids(zips.where('zip', '==', NaN))).toEqual(['d']);
    expect(await ids(zips.where('zip', '!=', null))).toEqual(['d', 'a', 'f', 'b']);
    expect(await ids(zips.where('zip', '!=', NaN))).toEqual(['a', 'f', 'b']);
    expect(await ids(zips.where('zip', 'in', [null, 98101]))).toEqual(['a']);
    expect(await ids(zips.where('zip', 'in', [NaN]))).toEqual([]);
    expect(await ids(zips.where('zip', 'not-in', [98101, NaN]))).toEqual(['f', 'b']);
    expect(await ids(zips.where('zip', 'not-in', [null]))).toEqual([]);
    expect(await ids(zips.where('zip', 'array-contains-any', [null, 98102]))).toEqual(['b']);
  });

  test('NaN is in no inequality, for queries and aggregates, with cursors and beside other types', async () => {
    const root = await filled({ nan: { x: NaN, k: 1 }, one: { x: 1, k: 1 }, low: { x: -Infinity }, yes: { x: true } });
    expect(await ids(root.where('x', '<', 5))).toEqual(['low', 'one']);
    expect(await ids(root.where('x', '<=', -Infinity))).toEqual(['low']);
    expect(await ids(root.where('x', '<', -Infinity))).toEqual([]);
    expect(await ids(root.where('x', '<=', 5).where('k', '==', 1))).toEqual(['one']);
    expect(await ids(root.where('x', '<', 5).orderBy('x', 'desc'))).toEqual(['one', 'low']);
    expect(await ids(root.where('x', '<', 5).orderBy('x').startAt(NaN))).toEqual(['low', 'one']);
    expect(await ids(root.where('x', '<', 5).orderBy('x').endAt(NaN))).toEqual([]);
    const all = { count: AggregateField.count(), average: AggregateField.average('x') };
    const few = root.where('x', '<', 5).where('k', '==', 1);
    expect((await few.aggregate(all).get()).data()).toEqual({ count: 1, average: 1 });
    expect((await root.where('x', '<=', 5).count().get()).data().count).toBe(2);
    // The order itself has it: before every number, after every boolean.
    expect(await ids(root.orderBy('x'))).toEqual(['yes', 'nan', 'low', 'one']);
    expect(await ids(root.orderBy('x').startAt(NaN).endBefore(1))).toEqual(['nan', 'low']);
  });

  test('inequalities stay within a type', async () => {
    const mixed = await filled({
      a: { v: 1 },
      b: { v: '1' },
      c: { v: true },
      d: { v: 2.5 },
      e: { v: [1] },
      f: { v: { x: 1 } },
    });
    expect(await ids(mixed.where('v', '>', 0))).toEqual(['a', 'd']);
    expect(await ids(mixed.where('v', '<=', '2'))).toEqual(['b']);
    expect(await ids(mixed.where('v', '>=', false))).toEqual(['c']);
    expect(await ids(mixed.orderBy('v'))).toEqual(['c', 'a', 'd', 'b', 'e', 'f']);
  });

  test('integers beyond 2^53 keep their place beside doubles', async () => {
    const exact = cloud.newClient();
    exact.settings({ useBigInt: true });
    const root = exact.collection(cloud.collection().path);
    for (const [id, v] of [
      ['a', 2n ** 53n],
      ['b', 2n ** 53n + 1n],
      ['c', 2 ** 53 + 2],
      ['d', 2n ** 63n - 1n],
      ['e', 2 ** 63],
    ] as const) {
      await root.doc(id).set({ v });
    }
    expect(await ids(root.orderBy('v', 'desc'))).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(await ids(root.where('v', '==', 2 ** 53))).toEqual(['a']);
    expect(await ids(root.where('v', '>', 2 ** 53))).toEqual(['b', 'c', 'd', 'e']);
  });

  test('documents come by the UTF-8 bytes of their ids, numeric ids first', async () => {
    const order = ['__id-5__', '__id7__', '__id10__', '-', 'A', 'a', 'a-b', 'a0', 'é', '\ufffd', '\u{1f600}'];
    const root = await filled(Object.fromEntries(order.toReversed().map((id) => [id, { v: 1 }])));
    expect(await ids(root)).toEqual(order);
    expect(await ids(root.orderBy(FieldPath.documentId(), 'desc'))).toEqual(order.toReversed());
    expect(await ids(root.where('v', '==', 1))).toEqual(order);
    expect(await ids(root.where(FieldPath.documentId(), '>', 'a0'))).toEqual(order.slice(8));
    expect(await ids(root.where(FieldPath.documentId(), 'in', ['é', 'A', 'none']))).toEqual(['A', 'é']);
    expect(await ids(root.orderBy(FieldPath.documentId()).startAfter('-').endAt('a-b'))).toEqual(['A', 'a', 'a-b']);
  });

  test('a missing field never matches and leaves a document out of its order', async () => {
    const root = await filled({ a: { x: 1 }, b: { x: 2, y: 1 }, c: { y: 2 } });
    expect(await ids(root.orderBy('x'))).toEqual(['a', 'b']);
    expect(await ids(root.where('x', '!=', 1))).toEqual(['b']);
    expect(await ids(root.where(Filter.or(Filter.where('x', '>', 0), Filter.where('y', '==', 2))))).toEqual(['a', 'b']);
  });

  test('limit, limitToLast, offset, cursors and select', async () => {
    const root = await filled(
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`d${n}`, { n, half: n >> 1, map: { x: n, y: 1 } }])),
    );
    expect(await ids(root.orderBy('n').limit(2))).toEqual(['d0', 'd1']);
    expect(await ids(root.orderBy('n').limitToLast(2))).toEqual(['d7', 'd8']);
    expect(await ids(root.orderBy('half', 'desc').offset(1).limit(3))).toEqual(['d7', 'd6', 'd5']);
    expect(await ids(root.orderBy('half').orderBy('n', 'desc').startAt(1).endBefore(2, 5))).toEqual(['d3', 'd2']);
    const from = await root.doc('d4').get();
    expect(await ids(root.orderBy('half', 'desc').startAfter(from))).toEqual(['d3', 'd2', 'd1', 'd0']);
    const selected = await root.where('n', '==', 3).select('map.x', 'none').get();
    expect(selected.docs.map((found) => found.data())).toEqual([{ map: { x: 3 } }]);
    const names = await root.where('n', '>', 7).select().get();
    expect(names.docs.map((found) => [found.id, found.data()])).toEqual([['d8', {}]]);
    expect(await ids(root.limit(0))).toEqual([]);
  });

  test('a collection group takes in collections of its name at any depth, below its parent only', async () => {
    const group = `g-${cloud.collection().id}`;
    const root = cloud.collection();
    await filled({ b: { v: 1 } }, root.doc('x').collection(group));
    await filled({ a: { v: 2 } }, root.doc('y/z/w').collection(group));
    await filled({ c: { v: 1 } }, cloud.client.collection(group));
    await filled({ d: { v: 1 } }, cloud.client.collection(group).doc('c').collection(group));
    await filled({ e: { v: 1 } }, root.doc('x').collection(`${group}x`));
    expect((await ids(cloud.client.collectionGroup(group))).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect(await ids(cloud.client.collectionGroup(group).where('v', '==', 2))).toEqual(['a']);
    expect(await ids(cloud.client.collection(group))).toEqual(['c']);
  });

  test('count, sum and average', async () => {
    const root = await filled({
      a: { n: 1, k: 1 },
      b: { n: 2.5, k: 1 },
      c: { n: 'x', k: 1 },
      d: { k: 1 },
      e: { n: 10, k: 2 },
    });
    const all = { count: AggregateField.count(), sum: AggregateField.sum('n'), average: AggregateField.average('n') };
    expect((await root.where('k', '==', 1).aggregate(all).get()).data()).toEqual({ count: 3, sum: 3.5, average: 1.75 });
    expect((await root.where('k', '==', 9).aggregate(all).get()).data()).toEqual({ count: 0, sum: 0, average: null });
    expect((await root.count().get()).data().count).toBe(5);
    expect((await root.limit(2).count().get()).data().count).toBe(2);
    const most = await filled({ a: { n: Number.MAX_SAFE_INTEGER }, b: { n: 1 } });
    expect((await most.aggregate({ sum: AggregateField.sum('n') }).get()).data().sum).toBe(2 ** 53);
  });

  test('a stream of thousands of documents arrives whole and in order', async () => {
    const root = cloud.collection();
    for (let start = 0; start < 3_000; start += 500) {
      await filled(
        Object.fromEntries(
          Array.from({ length: 500 }, (_, i) => [`d${start + i}`, { n: start + i, text: 'x'.repeat(600) }]),
        ),
        root,
      );
    }
    const found = await root.orderBy('n', 'desc').get();
    expect(found.docs.map((one) => one.get('n') as number)).toEqual(Array.from({ length: 3_000 }, (_, i) => 2_999 - i));
    // Changes after an index was made keep it true.
    await root.doc('d1500').update({ n: -1 });
    await root.doc('d1501').delete();
    expect(await ids(root.orderBy('n').limit(2))).toEqual(['d1500', 'd0']);
    expect(await ids(root.where('n', 'in', [1_500, 1_501, 1_502]))).toEqual(['d1502']);
  });

  // All at once: the client tries a query five times, with back-off, whatever the error is.
  test('queries that the service cannot answer are refused', async () => {
    const root = cloud.collection();
    const refused = {
      'more than 30 disjunctions': root.where('a', 'in', [1, 2, 3, 4, 5, 6]).where('b', 'in', [1, 2, 3, 4, 5, 6]),
      'two array-contains': root.where('a', 'array-contains', 1).where('b', 'array-contains', 1),
      'two array-contains-any': root.where('a', 'array-contains-any', [1]).where('b', 'array-contains-any', [1]),
      'not-in with !=': root.where('a', 'not-in', [1]).where('b', '!=', 1),
      'two !=': root.where('a', '!=', 1).where('b', '!=', 1),
      'not-in with in': root.where('a', 'not-in', [1]).where('b', 'in', [1, 2]),
      'not-in above ten values': root.where('a', 'not-in', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    };
    const codes = Object.entries(refused).map(async ([why, query]) => {
      const code = await query.get().then(
        () => 0,
        (error: { code: number }) => error.code,
      );
      return [why, code];
    });
    expect(await Promise.all(codes)).toEqual(Object.keys(refused).map((why) => [why, CODE.invalidArgument]));
  });
});
