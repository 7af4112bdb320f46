/** onSnapshot on documents and queries, seen by the official client. */
import type { DocumentSnapshot, Query, QuerySnapshot } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../support/firestore-under-test.ts';
import { firestoreUnderTest } from '../support/firestore-under-test.ts';

describe('listening', () => {
  let cloud: FirestoreUnderTest;
  beforeAll(async () => {
    cloud = await firestoreUnderTest();
  });
  afterAll(() => cloud.close());

  /** Snapshots one after another, each awaited. */
  function snapshots<T>(listen: (next: (snapshot: T) => void, fail: (error: Error) => void) => () => void) {
    const waiting: PromiseWithResolvers<T>[] = [];
    const arrived: T[] = [];
    const end = listen(
      (snapshot) => {
        const first = waiting.shift();
        if (first) first.resolve(snapshot);
        else arrived.push(snapshot);
      },
      (error) => waiting.shift()?.reject(error),
    );
    const next = (): Promise<T> => {
      const ready = arrived.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      const later = Promise.withResolvers<T>();
      waiting.push(later);
      return later.promise;
    };
    return { next, end };
  }
  const watch = (query: Query) => snapshots<QuerySnapshot>((next, fail) => query.onSnapshot(next, fail));
  const changes = (snapshot: QuerySnapshot): string[] =>
    snapshot.docChanges().map(({ type, doc }) => `${type} ${doc.id}`);

  test('a document: missing, made, changed, deleted', async () => {
    const document = cloud.document();
    const seen = snapshots<DocumentSnapshot>((next, fail) => document.onSnapshot(next, fail));
    expect((await seen.next()).exists).toBe(false);
    await document.set({ n: 1 });
    expect((await seen.next()).data()).toEqual({ n: 1 });
    await document.update({ n: 2 });
    expect((await seen.next()).data()).toEqual({ n: 2 });
    await document.delete();
    expect((await seen.next()).exists).toBe(false);
    seen.end();
  });

  test('a query: its order, its limit, and documents that join or leave', async () => {
    const root = cloud.collection();
    await Promise.all([root.doc('a').set({ n: 1 }), root.doc('b').set({ n: 2 }), root.doc('c').set({ n: 3 })]);
    const seen = watch(root.where('n', '>', 0).orderBy('n', 'desc').limit(2));
    const first = await seen.next();
    expect(first.docs.map(({ id }) => id)).toEqual(['c', 'b']);
    await root.doc('d').set({ n: 9 });
    expect(changes(await seen.next())).toEqual(['removed b', 'added d']);
    // One commit is one snapshot; a change out of sight makes none.
    await root.doc('a').update({ n: 0.5 });
    await cloud.client.batch().delete(root.doc('d')).update(root.doc('c'), { n: 4 }).commit();
    const last = await seen.next();
    expect(changes(last).toSorted()).toEqual(['added b', 'modified c', 'removed d']);
    expect(last.docs.map((one) => one.get('n') as number)).toEqual([4, 2]);
    seen.end();
  });

  test('NaN joins no range', async () => {
    const root = cloud.collection();
    await root.doc('a').set({ x: 1 });
    const seen = watch(root.where('x', '<', 5));
    await seen.next();
    await root.doc('b').set({ x: NaN });
    await root.doc('a').set({ x: NaN });
    expect(changes(await seen.next())).toEqual(['removed a']);
    seen.end();
  });

  test('a query that selects fields cannot be listened to', async () => {
    const root = cloud.collection();
    await root.doc('a').set({ x: 1 });
    const seen = watch(root.where('x', '==', 1).select('x'));
    // The client makes an error without a code of the cause that the service gives: this is INVALID_ARGUMENT.
    await expect(seen.next()).rejects.toThrow("Error 3: 'select' clauses are not supported for real-time queries.");
  });

  test('an empty query answers, and several listeners each see a write', async () => {
    const root = cloud.collection();
    const listeners = [watch(root), watch(root.where('kind', '==', 'x')), watch(cloud.client.collectionGroup(root.id))];
    expect((await Promise.all(listeners.map(({ next }) => next()))).map(({ size }) => size)).toEqual([0, 0, 0]);
    await root.doc('one').set({ kind: 'x' });
    expect((await Promise.all(listeners.map(({ next }) => next()))).map(changes)).toEqual(
      listeners.map(() => ['added one']),
    );
    for (const { end } of listeners) end();
  });

  test('a listener sees every committed value of a counter grow, and the last one', async () => {
    const document = cloud.document();
    const seen = snapshots<DocumentSnapshot>((next, fail) => document.onSnapshot(next, fail));
    await seen.next();
    const writes = (async () => {
      for (let n = 1; n <= 50; n += 1) await document.set({ n });
    })();
    let last = 0;
    while (last < 50) {
      const n = (await seen.next()).get('n') as number;
      expect(n).toBeGreaterThan(last);
      last = n;
    }
    await writes;
    seen.end();
  });
});
