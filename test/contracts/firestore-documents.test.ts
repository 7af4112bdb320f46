/** Documents, writes and their rules, seen by the official client. */
import { FieldPath, FieldValue, GeoPoint, Timestamp } from '@google-cloud/firestore';
import type { DocumentData, DocumentReference } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../support/firestore-under-test.ts';

const dataOf = async (document: DocumentReference): Promise<DocumentData | undefined> => (await document.get()).data();

describe('documents', () => {
  let cloud: FirestoreUnderTest;
  beforeAll(async () => {
    cloud = await firestoreUnderTest();
  });
  afterAll(() => cloud.close());

  const written = async (data: DocumentData): Promise<DocumentReference> => {
    const document = cloud.document();
    await document.set(data);
    return document;
  };

  test('every type of value comes back as it went', async () => {
    const other = cloud.document();
    const data = {
      nothing: null,
      yes: true,
      small: -7,
      double: 0.1,
      infinite: -Infinity,
      text: 'zażółć \u{1f600} \0',
      bytes: Buffer.from([0, 255, 7]),
      time: new Timestamp(1_700_000_000, 123_456_000),
      early: new Timestamp(-1_000, 5_000),
      place: new GeoPoint(-12.5, 179.99),
      link: other,
      list: [1, 'two', { three: [3] }],
      empty: { list: [], map: {} },
      deep: { a: { b: { c: { d: 1 } } } },
      vector: FieldValue.vector([1, 2.5, -3]),
      'odd.name`\\': 1,
      constructor: 'own',
    };
    const document = await written(data);
    const found = (await dataOf(document)) as typeof data;
    expect(found.link.path).toBe(other.path);
    expect(found.vector).toEqual(data.vector);
    expect({ ...found, link: 0, vector: 0 }).toEqual({ ...data, link: 0, vector: 0 });
  });

  test('NaN, negative zero and 64-bit integers keep their identity', async () => {
    const exact = cloud.newClient();
    exact.settings({ ignoreUndefinedProperties: true, useBigInt: true });
    const document = exact.doc(cloud.document().path);
    const data = { nan: NaN, zero: -0, most: 2n ** 63n - 1n, least: -(2n ** 63n), odd: 2n ** 53n + 1n };
    await document.set(data);
    const found = (await document.get()).data();
    expect(found).toEqual(data);
    expect(Object.is(found?.['zero'], -0)).toBe(true);
  });

  test('timestamps are cut to microseconds', async () => {
    const document = await written({ at: new Timestamp(1, 123_456_789) });
    expect(await dataOf(document)).toEqual({ at: new Timestamp(1, 123_456_000) });
  });

  test('a missing document is answered as missing, in one request with others', async () => {
    const document = await written({ a: 1 });
    const missing = cloud.document();
    const [one, two] = await cloud.client.getAll(document, missing);
    expect([one?.exists, two?.exists]).toEqual([true, false]);
    expect(two?.readTime.toMillis()).toBeGreaterThan(0);
  });

  test('a field mask brings only its fields', async () => {
    const document = await written({ a: 1, b: { c: 2, d: 3 }, e: 4 });
    const [found] = await cloud.client.getAll(document, { fieldMask: ['b.c', 'e'] });
    expect(found?.data()).toEqual({ b: { c: 2 }, e: 4 });
  });

  test('set replaces, merge keeps, update changes what it names', async () => {
    const document = await written({ a: 1, map: { x: 1, y: 2 } });
    await document.set({ map: { x: 5 } }, { merge: true });
    expect(await dataOf(document)).toEqual({ a: 1, map: { x: 5, y: 2 } });
    await document.update({ 'map.y': 7, a: FieldValue.delete() });
    expect(await dataOf(document)).toEqual({ map: { x: 5, y: 7 } });
    await document.update(new FieldPath('map', 'a.b'), 1, 'map.x', FieldValue.delete());
    expect(await dataOf(document)).toEqual({ map: { y: 7, 'a.b': 1 } });
    await document.set({ map: { z: 1 }, other: 2 }, { mergeFields: ['map'] });
    expect(await dataOf(document)).toEqual({ map: { z: 1 } });
    await document.set({ only: true });
    expect(await dataOf(document)).toEqual({ only: true });
  });

  test('create, update and delete keep their preconditions', async () => {
    const document = cloud.document();
    await expect(document.update({ a: 1 })).rejects.toMatchObject({ code: CODE.notFound });
    await document.create({ a: 1 });
    await expect(document.create({ a: 2 })).rejects.toMatchObject({ code: CODE.alreadyExists });
    const { updateTime } = await document.get();
    const { writeTime } = await document.update({ a: 3 }, { lastUpdateTime: updateTime as Timestamp });
    await expect(document.update({ a: 4 }, { lastUpdateTime: updateTime as Timestamp })).rejects.toMatchObject({
      code: CODE.failedPrecondition,
    });
    await expect(document.delete({ lastUpdateTime: updateTime as Timestamp })).rejects.toMatchObject({
      code: CODE.failedPrecondition,
    });
    await document.delete({ lastUpdateTime: writeTime });
    await expect(document.delete({ exists: true })).rejects.toMatchObject({ code: CODE.notFound });
    await document.delete();
    expect((await document.get()).exists).toBe(false);
  });

  test('a write that changes nothing keeps the update time; a real one moves it and not the create time', async () => {
    const document = await written({ b: 1, a: { y: 1, x: 2 } });
    const first = await document.get();
    const again = await document.set({ a: { x: 2, y: 1 }, b: 1 });
    expect(again.writeTime).toEqual(first.updateTime);
    await document.update({ b: FieldValue.increment(0) });
    expect((await document.get()).updateTime).toEqual(first.updateTime);
    await document.update({ b: 2 });
    const last = await document.get();
    expect(last.updateTime?.valueOf()).not.toEqual(first.updateTime?.valueOf());
    expect(last.createTime).toEqual(first.createTime);
  });

  test('a batch is one: a refused write undoes all, and several writes to one document follow in order', async () => {
    const [one, two] = [cloud.document(), await written({ n: 1 })];
    const refused = cloud.client.batch().set(one, { a: 1 }).update(two, { n: 2 }).create(two, { n: 3 });
    await expect(refused.commit()).rejects.toMatchObject({ code: CODE.alreadyExists });
    expect((await one.get()).exists).toBe(false);
    expect(await dataOf(two)).toEqual({ n: 1 });
    const results = await cloud.client
      .batch()
      .delete(two)
      .create(two, { n: 10 })
      .update(two, { n: FieldValue.increment(1) })
      .set(one, { b: 1 })
      .commit();
    expect(results).toHaveLength(4);
    expect(await dataOf(two)).toEqual({ n: 11 });
    const found = await Promise.all([one.get(), two.get()]);
    expect(found[0].updateTime).toEqual(found[1].updateTime);
    expect(found[1].createTime).toEqual(found[1].updateTime);
  });

  test('server time is one value for the whole commit, in milliseconds', async () => {
    const [one, two] = [cloud.document(), cloud.document()];
    const batch = cloud.client.batch();
    for (const document of [one, two])
      batch.set(document, { at: FieldValue.serverTimestamp(), in: { at: FieldValue.serverTimestamp() } });
    await batch.commit();
    const [a, b] = [await dataOf(one), await dataOf(two)];
    const at = a?.['at'] as Timestamp;
    expect(b).toEqual({ at, in: { at } });
    expect(at.nanoseconds % 1_000_000).toBe(0);
  });

  test.for([
    ['integers add', 5, FieldValue.increment(2), 7],
    ['a double makes a double', 5, FieldValue.increment(0.5), 5.5],
    ['text gives way', 'five', FieldValue.increment(2), 2],
    ['a missing field starts', undefined, FieldValue.increment(-3), -3],
    ['maximum keeps the larger', 5, FieldValue.maximum(3), 5],
    ['maximum takes the larger', 5, FieldValue.maximum(9.5), 9.5],
    ['maximum of text', 'x', FieldValue.maximum(1), 1],
    ['minimum takes the smaller', 5, FieldValue.minimum(3), 3],
    ['union adds what is missing, once', [1, 2], FieldValue.arrayUnion(2.0, 3, 3, { a: 1 }), [1, 2, 3, { a: 1 }]],
    ['union of no array', 7, FieldValue.arrayUnion(1), [1]],
    ['remove takes every one', [1, 2, 1, { a: 1 }, NaN], FieldValue.arrayRemove(1, NaN), [2, { a: 1 }]],
    ['remove of no array', 7, FieldValue.arrayRemove(1), []],
  ] as const)('transforms: %s', async ([, before, transform, after]) => {
    const document = await written(before === undefined ? {} : { deep: { v: before } });
    await document.set({ deep: { v: transform } }, { merge: true });
    expect(await dataOf(document)).toEqual({ deep: { v: after } });
  });

  test('increments of integers stop at the ends of 64 bits', async () => {
    const exact = cloud.newClient();
    exact.settings({ useBigInt: true });
    const document = exact.doc(cloud.document().path);
    await document.set({ n: 2n ** 63n - 2n });
    await document.update({ n: FieldValue.increment(10) });
    expect((await document.get()).get('n')).toBe(2n ** 63n - 1n);
  });

  test('a bulk writer answers for each write alone', async () => {
    const [one, two] = [cloud.document(), await written({ n: 1 })];
    const writer = cloud.client.bulkWriter();
    writer.onWriteError(() => false);
    const outcomes = Promise.allSettled([
      writer.create(one, { a: 1 }),
      writer.create(two, { a: 1 }),
      writer.update(two, { n: 2 }),
    ]);
    await writer.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await dataOf(two)).toEqual({ n: 2 });
  });

  test('collections and documents are listed, also below documents that do not exist', async () => {
    const root = cloud.collection();
    await root.doc('b').set({ a: 1 });
    await root.doc('a/x/y').set({ a: 1 });
    await root.doc('a/w/v/deep/er').set({ a: 1 });
    expect((await root.listDocuments()).map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await root.doc('a').listCollections()).map(({ id }) => id)).toEqual(['w', 'x']);
    expect((await root.doc('a/w/v').listCollections()).map(({ id }) => id)).toEqual(['deep']);
    await cloud.client.recursiveDelete(root.doc('a'));
    expect((await root.listDocuments()).map(({ id }) => id)).toEqual(['b']);
    await cloud.client.recursiveDelete(root);
    expect(await root.listDocuments()).toEqual([]);
  });

  test('a list longer than a page arrives in full', async () => {
    const root = cloud.collection();
    const batch = cloud.client.batch();
    const ids = Array.from({ length: 350 }, (_, n) => `d${String(n).padStart(3, '0')}`);
    for (const id of ids) batch.set(id.endsWith('7') ? root.doc(`${id}/below/it`) : root.doc(id), {});
    await batch.commit();
    expect((await root.listDocuments()).map(({ id }) => id)).toEqual(ids);
  });

  describe('limits are refused by name', () => {
    test.for([
      ['a document above 1 MiB', { text: 'x'.repeat(1_048_576 - 100), more: 'x'.repeat(200) }, /1,048,576|1048576/],
      ['a field above 1 MiB - 89', { text: 'x'.repeat(1_048_487) }, /1048487|longer than/],
      ['reserved field names', { __secret__: 1 }, /reserved|invalid/i],
      ['field names above 1500 bytes', { ['f'.repeat(1_501)]: 1 }, /1500|longer/],
    ] as const)('%s', async ([, data, message]) => {
      await expect(cloud.document().set(data)).rejects.toMatchObject({
        code: CODE.invalidArgument,
        message: expect.stringMatching(message) as string,
      });
    });

    test('ids that are reserved or above 1500 bytes', async () => {
      for (const id of ['__mine__', '_____', 'i'.repeat(1_501)]) {
        await expect(cloud.collection().doc(id).set({})).rejects.toMatchObject({ code: CODE.invalidArgument });
      }
    });

    test('and ids that only look reserved are taken', async () => {
      const root = cloud.collection();
      const ids = ['__id-7__', '__id9223372036854775807__', '__', '___', '____', '__a', 'a__'];
      for (const id of ids) await root.doc(id).set({ id });
      expect((await root.get()).docs.map((found) => found.get('id') as string)).toEqual(ids);
      expect((await cloud.client.getAll(...ids.map((id) => root.doc(id)))).map(({ exists }) => exists)).not.toContain(
        false,
      );
    });

    test('a request above 10 MiB', async () => {
      const batch = cloud.client.batch();
      const root = cloud.collection();
      for (let i = 0; i < 11; i += 1) batch.set(root.doc(`${i}`), { text: 'x'.repeat(1_000_000) });
      await expect(batch.commit()).rejects.toMatchObject({ code: CODE.invalidArgument });
    });

    test('nine megabytes in one request are taken', async () => {
      const batch = cloud.client.batch();
      const root = cloud.collection();
      for (let i = 0; i < 9; i += 1) batch.set(root.doc(`${i}`), { text: 'x'.repeat(1_000_000) });
      await batch.commit();
      expect((await root.count().get()).data().count).toBe(9);
    });

    test('more than 500 transforms of one document in a commit', async () => {
      const document = cloud.document();
      const data = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`f${i}`, FieldValue.increment(1)]));
      await expect(document.set(data)).rejects.toMatchObject({ code: CODE.invalidArgument });
    });
  });
});
