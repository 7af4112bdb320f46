/** Objects as resources: metadata, generations, patches, copies, and which names they may have. */
import { createHash } from 'node:crypto';
import type { Bucket } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

let storage: StorageUnderTest;
let bucket: Bucket;
beforeAll(async () => {
  storage = await storageUnderTest();
  bucket = await storage.bucket();
});
afterAll(() => storage.close());

const generationOf = (metadata: { generation?: string | number | undefined }): bigint =>
  BigInt(metadata.generation ?? '');

describe('an object', () => {
  test('shows its metadata and checksums', async () => {
    const file = bucket.file('folder/shown.txt');
    await file.save('123456789', {
      resumable: false,
      metadata: {
        contentType: 'text/plain',
        cacheControl: 'no-cache',
        contentDisposition: 'attachment',
        contentLanguage: 'en',
        customTime: '2026-01-02T03:04:05Z',
        metadata: { 'source-day': '2026-01-01', ünicode: 'ö' },
      },
    });
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({
      kind: 'storage#object',
      bucket: bucket.name,
      name: 'folder/shown.txt',
      id: `${bucket.name}/folder/shown.txt/${metadata.generation}`,
      size: '9',
      metageneration: '1',
      // The check value of CRC-32C/ISCSI is e3069283.
      crc32c: Buffer.from('e3069283', 'hex').toString('base64'),
      md5Hash: createHash('md5').update('123456789').digest('base64'),
      contentType: 'text/plain',
      cacheControl: 'no-cache',
      contentDisposition: 'attachment',
      contentLanguage: 'en',
      customTime: '2026-01-02T03:04:05Z',
      storageClass: 'STANDARD',
      metadata: { 'source-day': '2026-01-01', ünicode: 'ö' },
    });
    expect(Math.abs(Date.parse(metadata.timeCreated ?? '') - Date.now())).toBeLessThan(60_000);
    // Microseconds since 1970.
    expect(Math.abs(Number(generationOf(metadata) / 1_000n) - Date.now())).toBeLessThan(60_000);
  });

  test('that is written again has a greater generation, and its metadata begins anew', async () => {
    const file = bucket.file('again');
    await file.save('one', { resumable: false, metadata: { metadata: { a: 'b' } } });
    const [first] = await file.getMetadata();
    await file.setMetadata({ metadata: { c: 'd' } });
    await file.save('two', { resumable: false });
    const [second] = await file.getMetadata();
    expect(generationOf(second)).toBeGreaterThan(generationOf(first));
    expect(second).toMatchObject({ metageneration: '1', size: '3' });
    expect(second.metadata).toBeUndefined();
    await file.delete();
    await file.save('three', { resumable: false });
    expect(generationOf((await file.getMetadata())[0])).toBeGreaterThan(generationOf(second));
  });

  test('is asked for by generation', async () => {
    const file = bucket.file('by-generation');
    await file.save('one', { resumable: false });
    const generation = String((await file.getMetadata())[0].generation);
    const exact = bucket.file('by-generation', { generation });
    expect((await exact.download())[0].toString()).toBe('one');
    expect((await exact.getMetadata())[0].generation).toBe(generation);
    await file.save('two', { resumable: false });
    expect(await refusal(exact.getMetadata())).toMatchObject({ code: 404, reason: 'notFound' });
    expect(await refusal(exact.download())).toMatchObject({
      code: 404,
      message: `No such object: ${bucket.name}/by-generation`,
    });
    expect(await refusal(exact.delete())).toMatchObject({ code: 404 });
    expect((await file.download())[0].toString()).toBe('two');
  });

  test('that is not there', async () => {
    const file = bucket.file('none');
    expect(await file.exists()).toEqual([false]);
    for (const operation of [file.getMetadata(), file.delete(), file.setMetadata({ metadata: { a: 'b' } })]) {
      expect(await refusal(operation)).toMatchObject({ code: 404, reason: 'notFound' });
    }
    expect(await refusal(file.download())).toMatchObject({ code: 404 });
    await file.delete({ ignoreNotFound: true });
  });
});

