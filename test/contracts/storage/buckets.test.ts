/** Buckets: made, found, listed, deleted, and which names they may have. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

let storage: StorageUnderTest;
beforeAll(async () => {
  storage = await storageUnderTest();
});
afterAll(() => storage.close());

describe('a bucket', () => {
  test('is made, found and deleted', async () => {
    const name = `bucket-${randomUUID()}`;
    const [bucket, made] = await storage.client.createBucket(name, { location: 'europe-west1', labels: { team: 'a' } });
    expect(made).toMatchObject({
      kind: 'storage#bucket',
      id: name,
      name,
      location: 'EUROPE-WEST1',
      locationType: 'region',
    });
    const [found] = await bucket.getMetadata();
    expect(found).toMatchObject({ name, metageneration: '1', storageClass: 'STANDARD', labels: { team: 'a' } });
    expect(await bucket.exists()).toEqual([true]);
    await bucket.delete();
    expect(await bucket.exists()).toEqual([false]);
    expect(await refusal(bucket.getMetadata())).toMatchObject({ code: 404, reason: 'notFound' });
    expect(await refusal(bucket.delete())).toMatchObject({ code: 404, reason: 'notFound' });
  });

  test('is made once', async () => {
    const bucket = await storage.bucket();
    expect(await refusal(storage.client.createBucket(bucket.name))).toMatchObject({ code: 409, reason: 'conflict' });
  });

  test('with objects is not deleted', async () => {
    const bucket = await storage.bucket();
    const file = bucket.file('a');
    await file.save('a', { resumable: false });
    expect(await refusal(bucket.delete())).toMatchObject({ code: 409, reason: 'conflict' });
    await file.delete();
    await bucket.delete();
  });

  test('that is not there has no objects, and takes none', async () => {
    const bucket = storage.client.bucket(`none-${randomUUID()}`);
    const noBucket = { code: 404, message: expect.stringContaining('bucket does not exist') };
    expect(await refusal(bucket.getFiles())).toMatchObject(noBucket);
    expect(await refusal(bucket.file('a').getMetadata())).toMatchObject(noBucket);
    expect(await refusal(bucket.file('a').save('a', { resumable: false }))).toMatchObject(noBucket);
    expect(await refusal(bucket.file('a').save('a'))).toMatchObject({ code: 404 });
  });
});

describe('the list of buckets', () => {
  test('goes by prefix and by pages', async () => {
    const prefix = `list-${randomUUID().slice(0, 8)}`;
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${prefix}-${letter}`);
    for (const name of names.toReversed()) await storage.client.createBucket(name);
    const [all] = await storage.client.getBuckets({ prefix });
    expect(all.map(({ name }) => name)).toEqual(names);
    const pages = [];
    let query: object | null = { prefix, maxResults: 2, autoPaginate: false };
    while (query !== null) {
      const [page, next]: [{ name: string }[], object | null, unknown] = await storage.client.getBuckets(query);
      pages.push(page.map(({ name }) => name));
      query = next;
    }
    expect(pages).toEqual([names.slice(0, 2), names.slice(2, 4), names.slice(4)]);
  });

  test('of another project is refused', async () => {
    expect(await refusal(storage.client.getBuckets({ project: 'another' }))).toMatchObject({
      code: 403,
      reason: 'forbidden',
    });
  });
});

describe('the name of a bucket', () => {
  test.each([
    'ab',
    'a'.repeat(64),
    'Upper',
    'a b',
    '-a-',
    'a-',
    'a..b',
    '192.168.5.4',
    'goog-a',
    'my-google',
    `${'a'.repeat(64)}.b`,
  ])('is not "%s"', async (name) => {
    expect(await refusal(storage.client.createBucket(name))).toMatchObject({
      code: 400,
      reason: 'invalid',
      message: expect.stringContaining('Invalid bucket name'),
    });
  });

  test.each(['abc', 'a'.repeat(63), '1a_b-c', `${'a'.repeat(63)}.${'b'.repeat(63)}.c`])('may be "%s"', async (name) => {
    const [bucket] = await storage.client.createBucket(name);
    expect(await bucket.exists()).toEqual([true]);
    await bucket.delete();
  });
});
