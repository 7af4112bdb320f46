/** Answers that are written while they are made, over real connections. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { httpListener } from '../../src/http/listener.ts';
import { makeDoors, makeRoute, type Said, type Serving, serve } from './serving.ts';

const said: Said[] = [];
let made = 0;
let ended = Promise.withResolvers<void>();

async function* lines(count: number, fails = false): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < count; at++) {
      made++;
      yield await Promise.resolve(Buffer.alloc(1_000, 'x'));
    }
    if (fails) throw new UserError('BAD_ARGUMENT', 'No more of it.');
  } finally {
    ended.resolve();
  }
}

const of = (path: string, count: number, fails = false) =>
  makeRoute({
    method: 'GET',
    path,
    handle: () =>
      Promise.resolve({ status: 200, headers: { 'content-type': 'text/csv', etag: '"a"' }, body: lines(count, fails) }),
  });

let serving: Serving;
beforeEach(async () => {
  said.length = 0;
  made = 0;
  ended = Promise.withResolvers();
  const routes = [
    of('/ten', 10),
    of('/none', 0),
    of('/breaks', 5, true),
    of('/fails', 0, true),
    of('/many', 1_000_000),
  ];
  serving = await serve(httpListener(routes, makeDoors(said)));
});
afterEach(() => serving[Symbol.asyncDispose]());

const TOKEN = { authorization: 'Bearer viewer' };

test('a stream comes whole, and an empty one is an answer', async () => {
  const ten = await serving.send('GET', '/ten', TOKEN);
  expect({ status: ten.status, type: ten.headers['content-type'], length: ten.bytes.length }).toEqual({
    status: 200,
    type: 'text/csv',
    length: 10_000,
  });
  expect(await serving.send('GET', '/none', TOKEN)).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
});

test('what fails before the first byte is a problem; after it the connection ends before the last', async () => {
  expect((await serving.send('GET', '/fails', TOKEN)).status).toBe(400);
  await expect(serving.send('GET', '/breaks', TOKEN)).rejects.toThrow(/aborted|hang up/);
  expect(said.flatMap(({ fields }) => fields['code'] ?? [])).toContain('BAD_ARGUMENT');
});

test('nothing is made for who has it, or asks for the head alone', async () => {
  const same = await serving.send('GET', '/ten', { ...TOKEN, 'if-none-match': 'W/"b", W/"a"' });
  expect({ status: same.status, etag: same.headers['etag'], bytes: same.bytes.length }).toEqual({
    status: 304,
    etag: '"a"',
    bytes: 0,
  });
  expect((await serving.send('HEAD', '/ten', TOKEN)).headers['content-type']).toBe('text/csv');
  expect(made).toBe(0);
});

test('a reader that stops reading holds it; one that goes ends it', async () => {
  const socket: Socket = connect(serving.port, '127.0.0.1');
  socket.write(`GET /many HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer viewer\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = made === before;
        before = made;
        return isStill;
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBe(true);
  // What the sockets of both ends hold: some megabytes.
  expect(made).toBeLessThan(100_000);
  socket.destroy();
  await ended.promise;
});
