/** Bodies that are compressed, cut off, too long, or not what they say. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createGzip, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { httpListener } from '../../src/http/listener.ts';
import type { RawBody } from '../../src/http/route.ts';
import { type Answer, makeDoors, makeRoute, type Said, type Serving, serve } from './serving.ts';

const MIB = 1024 ** 2;
const raw: RawBody = { raw: true, contentTypes: ['application/x-protobuf'] };
const TYPE = { 'content-type': 'application/x-protobuf' };

let serving: Serving;
const said: Said[] = [];
beforeEach(async () => {
  said.length = 0;
  const echo = makeRoute({ path: '/echo', body: raw });
  const small = makeRoute({ path: '/small', body: { ...raw, maxBytes: 1_000, maxDecompressedBytes: 2_000 } });
  const json = makeRoute({ path: '/json', body: z.unknown() });
  serving = await serve(httpListener([echo, small, json], makeDoors(said)));
});
afterEach(() => serving[Symbol.asyncDispose]());

const post = (body: Uint8Array | string, encoding?: string, path = '/echo'): Promise<Answer> =>
  serving.send('POST', path, { ...TYPE, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) }, body);

const plain = Buffer.from('some text, and again some text, and '.repeat(20));

describe('a body', () => {
  test.each<[string | undefined, Buffer]>([
    [undefined, plain],
    ['identity', plain],
    ['snappy', plain],
    ['gzip', gzipSync(plain)],
    ['X-GZIP', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['zstd', zstdCompressSync(plain)],
    ['gzip', Buffer.concat([gzipSync(plain.subarray(0, 100)), gzipSync(plain.subarray(100))])],
    ['zstd', Buffer.concat([zstdCompressSync(plain.subarray(0, 100)), zstdCompressSync(plain.subarray(100))])],
  ])('in %s comes out whole', async (encoding, sent) => {
    const { status, bytes } = await post(sent, encoding);
    expect(status).toBe(200);
    expect(bytes.equals(plain)).toBe(true);
  });

  test.each(['br', 'gzip, gzip', 'identity, gzip', 'compress', 'snappy, gzip'])(
    'in %s is of no type',
    async (encoding) => {
      expect(await post(plain, encoding)).toMatchObject({
        status: 415,
        headers: { 'accept-encoding': 'gzip, deflate, zstd, snappy' },
      });
    },
  );

  test('of JSON is never snappy', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'snappy' };
    expect(await serving.send('POST', '/json', headers, '{}')).toMatchObject({ status: 415 });
  });

  test('of JSON is in UTF-8', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await serving.send('POST', '/json', headers, Buffer.from([0x22, 0xff, 0x22]));
    expect(answer).toMatchObject({ status: 400 });
    expect((await serving.send('POST', '/json', headers, '\ufeff"é"')).bytes.toString()).toBe('"é"');
  });
});

describe('what is damaged is refused', () => {
  const whole = plain.subarray(0, 60);
  test.each<[string, Buffer]>([
    ['gzip', gzipSync(whole)],
    ['deflate', deflateSync(whole)],
    ['zstd', zstdCompressSync(whole)],
  ])('%s, cut at each byte', async (encoding, sent) => {
    for (let end = 1; end < sent.length; end += 1) {
      const { status, bytes } = await post(sent.subarray(0, end), encoding);
      expect([end, status]).toEqual([end, 400]);
      expect(bytes.toString()).toContain('BAD_BODY');
    }
    expect(await post(sent, encoding)).toMatchObject({ status: 200 });
  });

  test.each<[string, Buffer]>([
    ['gzip', Buffer.concat([gzipSync(plain), Buffer.from('x'.repeat(20))])],
    ['gzip', Buffer.concat([gzipSync(plain), Buffer.alloc(8)])],
    ['deflate', Buffer.concat([deflateSync(plain), deflateSync(plain)])],
    ['deflate', deflateRawSync(plain)],
    ['zstd', Buffer.concat([zstdCompressSync(plain), Buffer.from('rest')])],
    ['zstd', Buffer.concat(Array.from({ length: 65 }, () => zstdCompressSync('a')))],
    ['gzip', plain],
    ['deflate', plain],
    ['zstd', plain],
    ['gzip', zstdCompressSync(plain)],
    // A frame with a window of 128 MiB: it would be reserved for a body of a few bytes.
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x09, 0x00, 0x00, 0x61])],
  ])('%s, case %#', async (encoding, sent) => {
    expect(await post(sent, encoding)).toMatchObject({ status: 400 });
    expect(said.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** 128 MiB of zeros, a thousandth as long. */
