/** The way of a request through the API, over real connections, with a table of its own. */
import { setImmediate as turn } from 'node:timers/promises';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RetryableError, TerminalError, UserError } from '../../src/errors.ts';
import { httpListener } from '../../src/http/listener.ts';
import type { Asked, Doors, Route } from '../../src/http/route.ts';
import { makeDoors, makeRoute, type Said, type Serving, serve } from './serving.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const said: Said[] = [];
let seen: Asked[] = [];
let waiting = Promise.withResolvers<void>();
let arrived = Promise.withResolvers<void>();
let thrown: Error = new Error('none');

const keep = (asked: Asked) => {
  seen.push(asked);
  return Promise.resolve({ status: 200, body: { took: asked.body ?? null } });
};

const routes: Route[] = [
  makeRoute({ method: 'GET', path: '/open', role: 'anyone', handle: keep }),
  makeRoute({
    method: 'GET',
    path: '/read/:id',
    handle: keep,
    query: z.object({ limit: z.coerce.number().optional() }),
  }),
  makeRoute({
    path: '/write',
    role: 'developer',
    handle: keep,
    body: z.object({ name: z.string(), n: z.number() }),
    maxBytes: 1_000,
  }),
  makeRoute({ path: '/maybe', handle: keep, body: z.object({ a: z.unknown() }).optional() }),
  makeRoute({
    path: '/raw',
    handle: keep,
    body: { raw: true, contentTypes: ['application/x-protobuf'], maxBytes: 100 },
  }),
  makeRoute({ path: '/manage', role: 'manager' }),
  makeRoute({
    method: 'GET',
    path: '/bytes',
    handle: () => Promise.resolve({ status: 200, headers: { 'Content-Type': 'text/csv' }, body: Buffer.from('a,b') }),
  }),
  makeRoute({ method: 'GET', path: '/nothing', handle: () => Promise.resolve({ status: 204 }) }),
  makeRoute({ method: 'GET', path: '/endless', handle: () => Promise.resolve({ status: 200, body: { n: 1n } }) }),
  makeRoute({
    method: 'GET',
    path: '/split',
    handle: () => Promise.resolve({ status: 200, headers: { a: 'b\r\nc: d' } }),
  }),
  makeRoute({
    method: 'GET',
    path: '/slow',
    handle: async (asked) => {
      seen.push(asked);
      arrived.resolve();
      await waiting.promise;
      return { status: 200, body: 'late' };
    },
  }),
  ...(['problem', 'otlp', 'prometheus'] as const).map((shape) =>
    makeRoute({
      path: `/throw/${shape}`,
      shape,
      body: { raw: true, contentTypes: ['application/json', 'application/x-protobuf'] },
      handle: () => Promise.reject(thrown),
    }),
  ),
];

let serving: Serving;
const start = async (over: Partial<Doors> = {}, limits?: { requests: number; bodyBytes: number }): Promise<void> => {
  serving = await serve(httpListener(routes, makeDoors(said, over), limits));
};

beforeEach(() => {
  said.length = 0;
  seen = [];
  waiting = Promise.withResolvers();
  arrived = Promise.withResolvers();
});
afterEach(async () => {
  waiting.resolve();
  await serving[Symbol.asyncDispose]();
});

const json = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));

