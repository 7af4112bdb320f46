/** The JSON API as it goes over the wire: what the official client hides, by node:http, which adds no header and unpacks nothing. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openState, type State } from '../../../src/emulators/state.ts';
import { type StorageEmulator, startStorage } from '../../../src/emulators/storage/server.ts';

const UNIT = 256 * 1024;
const OBJECTS = '/storage/v1/b/bucket/o';
const UPLOAD = '/upload/storage/v1/b/bucket/o';

interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: Record<string, unknown>;
}

let state: State;
let emulator: StorageEmulator;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  state = openState(':memory:');
  emulator = await startStorage({ state, projectId: 'demo' });
  await send('POST', '/storage/v1/b?project=demo', { body: JSON.stringify({ name: 'bucket' }) });
});
afterAll(async () => {
  agent.destroy();
  await emulator.close();
  await state.close();
});

async function send(
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<WireAnswer> {
  const { headers = {}, body = '' } = options;
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request(`http://127.0.0.1:${emulator.port}`, {
    path,
    method,
    agent,
    headers: { ...length, ...headers },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const bytes = await buffer(answer);
  const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
  const json = isJson ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {};
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: bytes, json };
}

const put = (name: string, body: string | Buffer, query = '', headers = {}): Promise<WireAnswer> =>
  send('POST', `${UPLOAD}?uploadType=media&name=${encodeURIComponent(name)}${query}`, { body, headers });
const media = (name: string, headers: Record<string, string> = {}): Promise<WireAnswer> =>
  send('GET', `${OBJECTS}/${name}?alt=media`, { headers });

describe('errors', () => {
  test('have the shape that clients read', async () => {
    const message = 'No such object: bucket/none';
    expect((await send('GET', `${OBJECTS}/none`)).json).toEqual({
      error: { code: 404, message, errors: [{ domain: 'global', reason: 'notFound', message }] },
    });
  });

  test('of media are text', async () => {
    const { status, headers, body } = await media('none');
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^text\/plain/u);
    expect(body.toString()).toBe('No such object: bucket/none');
  });

  test.each([
    ['POST', '/storage/v1/b', '{"name":"another"}', 'required'],
    ['POST', '/storage/v1/b?project=demo', '{', 'invalid'],
    ['POST', '/storage/v1/b?project=demo', '{"name":7}', 'invalid'],
    ['POST', UPLOAD, 'x', 'required'],
    ['POST', `${UPLOAD}?uploadType=media`, 'x', 'required'],
    ['PUT', UPLOAD, 'x', 'required'],
    ['GET', `${OBJECTS}?maxResults=0`, '', 'invalid'],
    ['GET', `${OBJECTS}/a?generation=x`, '', 'invalid'],
    ['GET', `${OBJECTS}/%ff`, '', 'invalid'],
  ])('%s %s %s', async (method, path, body, reason) => {
    const { status, json } = await send(method, path, { body });
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { errors: [{ reason }] } });
  });

  test.each([
    ['PUT', `${OBJECTS}/a`, '{}', `PUT ${OBJECTS}/a`],
    ['POST', `${OBJECTS}/a/compose`, '{}', 'compose'],
    ['POST', `${OBJECTS}/a/moveTo/o/b`, '{}', 'moveTo'],
    ['PATCH', '/storage/v1/b/bucket', '{}', 'PATCH'],
    ['GET', '/storage/v1/b/bucket/iam', '', 'iam'],
    ['POST', '/batch/storage/v1', '', 'batch'],
    ['POST', '/storage/v1/b?project=demo', '{"name":"another","versioning":{"enabled":true}}', 'the field versioning'],
    ['PATCH', `${OBJECTS}/a`, '{"temporaryHold":true}', 'the field temporaryHold'],
    ['GET', `${OBJECTS}?versions=true`, '', 'the parameter versions=true'],
    ['GET', `${OBJECTS}/a?projection=full`, '', 'the parameter projection=full'],
    ['POST', `${UPLOAD}?uploadType=media&name=a&predefinedAcl=private`, 'x', 'the parameter predefinedAcl=private'],
    ['POST', `${UPLOAD}?uploadType=other&name=a`, 'x', 'uploadType=other'],
  ])('%s %s %s is not implemented, by name', async (method, path, body, name) => {
    const { status, json } = await send(method, path, { body });
    expect(status).toBe(501);
    expect(json).toMatchObject({
      error: { message: expect.stringContaining(name), errors: [{ reason: 'notImplemented' }] },
    });
  });

  test.each([{ 'if-none-match': '"x"' }, { 'x-goog-encryption-key': 'x' }])('of the header %j', async (headers) => {
    expect((await send('GET', OBJECTS, { headers })).status).toBe(501);
  });

  test('come while a large body is still being sent, and the connection goes on', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024);
    const { status } = await send('POST', '/upload/storage/v1/b/none/o?uploadType=media&name=a', { body });
    expect(status).toBe(404);
    expect((await send('GET', OBJECTS)).status).toBe(200);
  });
});

describe('the short paths, which the client uses with STORAGE_EMULATOR_HOST,', () => {
  test('are the same', async () => {
    await put('short', 'x');
    expect((await send('GET', '/b/bucket/o/short')).json).toEqual((await send('GET', `${OBJECTS}/short`)).json);
    expect((await send('GET', '/download/storage/v1/b/bucket/o/short')).body.toString()).toBe('x');
  });
});

describe('media', () => {
  test('come with what tells their generation and checksums', async () => {
    const { json } = await put('headers', '123456789', '', { 'content-type': 'text/x' });
    const { status, headers } = await media('headers');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/x',
      'content-length': '9',
      'accept-ranges': 'bytes',
      etag: json['etag'],
      'x-goog-generation': json['generation'],
      'x-goog-metageneration': '1',
      'x-goog-hash': `crc32c=4waSgw==,md5=${String(json['md5Hash'])}`,
      'x-goog-stored-content-encoding': 'identity',
      'x-goog-stored-content-length': '9',
      'x-goog-storage-class': 'STANDARD',
    });
  });

  test.each([
    ['bytes=2-4', 206, '345', 'bytes 2-4/9'],
    ['bytes=7-', 206, '89', 'bytes 7-8/9'],
    ['bytes=-3', 206, '789', 'bytes 6-8/9'],
    ['bytes=-30', 206, '123456789', 'bytes 0-8/9'],
    ['bytes=0-99', 206, '123456789', 'bytes 0-8/9'],
    ['bytes=4-2', 200, '123456789', undefined],
    ['lines=1-2', 200, '123456789', undefined],
    ['bytes=9-', 416, 'The requested range cannot be satisfied.', undefined],
    ['bytes=-0', 416, 'The requested range cannot be satisfied.', undefined],
  ])('by Range: %s', async (range, status, text, contentRange) => {
    await put('range', '123456789');
    const answer = await media('range', { range });
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).toBe(text);
    expect(answer.headers['content-range']).toBe(contentRange);
  });

  test('by several ranges at once are not', async () => {
    await put('range', '123456789');
    expect((await media('range', { range: 'bytes=0-1,3-4' })).status).toBe(501);
  });

  test('not modified since are not sent', async () => {
    const { json } = await put('modified', 'x');
    const { status, body } = await send(
      'GET',
      `${OBJECTS}/modified?alt=media&ifGenerationNotMatch=${String(json['generation'])}`,
    );
    expect([status, body.length]).toEqual([304, 0]);
  });

  test('with metadata that no header takes are sent with its bytes', async () => {
    await put('odd', 'x');
    const utf8 = { 'content-type': Buffer.from('text/\u{1F680}').toString('latin1') };
    expect((await put('odd', 'x', '', utf8)).status).toBe(400);
    const patch = { contentDisposition: 'attachment; filename=ü.csv', contentType: 'a\nb' };
    expect((await send('PATCH', `${OBJECTS}/odd`, { body: JSON.stringify(patch) })).status).toBe(400);
    const { contentDisposition } = patch;
    expect((await send('PATCH', `${OBJECTS}/odd`, { body: JSON.stringify({ contentDisposition }) })).status).toBe(200);
    const { headers } = await media('odd');
    expect(Buffer.from(headers['content-disposition'] ?? '', 'latin1').toString()).toBe(contentDisposition);
  });
});

describe('a gzip object', () => {
  const text = 'transcoded '.repeat(200_000);
  const packed = gzipSync(text);
  beforeAll(() => put('zipped', packed, '&contentEncoding=gzip', { 'content-type': 'text/plain' }));

  test('is unpacked for who does not take gzip, and a range is ignored', async () => {
    for (const sent of [{}, { range: 'bytes=0-9' }, { 'accept-encoding': 'br, gzip;q=0' }]) {
      const { status, headers, body } = await media('zipped', sent);
      expect(status).toBe(200);
      expect(body.toString()).toBe(text);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers['content-length']).toBeUndefined();
      expect(headers).toMatchObject({
        warning: '214 UploadServer gunzipped',
        'x-goog-stored-content-encoding': 'gzip',
        'x-goog-stored-content-length': String(packed.length),
      });
    }
  });

  test('is sent as it is to who takes gzip, by ranges too', async () => {
    const { headers, body } = await media('zipped', { 'accept-encoding': 'deflate, gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(body.equals(packed)).toBe(true);
    const part = await media('zipped', { 'accept-encoding': 'gzip', range: 'bytes=5-14' });
    expect(part.status).toBe(206);
    expect(part.body.equals(packed.subarray(5, 15))).toBe(true);
  });

  test('is sent as it is when its cache control forbids another form', async () => {
    await put('untouched', packed, '&contentEncoding=gzip');
    await send('PATCH', `${OBJECTS}/untouched`, { body: '{"cacheControl":"no-cache, no-transform"}' });
    const { headers, body } = await media('untouched');
    expect(headers['content-encoding']).toBe('gzip');
    expect(body.equals(packed)).toBe(true);
  });

  test('that is none breaks off', async () => {
    await put('no-gzip', 'plain', '&contentEncoding=gzip');
    await expect(media('no-gzip')).rejects.toThrow(/aborted|hang up|ECONNRESET/u);
    expect((await media('no-gzip', { 'accept-encoding': 'gzip' })).body.toString()).toBe('plain');
  });
});

describe('a multipart upload', () => {
  const related = (parts: string, boundary = 'b'): Promise<WireAnswer> =>
    send('POST', `${UPLOAD}?uploadType=multipart`, {
      body: parts.replaceAll('\n', '\r\n'),
      headers: { 'content-type': `multipart/related; boundary="${boundary}"` },
    });

  test('takes name, type and content from its parts', async () => {
    const { json } = await related(
      '--b\ncontent-type: application/json\n\n{"name":"parts"}\n--b\nContent-Type: text/x\n\nmedia\n--b--\n',
    );
    expect(json).toMatchObject({ name: 'parts', contentType: 'text/x', size: '5' });
  });

  test.each([
    ['no end', '--b\nA: b\n\n{"name":"a"}\n--b\nA: b\n\nmedia\n--'],
    ['one part', '--b\nA: b\n\n{"name":"a"}\n--b--\n\n\n'],
    ['three parts', '--b\nA: b\n\n{"name":"a"}\n--b\nA: b\n\nx\n--b\nA: b\n\ny\n--b--'],
    ['no parts', 'nothing'],
    ['no JSON', '--b\nA: b\n\nname\n--b\nA: b\n\nmedia\n--b--'],
  ])('of %s is refused', async (_, parts) => {
    expect((await related(parts)).status).toBe(400);
    expect((await send('GET', `${OBJECTS}/a`)).status).toBe(404);
  });

  test('whose names differ is refused', async () => {
    const body = '--b\r\nA: b\r\n\r\n{"name":"a"}\r\n--b\r\nA: b\r\n\r\nmedia\r\n--b--';
    const headers = { 'content-type': 'multipart/related; boundary=b' };
    expect((await send('POST', `${UPLOAD}?uploadType=multipart&name=c`, { body, headers })).status).toBe(400);
  });
});

describe('a resumable upload', () => {
  async function begin(name: string, headers: Record<string, string> = {}, query = ''): Promise<string> {
    const answer = await send('POST', `${UPLOAD}?uploadType=resumable&name=${name}${query}`, { headers, body: '{}' });
    expect(answer.status).toBe(200);
    const url = new URL(answer.headers.location ?? '');
    return url.pathname + url.search;
  }
  const go = (path: string, range: string, body: Buffer = Buffer.alloc(0), headers = {}): Promise<WireAnswer> =>
    send('PUT', path, { headers: { 'content-range': range, ...headers }, body });

  test('is told how much has come, and what it became', async () => {
    const path = await begin('resumed');
    const content = Buffer.alloc(2 * UNIT + 1, 'x');
    const none = await go(path, 'bytes */*');
    expect([none.status, none.headers.range]).toEqual([308, undefined]);
    const first = await go(path, `bytes 0-${UNIT - 1}/*`, content.subarray(0, UNIT));
    expect([first.status, first.headers.range]).toEqual([308, `bytes=0-${UNIT - 1}`]);
    expect((await go(path, `bytes */${content.length}`)).headers.range).toBe(`bytes=0-${UNIT - 1}`);
    const last = await go(path, `bytes ${UNIT}-${2 * UNIT}/${content.length}`, content.subarray(UNIT));
    expect(last.json).toMatchObject({ name: 'resumed', size: String(content.length) });
    expect((await go(path, 'bytes */*')).json).toEqual(last.json);
    expect((await media('resumed')).body.equals(content)).toBe(true);
  });

  test('keeps whole units of what is not its last request', async () => {
    const path = await begin('units');
    const content = Buffer.alloc(UNIT + 100, 'x');
    const first = await go(path, `bytes 0-${UNIT + 99}/*`, content);
    expect([first.status, first.headers.range]).toEqual([308, `bytes=0-${UNIT - 1}`]);
    const small = await go(path, `bytes ${UNIT}-${UNIT + 9}/*`, content.subarray(0, 10));
    expect([small.status, small.headers.range]).toEqual([308, `bytes=0-${UNIT - 1}`]);
  });

  test('passes over what has come before', async () => {
    const path = await begin('again');
    const content = Buffer.concat([Buffer.alloc(UNIT, 'a'), Buffer.alloc(UNIT, 'b'), Buffer.from('c')]);
    await go(path, `bytes 0-${UNIT - 1}/*`, content.subarray(0, UNIT));
    // The answer was lost: the client sends it again, and more.
    expect((await go(path, `bytes 0-${2 * UNIT - 1}/*`, content.subarray(0, 2 * UNIT))).status).toBe(308);
    expect((await go(path, `bytes 10-${2 * UNIT}/${content.length}`, content.subarray(10))).status).toBe(200);
    expect((await media('again')).body.equals(content)).toBe(true);
  });

  test('with a gap is answered as the service does', async () => {
    const path = await begin('gap');
    const { status, headers, body } = await go(path, 'bytes 4-7/8', Buffer.alloc(4));
    expect(status).toBe(503);
    expect(headers['content-type']).toMatch(/^text\/plain/u);
    expect(body.toString()).toContain(
      'the upload offset is 4 byte(s), which exceeds already uploaded size of 0 byte(s).',
    );
  });

  test.each([
    ['bytes 0-9/20', 11],
    ['bytes 0-9/10', 11],
    ['bytes 5-2/*', 1],
    ['bytes 0-9/5', 5],
    ['lines 0-9/10', 10],
    ['bytes 0-9', 10],
  ])('with Content-Range: %s and %i bytes is refused', async (range, bytes) => {
    const path = await begin('refused');
    expect((await go(path, range, Buffer.alloc(bytes))).status).toBe(400);
    expect((await send('GET', `${OBJECTS}/refused`)).status).toBe(404);
  });

  test('keeps to the length that it was begun with', async () => {
    const path = await begin('length', { 'x-upload-content-length': '10', 'x-upload-content-type': 'text/x' });
    expect((await go(path, 'bytes 0-8/9', Buffer.alloc(9))).status).toBe(400);
    expect((await go(path, 'bytes 0-9/10', Buffer.alloc(10))).json).toMatchObject({
      size: '10',
      contentType: 'text/x',
    });
    const tooLong = { 'x-upload-content-length': String(5 * 1024 ** 4 + 1) };
    const refused = await send('POST', `${UPLOAD}?uploadType=resumable&name=a`, { headers: tooLong });
    expect(refused.json).toMatchObject({ error: { errors: [{ reason: 'invalid' }] } });
  });

  test('in one request without a range, and with checksums at its end', async () => {
    const path = await begin('whole');
    const wrong = await send('PUT', path, { body: 'text', headers: { 'x-goog-hash': 'crc32c=AAAAAA==' } });
    expect(wrong.status).toBe(400);
    // Nothing can mend it.
    expect((await go(path, 'bytes */*')).status).toBe(404);
    const another = await begin('whole');
    const headers = { 'x-goog-hash': 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==' };
    expect((await send('PUT', another, { body: '123456789', headers })).status).toBe(200);
  });

  test('is cancelled', async () => {
    const path = await begin('cancelled');
    await go(path, `bytes 0-${UNIT - 1}/*`, Buffer.alloc(UNIT));
    expect((await send('DELETE', path)).status).toBe(499);
    expect((await go(path, 'bytes */*')).status).toBe(404);
    expect((await send('DELETE', path)).status).toBe(404);
    expect((await send('GET', `${OBJECTS}/cancelled`)).status).toBe(404);
  });

  test('that is sent twice at once is there once', async () => {
    const path = await begin('twice');
    const content = randomBytes(3 * 1024 * 1024 + 1);
    const { length } = content;
    const headers = { 'content-range': `bytes 0-${length - 1}/${length}` };
    const url = `http://127.0.0.1:${emulator.port}${path}`;
    const answers = await Promise.all([1, 2].map(() => fetch(url, { method: 'PUT', headers, body: content })));
    expect(answers.map(({ status }) => status)).toContain(200);
    expect((await media('twice')).body.equals(content)).toBe(true);
  });
});
