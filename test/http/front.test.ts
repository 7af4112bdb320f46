/** What Google's functions framework answers for us, and we instead of it. */
import { createServer, Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CloudEvent, cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { z } from 'zod';
import { afterEach, describe, expect, test } from 'vitest';
import { TOKEN_HEADER, TOKEN_VARIABLE } from '../../src/cli/local/token-header.ts';
import { putInFront } from '../../src/http/front.ts';
import { jsonFunction } from '../../src/http/json-function.ts';
import { readWorkerMessage } from '../../src/http/task-event.ts';

const said: { readonly fields: Record<string, unknown>; readonly message: string }[] = [];
const say = (fields: Record<string, unknown>, message: string): void => void said.push({ fields, message });
const log = { debug: say, info: say, warn: say, error: say };

cloudEvent('front-events', (event: CloudEvent<unknown>) => void readWorkerMessage(event, log));
http(
  'front-requests',
  jsonFunction(
    z.object({ a: z.number() }),
    () => log,
    () => Promise.resolve({}),
  ),
);

let server: Server | undefined;
afterEach(async () => {
  said.length = 0;
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

async function start(receives: 'events' | 'requests', logged = () => log): Promise<number> {
  putInFront({ receives, log: logged });
  server = getTestServer(`front-${receives}`);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const send = async (port: number, body: string, headers: Record<string, string>, method = 'POST') => {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method,
    headers,
    ...(method === 'POST' ? { body: Buffer.from(body) } : {}),
  });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
};

const PUSH = JSON.stringify({
  message: { data: Buffer.from('{"no":"task"}').toString('base64'), messageId: '1' },
  subscription: 'projects/p/subscriptions/s',
});
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a message that is no event of ours is acknowledged, and logged', () => {
  test.each<[string, string, Record<string, string>]>([
    ['JSON that is no task', PUSH, { 'content-type': 'application/json' }],
    ['as plain text', PUSH, { 'content-type': 'text/plain' }],
    ['as plain text, traced', PUSH, { 'content-type': 'text/plain', traceparent: TRACE }],
    [
      'as a binary event of text',
      'x',
      { 'content-type': 'text/plain', 'ce-id': '1', 'ce-type': 't', 'ce-source': 's', 'ce-specversion': '1.0' },
    ],
    ['of no type', PUSH, {}],
    ['as a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['as bytes', '\0', { 'content-type': 'application/octet-stream' }],
    ['cut off', '{"message":', { 'content-type': 'application/json' }],
    ['empty', '', { 'content-type': 'application/json' }],
    ['a number', '1', { 'content-type': 'application/json' }],
    ['a list', '[]', { 'content-type': 'application/json', traceparent: TRACE }],
    ['with a context that is none', '{"context":5,"data":{}}', { 'content-type': 'application/json' }],
    ['in a charset that nobody reads', '{}', { 'content-type': 'application/json; charset=latin9' }],
    ['compressed, and not', '{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('%s', async (_, body, headers) => {
    const { status } = await send(await start('events'), body, headers);
    expect(status).toBe(204);
    expect(said).toEqual([
      {
        fields: expect.objectContaining({ event: 'message.unreadable' }),
        message: expect.stringMatching(/^dropped a message that is no/),
      },
    ]);
  });

  test('but not when it cannot be logged', async () => {
    const port = await start('events', () => {
      throw new Error('no manifest');
    });
    expect(await send(port, PUSH, { 'content-type': 'text/plain' })).toMatchObject({
      status: 503,
      body: 'no manifest',
    });
  });

  test('and not when it was cut off on its way', async () => {
    const port = await start('events');
    const socket = connect(port, '127.0.0.1');
    socket.end('POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":');
    expect(await text(socket)).not.toContain('204');
    await expect.poll(() => said.filter(({ fields }) => fields['event'] === 'message.unreadable')).toEqual([]);
  });
});

describe('a request that cannot be read', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };

  test.each<[string, string, Record<string, string>, number]>([
    ['malformed', '{', JSON_TYPE, 400],
    ['no object', '"a"', JSON_TYPE, 400],
    ['in a charset that nobody reads', '{}', { 'content-type': 'application/json; charset=latin9' }, 415],
    ['in an encoding that nobody reads', '{}', { ...JSON_TYPE, 'content-encoding': 'zz' }, 415],
    ['plain text', '{"a":1}', { 'content-type': 'text/plain' }, 400],
  ])('is answered in our own words: %s', async (_, body, headers, status) => {
    const answer = await send(await start('requests'), body, headers);
    expect(answer).toMatchObject({ status, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(answer.body)).toEqual({ error: { code: 'BAD_ARGUMENT', message: expect.any(String) } });
    expect(said).toEqual([
      {
        fields: expect.objectContaining({ event: 'request.failed', code: 'BAD_ARGUMENT' }),
        message: expect.any(String),
      },
    ]);
  });
});

test('servers that are made later are their own', async () => {
  await start('requests');
  const other = createServer((_, response) => response.end('other'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  expect(await send(port, '', {})).toMatchObject({ status: 200, body: 'other' });
  await new Promise((resolve) => other.close(resolve));
});

describe('a listener of our own', () => {
  /** The framework names no host. */
  const startOwn = async (): Promise<{ readonly port: number; readonly asked: () => number }> => {
    let asked = 0;
    putInFront({
      receives: 'own',
      listener: (request, response) => {
        asked += 1;
        response.end(`${request.method} ${request.url}, unread: ${'body' in request ? 'no' : 'yes'}`);
      },
    });
    server = getTestServer('front-requests');
    await new Promise<void>((resolve) => server?.listen(0, resolve));
    return { port: (server.address() as AddressInfo).port, asked: () => asked };
  };

  test('is asked in place of the application, before anybody has read the body', async () => {
    const { port } = await startOwn();
    const answer = await send(port, '{', { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 200, body: 'POST /, unread: yes' });
    expect(said).toEqual([]);
  });

  test('is asked by programs of this machine alone, where the function is a laptop’s', async () => {
    // oxlint-disable-next-line typescript/unbound-method -- they are put back where they were
    const { emit, listen } = Server.prototype;
    process.env[TOKEN_VARIABLE] = 'secret';
    try {
      await import('../../src/cli/local/loopback-only.ts');
      const { port, asked } = await startOwn();
      expect(await send(port, '{}', {})).toMatchObject({ status: 403 });
      expect(await send(port, '{}', { [TOKEN_HEADER]: 'guessed' })).toMatchObject({ status: 403 });
      expect(await send(port, '{}', { [TOKEN_HEADER]: 'secret', origin: 'http://a.example' })).toMatchObject({
        status: 403,
      });
      expect(asked()).toBe(0);
      expect(await send(port, '{}', { [TOKEN_HEADER]: 'secret' })).toMatchObject({ status: 200 });
    } finally {
      Object.assign(Server.prototype, { emit, listen });
    }
  });
});