describe('a request that is fine', () => {
  test('is handled with all that is known of it, and answered in JSON', async () => {
    await start();
    const body = JSON.stringify({ name: 'a', n: 1, constructor: 2 });
    const answer = await serving.send(
      'POST',
      '/write?a=1&a=2',
      { ...JSON_TYPE, authorization: 'Bearer developer eve' },
      body,
    );
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-removed-keys': '/constructor',
        'cache-control': 'no-store',
        'content-length': String(answer.bytes.length),
      },
    });
    expect(json(answer.bytes)).toEqual({ took: { name: 'a', n: 1 } });
    expect(seen).toMatchObject([
      {
        organization: 'acme',
        role: 'developer',
        subject: 'eve',
        contentType: 'application/json',
        removedKeys: ['/constructor'],
        receivedAtMs: 1_700_000_000_000,
      },
    ]);
    expect(seen[0]?.query.getAll('a')).toEqual(['1', '2']);
  });

  test('is one line of the log, at debug', async () => {
    await start();
    await serving.send('GET', '/read/secret%20id?limit=3&token=secret');
    await expect.poll(() => said).toHaveLength(1);
    expect(said[0]).toMatchObject({
      level: 'debug',
      fields: {
        event: 'request.served',
        route: '/read/:id',
        method: 'GET',
        organization: 'acme',
        status: 200,
        bytes: 0,
      },
      message: 'GET /read/:id',
    });
    expect(JSON.stringify(said)).not.toContain('secret');
  });

  test('by HEAD is as by GET, without the body', async () => {
    await start();
    const { status, headers, bytes } = await serving.send('HEAD', '/bytes');
    expect([status, headers['content-length'], headers['content-type'], bytes.length]).toEqual([
      200,
      '3',
      'text/csv',
      0,
    ]);
    expect((await serving.send('GET', '/bytes')).bytes.toString()).toBe('a,b');
    const nothing = await serving.send('GET', '/nothing');
    expect([nothing.status, nothing.headers['content-length']]).toEqual([204, undefined]);
  });

  test('for anyone needs no token, and is of nobody', async () => {
    await start({ authenticate: () => Promise.reject(new Error('asked')) });
    expect(await serving.send('GET', '/open')).toMatchObject({ status: 200 });
    expect(seen).toMatchObject([{ organization: '', role: 'viewer', subject: '' }]);
  });

  test('may leave out a body that is optional', async () => {
    await start();
    expect(json((await serving.send('POST', '/maybe')).bytes)).toEqual({ took: null });
  });
});

