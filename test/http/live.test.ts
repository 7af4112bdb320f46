/** The live stream: by event streams and by WebSockets, of one's own organization, on whatever instance something came. */
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { composeMeter, type MeterPorts } from '../../src/compose-meter.ts';
import { readConfig } from '../../src/config/config.ts';
import { authenticator } from '../../src/http/auth.ts';
import { FrameQueue, MAX_BEHIND_BYTES } from '../../src/http/frame-queue.ts';
import { ClientGoneError } from '../../src/http/http-error.ts';
import { httpListener } from '../../src/http/listener.ts';
import { liveSocket } from '../../src/http/live-socket.ts';
import { collectRoutes } from '../../src/http/routes/index.ts';
import { written } from '../../src/http/routes/live.ts';
import { writeStream } from '../../src/http/write-stream.ts';
import { FrameRing } from '../../src/meter/live/frame.ts';
import { RING_BYTES } from '../../src/meter/steps/live/live-hub.ts';
import { type ApiUnderTest, apiUnderTest } from './api-under-test.ts';
import { makeDoors } from './serving.ts';

let api: ApiUnderTest;
/** Another instance, on the same Firestore. */
let other: { readonly ports: MeterPorts; readonly server: Server; readonly url: string };
beforeAll(async () => {
  api = await apiUnderTest('live');
  const env = { DAYMILL_PROJECT: 'demo-live', DAYMILL_LOG: 'silent' };
  const ports = composeMeter(readConfig(env, process.cwd(), process.pid));
  const doors = { ...makeDoors([]), authenticate: authenticator(api.ports.jwt, ports.apiKeys), clock: ports.clock };
  const server = createServer(
    httpListener(
      collectRoutes(() => ports),
      doors,
    ),
  );
  server.on('upgrade', liveSocket(doors, ports));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  other = { ports, server, url: `127.0.0.1:${(server.address() as AddressInfo).port}` };
});
afterAll(async () => {
  other.ports.live.close();
  api.ports.live.close();
  other.server.closeAllConnections();
  other.server.close();
  await other.ports.close();
  await api[Symbol.asyncDispose]();
});

interface Event {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** What an EventSource would hear, one by one. */
async function* events(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  gone = new AbortController(),
): AsyncGenerator<Event> {
  const response = await fetch(url, { headers, signal: gone.signal });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  let text = '';
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(end + 2);
        if (lines.has('data'))
          yield {
            id: lines.get('id'),
            event: lines.get('event') ?? '',
            data: JSON.parse(lines.get('data') ?? '') as Record<string, unknown>,
          };
      }
    }
  } finally {
    gone.abort();
  }
}

const url = async (path: string, org = 'acme'): Promise<string> =>
  `http://${other.url}${path}${path.includes('?') ? '&' : '?'}access_token=${await api.tokenOf(org, 'viewer')}`;

/** On the instance that has the readers. */
async function send(text: string, org = 'acme', to = `http://${other.url}`): Promise<void> {
  const { status } = await fetch(`${to}/api/v1/import/prometheus`, {
    method: 'POST',
    body: `${text}\n`,
    headers: { authorization: `Bearer ${await api.tokenOf(org)}`, 'content-type': 'text/plain' },
  });
  expect(status).toBe(204);
}

async function readersAre(count: number): Promise<void> {
  await expect.poll(() => other.ports.live.readers, { interval: 5, timeout: 30_000 }).toBe(count);
}
const values = ({ data }: Event): unknown[] => (data['samples'] as { value: number }[]).map(({ value }) => value);

describe('an event stream', () => {
  test('has what comes, of its organization alone, and goes on where it was left', async () => {
    const stream = events(await url('/api/live'));
    const first = stream.next();
    await readersAre(1);
    await send('load 1', 'globex');
    await send('load{device="d1"} 2');
    const one = (await first).value as Event;
    expect([one.event, values(one)]).toEqual(['samples', [2]]);
    await stream.return(undefined);
    await readersAre(0);
    await send('load 2.5');
    const back = events(await url('/api/live'), { 'last-event-id': one.id ?? '' });
    expect(values((await back.next()).value as Event), 'what came while nobody read').toEqual([2.5]);
    const next = back.next();
    await send('load 3');
    expect(values((await next).value as Event)).toEqual([3]);
    const missed = events(await url(`/api/live?last_event_id=${one.id}`));
    expect(values((await missed.next()).value as Event)).toEqual([2.5]);
    expect(values((await missed.next()).value as Event)).toEqual([3]);
    const lost = events(await url('/api/live?last_event_id=elsewhere.7'));
    expect(((await lost.next()).value as Event).event).toBe('gap');
    for (const open of [back, missed, lost]) await open.return(undefined);
    await readersAre(0);
  });

  test('of an event has what comes of its devices, and of no other organization', async () => {
    const registered = await fetch(`http://${other.url}/api/events/registrations`, {
      method: 'POST',
      body: JSON.stringify({ registrations: [{ device: 'd1', event: 'party' }] }),
      headers: { authorization: `Bearer ${await api.tokenOf('acme')}`, 'content-type': 'application/json' },
    });
    expect(registered.status).toBe(200);
    const stream = events(await url('/api/live/events/party'));
    const gone = new AbortController();
    const foreign = events(await url('/api/live/events/party', 'globex'), {}, gone);
    const [first, none] = [stream.next(), foreign.next()];
    await readersAre(2);
    await send('load{device="d2"} 1');
    // One request may speak of several.
    await send('load{device="d1"} 2\nload{device="secret"} 3\nload 4');
    expect(values((await first).value as Event)).toEqual([2]);
    await stream.return(undefined);
    gone.abort();
    await expect(none).rejects.toThrow('aborted');
  });

  test('hears of what another instance has collected', async () => {
    const stream = events(await url('/api/live'));
    const first = stream.next();
    await readersAre(1);
    // The other one looks for readers from time to time: what comes before that is not for them.
    const elsewhere = `http://127.0.0.1:${api.serving.port}`;
    let at = 100;
    const sending = setInterval(() => void send(`load ${at++}`, 'acme', elsewhere).catch(() => {}), 300);
    try {
      const event = (await first).value as Event;
      expect(event.event).toBe('samples');
      expect(values(event)[0]).toBeGreaterThanOrEqual(100);
    } finally {
      clearInterval(sending);
      await stream.return(undefined);
    }
  });
});