async function bomb(): Promise<Buffer> {
  const gzip = createGzip();
  const compressed = buffer(gzip);
  for (let time = 0; time < 32; time += 1) if (!gzip.write(Buffer.alloc(4 * MIB))) await once(gzip, 'drain');
  gzip.end();
  return compressed;
}

describe('what is too large is refused', () => {
  test('before it is read, by the length that it says', async () => {
    const answer = await serving.raw(
      'POST /small HTTP/1.1\r\nhost: a\r\nauthorization: Bearer admin\r\ncontent-type: application/x-protobuf\r\ncontent-length: 1001\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test('while it is read, when it says no length', async () => {
    const headers = { ...TYPE, 'transfer-encoding': 'chunked' };
    expect(await serving.send('POST', '/small', headers, Buffer.alloc(1_001))).toMatchObject({ status: 413 });
    expect(await serving.send('POST', '/small', headers, Buffer.alloc(1_000))).toMatchObject({ status: 200 });
  });

  test.each<[string, (text: Buffer) => Buffer]>([
    ['gzip', (text) => gzipSync(text)],
    ['deflate', (text) => deflateSync(text)],
    ['zstd', (text) => zstdCompressSync(text)],
  ])('once it is decompressed: %s', async (encoding, compress) => {
    expect(await post(compress(Buffer.alloc(2_000)), encoding, '/small')).toMatchObject({ status: 200 });
    expect(await post(compress(Buffer.alloc(2_001)), encoding, '/small')).toMatchObject({ status: 413 });
    expect(await post(compress(Buffer.alloc(MIB)), encoding, '/small')).toMatchObject({ status: 413 });
  });

  test('as a bomb, of which no more is kept than the limit', async () => {
    const sent = await bomb();
    expect(sent.length).toBeLessThan(MIB);
    const before = process.memoryUsage().rss;
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(sent, 'gzip')));
    for (const { status } of answers) expect([413, 503]).toContain(status);
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * MIB);
  });

  test('of 100 MB, and the client that still sends it reads why', async () => {
    expect(await post(Buffer.alloc(100_000_000))).toMatchObject({ status: 413 });
    expect(await serving.send('POST', '/nowhere', TYPE, Buffer.alloc(100_000_000))).toMatchObject({ status: 404 });
  });

  test('without an end: at some time the connection is', async () => {
    const socket = connect(serving.port, '127.0.0.1');
    const ended = once(socket, 'close').catch(() => {});
    socket.on('error', () => {}).resume();
    socket.write('POST /small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MIB), Buffer.from('\r\n')]);
    let sent = 0;
    const more = (): void => {
      while (!socket.destroyed && sent < 1_024) {
        sent += 1;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', more);
    more();
    await ended;
    expect(sent).toBeLessThan(300);
  });
});

describe('a length that lies', () => {
  const head = (length: number): string =>
    `POST /echo HTTP/1.1\r\nhost: a\r\nauthorization: Bearer admin\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${length}\r\n\r\n`;

  test('above what comes is a client that goes away', async () => {
    await serving.raw(`${head(10)}abc`);
    await expect
      .poll(() => said.map(({ level, fields }) => [level, fields['code']]))
      .toEqual([['debug', 'CLIENT_GONE']]);
  });

  test('below what comes is no HTTP', async () => {
    expect(await serving.raw(`${head(2)}abcdef`)).toMatch(/^HTTP\/1.1 400 /);
    await expect.poll(() => said.filter(({ level }) => level !== 'debug')).toEqual([]);
  });
});