describe('a request is refused', () => {
  test.each<[string, number, string, string, string, Record<string, string>, string | undefined]>([
    ['for a path that is none', 404, 'NOT_FOUND', 'GET', '/nowhere', {}, undefined],
    ['for a method that is none', 405, 'METHOD_NOT_ALLOWED', 'DELETE', '/write', {}, undefined],
    [
      'for a role that is too small',
      403,
      'FORBIDDEN',
      'POST',
      '/manage',
      { authorization: 'Bearer developer' },
      undefined,
    ],
    ['for what is spent', 429, 'QUOTA', 'GET', '/read/1', { authorization: 'Bearer admin poor' }, undefined],
    ['for a type that is none', 415, 'UNSUPPORTED_TYPE', 'POST', '/write', { 'content-type': 'text/plain' }, '{}'],
    [
      'for a charset',
      415,
      'UNSUPPORTED_TYPE',
      'POST',
      '/write',
      { 'content-type': 'application/json; charset=latin1' },
      '{}',
    ],
    ['for no type', 415, 'UNSUPPORTED_TYPE', 'POST', '/raw', {}, 'a'],
    [
      'for an encoding',
      415,
      'UNSUPPORTED_ENCODING',
      'POST',
      '/write',
      { ...JSON_TYPE, 'content-encoding': 'br' },
      '{}',
    ],
    ['for what is no JSON', 400, 'BAD_JSON', 'POST', '/write', JSON_TYPE, '{"name":"secret",}'],
    ['for no body', 400, 'BAD_BODY', 'POST', '/write', JSON_TYPE, undefined],
    ['for a deep body', 400, 'TOO_DEEP', 'POST', '/maybe', JSON_TYPE, '['.repeat(65) + ']'.repeat(65)],
    ['for its length', 413, 'TOO_LARGE', 'POST', '/write', JSON_TYPE, ' '.repeat(1_001)],
    ['for its query', 400, 'BAD_QUERY', 'GET', '/read/1?limit=x', {}, undefined],
    ['for a % that is none', 400, 'BAD_PATH', 'GET', '/read/%', {}, undefined],
  ])('%s: %i %s', async (_, status, code, method, path, headers, body) => {
    await start();
    const answer = await serving.send(method, path, headers, body);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    expect(json(answer.bytes)).toMatchObject({
      type: 'about:blank',
      title: expect.any(String),
      status,
      code,
      detail: expect.any(String),
    });
    expect(answer.bytes.toString()).not.toContain('secret');
    expect(seen).toEqual([]);
    await expect.poll(() => said.map(({ level }) => level)).toEqual(['debug']);
  });

  test('without a token, and is told how to authenticate', async () => {
    await start();
    const answer = await serving.raw('GET /read/1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(answer.toLowerCase()).toContain('www-authenticate: bearer');
  });

  test('with each field that does not fit', async () => {
    await start();
    const answer = await serving.send('POST', '/write', JSON_TYPE, '{"n":"1"}');
    expect(json(answer.bytes)).toMatchObject({
      code: 'BAD_BODY',
      errors: [
        { path: 'name', message: expect.stringContaining('string') },
        { path: 'n', message: expect.stringContaining('number') },
      ],
    });
  });

  test('with where its JSON ends', async () => {
    await start();
    const { bytes } = await serving.send('POST', '/write', JSON_TYPE, '{\n"n": x}');
    expect(json(bytes)).toMatchObject({ detail: expect.stringContaining('position 7 (line 2, column 6)') });
  });

  test('in the order of the doors: who may not ask is not told what is wrong with the body', async () => {
    const asked: string[] = [];
    await start({ spend: (_, { id }) => Promise.resolve(void asked.push(id)) });
    expect(await serving.send('POST', '/manage', { authorization: 'Bearer viewer' })).toMatchObject({ status: 403 });
    expect(await serving.send('POST', '/write', { authorization: 'Bearer viewer' }, 'x')).toMatchObject({
      status: 403,
    });
    expect(asked).toEqual([]);
  });
});

describe('an error', () => {
  const statuses = async (): Promise<number[]> => {
    const answers: number[] = [];
    for (const shape of ['problem', 'otlp', 'prometheus'])
      answers.push((await serving.send('POST', `/throw/${shape}`, JSON_TYPE, '{}')).status);
    return answers;
  };

  test.each<[Error, number[]]>([
    [new UserError('BAD_ARGUMENT', 'a'), [400, 400, 400]],
    [new UserError('NOT_FOUND', 'a'), [404, 404, 404]],
    [new RetryableError('CONTENTION', 'a'), [503, 503, 503]],
    [new TerminalError('TOO_LARGE', 'a'), [413, 413, 413]],
    [new TerminalError('COMPUTE_FAILED', 'a'), [500, 500, 400]],
    [new TerminalError('INPUT_LOST', 'a'), [500, 503, 503]],
    [new Error('a'), [500, 503, 503]],
  ])('%s is %j for problem, OTLP and Prometheus', async (error, expected) => {
    await start();
    thrown = error;
    expect(await statuses()).toEqual(expected);
  });

  test('that nobody foresaw says nothing of itself, and is logged whole', async () => {
    await start();
    thrown = new Error('password=hunter2', { cause: new Error('deep down') });
    for (const shape of ['problem', 'otlp', 'prometheus']) {
      const { bytes } = await serving.send('POST', `/throw/${shape}`, JSON_TYPE, '{}');
      expect(bytes.toString()).not.toContain('hunter2');
    }
    const errors = said.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ message: 'password=hunter2', fields: { stack: expect.any(String) } });
    expect(errors[0]?.fields['cause']).toContain('deep down');
  });

  test('is in the encoding of an OTLP request, and text for Prometheus', async () => {
    await start();
    thrown = new RetryableError('UNAVAILABLE', 'not now');
    const asJson = await serving.send('POST', '/throw/otlp', JSON_TYPE, '{}');
    expect(asJson.headers).toMatchObject({ 'content-type': 'application/json', 'retry-after': '1' });
    expect(json(asJson.bytes)).toEqual({ code: 14, message: 'UNAVAILABLE: not now' });
    const asProtobuf = await serving.send('POST', '/throw/otlp', { 'content-type': 'application/x-protobuf' }, 'x');
    expect(asProtobuf.headers['content-type']).toBe('application/x-protobuf');
    expect([...asProtobuf.bytes.subarray(0, 4)]).toEqual([0x08, 14, 0x12, 'UNAVAILABLE: not now'.length]);
    const asText = await serving.send('POST', '/throw/prometheus', JSON_TYPE, '{}');
    expect(asText.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(asText.bytes.toString()).toBe('UNAVAILABLE: not now\n');
  });

  test.each(['/endless', '/split'])('of an answer that cannot be written is one answer: %s', async (path) => {
    await start();
    expect(await serving.send('GET', path)).toMatchObject({ status: 500 });
    expect(said.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  test('of a log that fails ends the connection, and not the process', async () => {
    const fail = (): never => {
      throw new Error('no log');
    };
    await start({ log: { debug: fail, info: fail, warn: fail, error: fail } });
    thrown = new Error('a');
    await serving.send('POST', '/throw/problem', JSON_TYPE, '{}').catch(() => {});
    expect(serving.server.listening).toBe(true);
  });

  test('of a process that ends is passing', async () => {
    await start({ whileServing: () => Promise.reject(new RetryableError('SHUTTING_DOWN', 'ends')) });
    expect(await serving.send('GET', '/open')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(seen).toEqual([]);
  });
});

describe('load', () => {
  test('above the requests under way is turned away, and taken again afterwards', async () => {
    await start({}, { requests: 1, bodyBytes: 1_000 });
    const first = serving.send('GET', '/slow');
    await arrived.promise;
    const second = await serving.send('GET', '/open');
    expect(second).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(json(second.bytes)).toMatchObject({ code: 'OVERLOADED' });
    waiting.resolve();
    expect(await first).toMatchObject({ status: 200 });
    await expect.poll(async () => (await serving.send('GET', '/open')).status).toBe(200);
  });

  test('above the bytes of bodies is turned away, and taken again afterwards', async () => {
    await start({}, { requests: 10, bodyBytes: 20 });
    const body = JSON.stringify({ name: 'a', n: 100 });
    for (let time = 0; time < 3; time += 1) {
      expect(await serving.send('POST', '/write', JSON_TYPE, body)).toMatchObject({ status: 200 });
      expect(await serving.send('POST', '/write', JSON_TYPE, `${body}  `)).toMatchObject({ status: 503 });
    }
  });
});

describe('a client that goes away', () => {
  test('while it is answered aborts the signal, and is no error', async () => {
    await start();
    const socket = connect(serving.port, '127.0.0.1');
    socket.write('GET /slow HTTP/1.1\r\nhost: a\r\nauthorization: Bearer admin\r\n\r\n');
    await arrived.promise;
    socket.destroy();
    await expect.poll(() => seen[0]?.signal.aborted).toBe(true);
    waiting.resolve();
    await expect.poll(() => said.map(({ level }) => level)).toEqual(['debug']);
  });

  test('while it sends is no error, and leaves its place', async () => {
    await start({}, { requests: 1, bodyBytes: 1_000 });
    const socket = connect(serving.port, '127.0.0.1');
    socket.write(
      'POST /raw HTTP/1.1\r\nhost: a\r\nauthorization: Bearer admin\r\ncontent-type: application/x-protobuf\r\ncontent-length: 50\r\n\r\nabc',
    );
    await expect.poll(async () => (await serving.send('GET', '/open')).status).toBe(503);
    socket.destroy();
    await expect.poll(async () => (await serving.send('GET', '/open')).status).toBe(200);
    await turn();
    expect(said.filter(({ level }) => level === 'error')).toEqual([]);
    expect(said.map(({ fields }) => fields['code'])).toContain('CLIENT_GONE');
    expect(seen.every(({ contentType }) => contentType === '')).toBe(true);
  });
});

test('a connection is used again after a refusal', async () => {
  await start();
  const one =
    'POST /raw HTTP/1.1\r\nhost: a\r\nauthorization: Bearer admin\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nabcde';
  const answer = await serving.raw(`${one}${one}GET http://a/open?x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
  expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 415', 'HTTP/1.1 415', 'HTTP/1.1 200']);
});
