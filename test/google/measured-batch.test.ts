/** What a commit takes: never less than what is sent, hardly more, and what is too large is refused by name. */
import { FieldValue, type Firestore, Timestamp } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { service } from '../../src/emulators/firestore/protocol.ts';
import { TerminalError } from '../../src/errors.ts';
import { unavailable } from '../../src/google/firestore-client.ts';
import { MeasuredBatch, setApart } from '../../src/google/measured-batch.ts';
import { documentBytes, MAX_COMMIT_BYTES, MAX_DOCUMENT_BYTES } from '../../src/google/sizes.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../support/firestore-under-test.ts';

const NAME = { what: 'the plan', next: 'Make it in parts.' };

let cloud: FirestoreUnderTest;
beforeAll(async () => {
  cloud = await firestoreUnderTest({});
});
afterAll(() => cloud.close());

/** Bytes of the commits that `work` sends. */
async function sentBy(client: Firestore, work: () => Promise<unknown>): Promise<number[]> {
  const sender = client as unknown as { request: (method: string, request: object, ...rest: unknown[]) => unknown };
  const send = sender.request.bind(client);
  const sizes: number[] = [];
  sender.request = (method, request, ...rest) => {
    if (method === 'commit') sizes.push(service['Commit']?.requestSerialize(request).length ?? NaN);
    return send(method, request, ...rest);
  };
  await work();
  return sizes;
}

const cell = (index: number) => ({
  computation: `computation-${index}`,
  date: '2024-01-01',
  reads: Object.fromEntries(Array.from({ length: index }, (_, at) => [`dependency:c${at}`, '2024-01-01'])),
  inputs: Object.fromEntries(Array.from({ length: index }, (_, at) => [`dependency:c${at}`, 'fedcba9876543210'])),
});

describe('a measured commit', () => {
  test.each([
    ['a cell of a task', { cells: [1, 2, 30].map(cell), attempts: 3, chained: false, lease: undefined }],
    ['something packed', { sequence: 17, content: new Uint8Array(70_000) }],
    ['many short strings', { names: Array.from({ length: 2_000 }, (_, index) => `n${index}`) }],
    [
      'of every kind',
      { a: null, b: true, c: 0.5, d: -1, e: Timestamp.now(), f: new Date(), g: {}, h: [], i: 'žluť🐎' },
    ],
    ['nothing', {}],
  ])('takes no more than it says, and not much less: %s', async (_, fields) => {
    const client = cloud.newClient();
    client.settings({ ignoreUndefinedProperties: true });
    const ref = client.collection('some').doc();
    const batch = new MeasuredBatch(client, NAME);
    batch.create(client.collection('some').doc(), fields).set(ref, fields);
    batch.set(client.collection('some').doc(), fields, { mergeFields: Object.keys(fields) });
    batch.set(ref, { removed: FieldValue.delete(), count: FieldValue.increment(1) }, { merge: true });
    batch.update(ref, { ...fields, at: FieldValue.serverTimestamp() }, { exists: true });
    batch.delete(client.collection('some').doc());
    const [sent = NaN] = await sentBy(client, () => batch.commit());
    expect(batch.bytes).toBeGreaterThanOrEqual(sent - 200);
    expect(batch.bytes).toBeLessThan(sent * 1.7 + 2_000);
  });

  test('of 10 MiB is taken, and a larger one refused before it is sent, with its largest document', async () => {
    const client = cloud.newClient();
    const batchOf = (bytes: number) => {
      const batch = new MeasuredBatch(client, NAME);
      for (let left = bytes; left > 2_000; left -= 1_000_000)
        batch.set(client.collection('large').doc(), { content: new Uint8Array(Math.min(left - 2_000, 998_000)) });
      return batch;
    };
    const full = batchOf(MAX_COMMIT_BYTES);
    expect(full.bytes).toBeGreaterThan(MAX_COMMIT_BYTES - 40_000);
    await full.commit();
    const over = batchOf(MAX_COMMIT_BYTES + 100_000);
    const sent = await sentBy(client, async () => {
      await expect(over.commit()).rejects.toThrow(
        /^the plan was not saved: it takes 10\.\d\d MiB in 11 documents, the largest of them large\/\w+ with 0\.95 MiB, and Firestore takes 9\.94 MiB at once\. Make it in parts\.$/u,
      );
    });
    expect(sent).toEqual([]);
  });

  test('refuses a document that is too large, and no other', async () => {
    const ref = cloud.client.collection('c').doc('d');
    const rest = documentBytes(ref.path, { a: new Uint8Array(0), b: '' });
    const fields = (bytes: number) => ({ a: new Uint8Array(900_000), b: 'x'.repeat(bytes - rest - 900_000) });
    await new MeasuredBatch(cloud.client, NAME).set(ref, fields(MAX_DOCUMENT_BYTES)).commit();
    expect(() => new MeasuredBatch(cloud.client, NAME).set(ref, fields(MAX_DOCUMENT_BYTES + 1))).toThrow(
      'the plan was not saved: c/d takes 1.00 MiB, and a document of Firestore 1.00 MiB. Make it in parts.',
    );
    // The example of https://firebase.google.com/docs/firestore/storage-size
    const task = { type: 'Personal', done: false, priority: 1, description: 'Learn Cloud Firestore' };
    expect(documentBytes('users/jeff/tasks/my_task_id', task)).toBe(147);
  });

  test('is cut where documents are seen one by one', async () => {
    const client = cloud.newClient();
    const documents = Array.from({ length: 7 }, (_, index) => ({
      ref: client.collection('apart').doc(String(index)),
      fields: { content: new Uint8Array(1_000) },
    }));
    const sent = await sentBy(client, () => setApart(client, { ...NAME, maxBytes: 4_000 }, documents));
    expect(sent).toHaveLength(3);
    expect((await client.collection('apart').get()).size).toBe(7);
    await setApart(client, NAME, []);
  });
});

describe('what Firestore itself refuses', () => {
  test('for its size is no passing trouble', async () => {
    const ref = cloud.document();
    await ref.set({ a: 'x'.repeat(700_000) });
    const document = await ref.update({ b: 'x'.repeat(700_000) }).catch((thrown: unknown) => thrown);
    expect(unavailable('it was not saved', document)).toMatchObject({ name: 'TerminalError', code: 'TOO_LARGE' });
    const batch = cloud.client.batch();
    for (let left = 11; left > 0; left--) batch.set(cloud.document(), { a: new Uint8Array(1_000_000) });
    const request = await batch.commit().catch((thrown: unknown) => thrown);
    expect(unavailable('it was not saved', request)).toMatchObject({ name: 'TerminalError', code: 'TOO_LARGE' });
  });

  test('for anything else may pass', () => {
    expect(unavailable('it was not saved', new Error('the network is away'))).toMatchObject({
      name: 'RetryableError',
      code: 'UNAVAILABLE',
    });
    const ours = new TerminalError('TOO_LARGE', 'too large');
    expect(unavailable('it was not saved', ours)).toBe(ours);
  });
});