describe('a patch', () => {
  test('merges custom metadata, takes away what is null, and counts', async () => {
    const file = bucket.file('patched');
    await file.save('text', {
      resumable: false,
      metadata: { contentType: 'text/plain', cacheControl: 'no-store', metadata: { a: '1', b: '2' } },
    });
    const [before] = await file.getMetadata();
    await file.setMetadata({ contentType: 'text/csv', cacheControl: null as never, metadata: { a: null, c: '3' } });
    const [after] = await file.getMetadata();
    expect(after).toMatchObject({ contentType: 'text/csv', metageneration: '2', metadata: { b: '2', c: '3' } });
    expect(after.cacheControl).toBeUndefined();
    expect(after.generation).toBe(before.generation);
    expect(after.etag).not.toBe(before.etag);
    await file.setMetadata({ metadata: null as never });
    const [last] = await file.getMetadata();
    expect(last.metadata).toBeUndefined();
    expect(last.metageneration).toBe('3');
    expect((await file.download())[0].toString()).toBe('text');
  });

  test('of custom metadata has its limit, and so has an upload', async () => {
    const file = bucket.file('limited');
    const metadata = (bytes: number) => ({ metadata: { key: 'v'.repeat(bytes - 3) } });
    await file.save('text', { resumable: false, metadata: metadata(8 * 1024) });
    expect(await refusal(file.setMetadata(metadata(8 * 1024 + 1)))).toMatchObject({ code: 400, reason: 'invalid' });
    const upload = file.save('text', { resumable: false, metadata: metadata(8 * 1024 + 1) });
    expect(await refusal(upload)).toMatchObject({ code: 400, reason: 'invalid' });
    expect((await file.getMetadata())[0].metageneration).toBe('1');
  });
});

describe('a copy', () => {
  test('has the content and the metadata, and outlives its source', async () => {
    const source = bucket.file('source');
    const other = await storage.bucket();
    await source.save('text', { resumable: false, metadata: { contentType: 'text/csv', metadata: { a: 'b' } } });
    const [copy] = await source.copy(other.file('copy'));
    await source.save('changed', { resumable: false });
    await source.delete();
    expect((await copy.download())[0].toString()).toBe('text');
    expect((await copy.getMetadata())[0]).toMatchObject({ contentType: 'text/csv', metadata: { a: 'b' }, size: '4' });
    await copy.move('moved');
    expect(await copy.exists()).toEqual([false]);
    expect((await other.file('moved').download())[0].toString()).toBe('text');
  });

  test('may have other metadata', async () => {
    const source = bucket.file('source-2');
    await source.save('text', { resumable: false, metadata: { contentType: 'text/csv', metadata: { a: 'b' } } });
    const [copy] = await source.copy('copy-2', { metadata: { c: 'd' } });
    const [metadata] = await copy.getMetadata();
    expect(metadata.metadata).toEqual({ c: 'd' });
    expect(metadata.contentType).toBeUndefined();
  });

  test('of what is not there, or over what is', async () => {
    await bucket.file('there').save('there', { resumable: false });
    expect(await refusal(bucket.file('none').copy('copy-3'))).toMatchObject({ code: 404, reason: 'notFound' });
    const options = { preconditionOpts: { ifGenerationMatch: 0 } };
    const file = bucket.file('there');
    expect(await refusal(file.copy(bucket.file('there'), options))).toMatchObject({ code: 412 });
  });
});

describe('the name of an object', () => {
  const longest = `${'ü'.repeat(511)}ab`;

  test.each(['a', ' ', 'a//b/', '/a', 'a?b#c%d&e+f', 'a/../b', 'ü/日本/🚀', '\u0000', longest])(
    'may be %j',
    async (name) => {
      const file = bucket.file(name);
      await file.save(name, { resumable: false });
      expect((await file.download())[0].toString()).toBe(name);
      expect((await file.getMetadata())[0].name).toBe(name);
      await file.save(`${name}!`);
      expect((await file.download())[0].toString()).toBe(`${name}!`);
      const [files] = await bucket.getFiles({ prefix: name });
      expect(files.map((found) => found.name)).toContain(name);
      await file.delete();
    },
  );

  test.each(['a\nb', 'a\rb', '.', '..', '.well-known/acme-challenge/a', `${longest}c`])('is not %j', async (name) => {
    for (const resumable of [false, true]) {
      const upload = bucket.file(name).save('a', { resumable });
      expect(await refusal(upload)).toMatchObject({
        code: 400,
        message: expect.stringContaining('Invalid object name'),
      });
    }
  });
});
