/** Downloads: ranges, checksums, gzip, and reads of what is overwritten or deleted meanwhile. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Bucket, CreateReadStreamOptions, File } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

/** Several of our chunks, the last of them not full. */
const CONTENT = randomBytes(3 * 1024 * 1024 + 12_345);

let storage: StorageUnderTest;
let bucket: Bucket;
let file: File;
beforeAll(async () => {
  storage = await storageUnderTest();
  bucket = await storage.bucket();
  file = bucket.file('content');
  await file.save(CONTENT, { resumable: false });
});
afterAll(() => storage.close());

const read = (options: CreateReadStreamOptions, from: File = file): Promise<Buffer> =>
  buffer(from.createReadStream(options));

describe('a whole download', () => {
  test.each(['crc32c', 'md5'] as const)('is checked by %s', async (validation) => {
    expect((await read({ validation })).equals(CONTENT)).toBe(true);
  });

  test('of nothing', async () => {
    await bucket.file('empty').save('', { resumable: false });
    expect(await read({}, bucket.file('empty'))).toEqual(Buffer.alloc(0));
    expect(await refusal(read({ start: 0, end: 9 }, bucket.file('empty')))).toMatchObject({ code: 416 });
  });
});

describe('a range', () => {
  const { length } = CONTENT;
  test.each<[CreateReadStreamOptions, number, number]>([
    [{ start: 0, end: 0 }, 0, 1],
    [{ start: 10, end: 19 }, 10, 20],
    [{ start: 1_048_570, end: 1_048_585 }, 1_048_570, 1_048_586],
    [{ start: 1_048_576 }, 1_048_576, length],
    [{ start: 5, end: length - 1 }, 5, length],
    [{ start: length - 3, end: length + 100 }, length - 3, length],
    [{ end: 4 }, 0, 5],
    [{ end: -7 }, length - 7, length],
    [{ end: -2 * length }, 0, length],
  ])('%j', async (options, start, end) => {
    expect((await read(options)).equals(CONTENT.subarray(start, end))).toBe(true);
  });

  test('behind the end is refused', async () => {
    expect(await refusal(read({ start: length }))).toMatchObject({ code: 416 });
  });
});

describe('gzip', () => {
  const text = 'to be compressed '.repeat(10_000);
  let zipped: File;
  beforeAll(async () => {
    zipped = bucket.file('zipped');
    await zipped.save(text, { gzip: true, resumable: false, contentType: 'text/plain' });
  });

  test('is stored as it came, and unpacked by the client', async () => {
    const [metadata] = await zipped.getMetadata();
    expect(metadata.contentEncoding).toBe('gzip');
    expect(Number(metadata.size)).toBeLessThan(text.length / 10);
    expect((await zipped.download())[0].toString()).toBe(text);
  });

  test('is handed over packed', async () => {
    const packed = await read({ decompress: false }, zipped);
    expect(packed).toHaveLength(Number((await zipped.getMetadata())[0].size));
    expect(gunzipSync(packed).toString()).toBe(text);
    expect(await read({ decompress: false, start: 5, end: 14 }, zipped)).toEqual(packed.subarray(5, 15));
  });
});

describe('a read under way', () => {
  test.each<[string, (file: File) => Promise<unknown>]>([
    ['overwritten', (file) => file.save(Buffer.alloc(CONTENT.length), { resumable: false })],
    ['deleted', (file) => file.delete()],
  ])('goes on with the generation that it began with when the object is %s', async (_, change) => {
    const own = bucket.file(`under-way-${Math.random()}`);
    // More than sockets and streams hold.
    const content = Buffer.concat([CONTENT, CONTENT, CONTENT, CONTENT]);
    await own.save(content, { resumable: false });
    const stream = own.createReadStream();
    const pieces: Buffer[] = [];
    await once(stream, 'readable');
    pieces.push(stream.read() as Buffer);
    await change(own);
    for await (const piece of stream) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  });
});
