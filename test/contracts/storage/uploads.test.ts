/** Uploads in one request and resumable ones, with what can go wrong on their way. */
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, CreateWriteStreamOptions, File } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

const UNIT = 256 * 1024;
const CONTENT = randomBytes(5 * UNIT + 789);

let storage: StorageUnderTest;
let bucket: Bucket;
beforeAll(async () => {
  storage = await storageUnderTest();
  bucket = await storage.bucket();
});
afterAll(() => storage.close());

let count = 0;
function newFile(): File {
  count += 1;
  return bucket.file(`upload-${count}`);
}
const holds = async (file: File, content: Buffer): Promise<boolean> => (await file.download())[0].equals(content);

describe.each([false, true])('an upload (resumable: %s)', (resumable) => {
  test.each([0, 1, UNIT - 1, UNIT, 1024 * 1024, 1024 * 1024 + 1, 4 * 1024 * 1024])('of %i bytes', async (bytes) => {
    const file = newFile();
    const content = randomBytes(bytes);
    await file.save(content, { resumable, contentType: 'application/x-test' });
    expect(await holds(file, content)).toBe(true);
    expect((await file.getMetadata())[0]).toMatchObject({
      size: String(bytes),
      contentType: 'application/x-test',
      md5Hash: createHash('md5').update(content).digest('base64'),
    });
  });

  test('of a stream of small pieces', async () => {
    const file = newFile();
    const pieces = Array.from({ length: 3_000 }, (_, index) => Buffer.from(`piece ${index}\r\n--boundary\r\n`));
    await pipeline(Readable.from(pieces), file.createWriteStream({ resumable }));
    expect(await holds(file, Buffer.concat(pieces))).toBe(true);
  });

  test('that is not what its checksums say is refused, and leaves what was there', async () => {
    const file = newFile();
    await file.save('there', { resumable });
    const wrong = createHash('md5').update('other').digest('base64');
    for (const metadata of [{ md5Hash: wrong }, { crc32c: 'AAAAAA==' }]) {
      const upload = file.save('text', { resumable, validation: false, metadata });
      expect(await refusal(upload)).toMatchObject({ code: 400 });
    }
    expect((await file.download())[0].toString()).toBe('there');
    const right = createHash('md5').update('text').digest('base64');
    await file.save('text', { resumable, metadata: { md5Hash: right } });
  });
});

describe('an upload of many at once', () => {
  test('mixes nothing up', async () => {
    const files = Array.from({ length: 24 }, (_, index) => ({
      file: newFile(),
      content: randomBytes(index * 100_000),
    }));
    await Promise.all(files.map(({ file, content }, index) => file.save(content, { resumable: index % 2 === 0 })));
    expect(await Promise.all(files.map(({ file, content }) => holds(file, content)))).toEqual(files.map(() => true));
  });
});

describe('a resumable upload', () => {
  const write = (file: File, content: Buffer, options: CreateWriteStreamOptions): Promise<void> =>
    pipeline(Readable.from([content]), file.createWriteStream(options));

  test.each([UNIT, 2 * UNIT, 5 * UNIT])('in chunks of %i bytes', async (chunkSize) => {
    const file = newFile();
    const offsets: number[] = [];
    const stream = file.createWriteStream({ chunkSize });
    stream.on('progress', ({ bytesWritten }: { bytesWritten: number }) => offsets.push(bytesWritten));
    await pipeline(Readable.from([CONTENT]), stream);
    expect(await holds(file, CONTENT)).toBe(true);
    expect(offsets.at(-1)).toBe(CONTENT.length);
  });

  test('in chunks that end where the object does', async () => {
    const file = newFile();
    const content = CONTENT.subarray(0, 4 * UNIT);
    await write(file, content, { chunkSize: 2 * UNIT });
    expect(await holds(file, content)).toBe(true);
  });

  test('that stops is gone on with from another place', async () => {
    const file = newFile();
    const [uri] = await file.createResumableUpload({ metadata: { contentType: 'text/x', metadata: { a: 'b' } } });
    const first = CONTENT.subarray(0, 3 * UNIT);
    let crc: string | undefined;
    const stream = file.createWriteStream({ uri, isPartialUpload: true, chunkSize: UNIT });
    stream.on('crc32c', (value: string) => {
      crc = value;
    });
    await pipeline(Readable.from([first]), stream);
    expect(await file.exists()).toEqual([false]);
    const rest = CONTENT.subarray(first.length);
    // Its first bytes are there already: the client takes the rest from the stream.
    await write(file, rest, { uri, offset: first.length, chunkSize: UNIT, ...(crc && { resumeCRC32C: crc }) });
    expect(await holds(file, CONTENT)).toBe(true);
    expect((await file.getMetadata())[0]).toMatchObject({ contentType: 'text/x', metadata: { a: 'b' } });
  });

  test('that finds another object at its end', async () => {
    const file = newFile();
    const [uri] = await file.createResumableUpload({ preconditionOpts: { ifGenerationMatch: 0 } });
    await file.save('meanwhile', { resumable: false });
    expect(await refusal(write(file, CONTENT, { uri }))).toMatchObject({ code: 412 });
    expect((await file.download())[0].toString()).toBe('meanwhile');
  });

  test('to an address that there is not', async () => {
    const uri = `${storage.origin}/upload/storage/v1/b/${bucket.name}/o?uploadType=resumable&upload_id=none`;
    expect(await refusal(write(newFile(), CONTENT, { uri }))).toMatchObject({ code: 404 });
  });
});