describe('a WebSocket', () => {
  const open = async (path: string, token: string, asProtocol = false): Promise<WebSocket> => {
    const socket = asProtocol
      ? new WebSocket(`ws://${other.url}${path}`, ['daymill', `bearer.${token}`])
      : new WebSocket(`ws://${other.url}${path}?access_token=${token}`);
    return socket;
  };

  test('has the same frames', async () => {
    const socket = await open('/api/live/ws', await api.tokenOf('acme', 'viewer'));
    await once(socket, 'open');
    const message = once(socket, 'message');
    await send('load 9');
    const [data] = (await message) as [Buffer];
    expect(JSON.parse(data.toString())).toMatchObject({ event: 'samples', data: { samples: [{ value: 9 }] } });
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  });

  test('knows who reads by a subprotocol, and sends the token to nobody', async () => {
    const socket = await open('/api/live/ws', await api.tokenOf('acme', 'viewer'), true);
    await once(socket, 'open');
    expect(socket.protocol).toBe('daymill');
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  });

  test('at an address that is none is refused', async () => {
    const socket = connect(Number(other.url.split(':')[1]), '127.0.0.1');
    socket.write(
      'GET //[ HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
  });

  test.each([
    ['/api/live/ws', 'nonsense', 401],
    ['/api/other', undefined, 404],
  ])('at %s with %s is refused', async (path, token, status) => {
    const socket = await open(path, token ?? (await api.tokenOf('acme')));
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(status);
    socket.terminate();
  });
});

test('a stream without a token is refused', async () => {
  expect((await fetch(`http://${other.url}/api/live`)).status).toBe(401);
});

test('a reader that reads too slowly is let go, with a word', async () => {
  const queue = new FrameQueue(
    ({ data }) => data,
    (ending) => `<${ending}>`,
  );
  const frame = { id: '1', kind: 'samples' as const, devices: [], data: 'x'.repeat(MAX_BEHIND_BYTES / 2) };
  for (let at = 0; at < 3; at++) queue.push(frame);
  const texts: string[] = [];
  for await (const chunk of queue.read('', new AbortController().signal)) texts.push(Buffer.from(chunk).toString());
  expect(texts).toEqual(['<slow>']);
});

test('all that is kept for those who come back is less than a reader may be behind', () => {
  const ring = new FrameRing(RING_BYTES);
  const queue = new FrameQueue(written, (ending) => `<${ending}>`);
  const frame = { kind: 'heartbeat' as const, devices: [], data: '{}' };
  for (let at = 0; at < 10_000; at++) ring.push({ ...frame, id: `an-instance-with-a-name-${at}` });
  let first = 0;
  while (ring.after(`an-instance-with-a-name-${first}`) === undefined) first++;
  const oldest = ring.after(`an-instance-with-a-name-${first}`);
  for (const one of oldest ?? []) queue.push(one);
  expect([(oldest ?? []).length > 5_000, queue.ending]).toEqual([true, undefined]);
});

test('a reader that takes nothing is let go', async () => {
  const outcome = Promise.withResolvers<unknown>();
  const server = createServer((_, response) => {
    const forever = async function* () {
      for (;;) yield Buffer.alloc(1_000_000);
    };
    const alone = new AbortController().signal;
    writeStream(response, forever(), () => response.writeHead(200), alone, 50).then(outcome.resolve, outcome.resolve);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(await outcome.promise).toBeInstanceOf(ClientGoneError);
  socket.destroy();
  server.close();
});

test('a ring keeps the last bytes, and knows what it has lost', () => {
  const ring = new FrameRing(250);
  for (let at = 0; at < 5; at++) ring.push({ id: String(at), kind: 'samples', devices: [], data: 'xxxx' });
  expect(ring.after('3')?.map(({ id }) => id)).toEqual(['4']);
  expect(ring.after('0')).toBeUndefined();
});
