/** The live stream as a WebSocket, `/api/live/ws`, with the frames of the server-sent events. https://www.rfc-editor.org/rfc/rfc6455 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { MeterPorts } from '../compose-meter.ts';
import { toError } from '../errors.ts';
import type { Frame } from '../meter/live/frame.ts';
import { HEARTBEAT_MS, MAX_BEHIND_BYTES } from './frame-queue.ts';
import { HttpError } from './http-error.ts';
import { withToken } from './listener.ts';
import { verdictOn, writeError } from './problem.ts';
import type { Caller, Doors } from './route.ts';
import { liveRoutes, type Part, partOfEvent, STREAM_MS, tooMany, wholeFrame } from './routes/live.ts';

export type LiveSocket = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const PATH = '/api/live/ws';

/** `Sec-WebSocket-Protocol: daymill, bearer.TOKEN`, as browsers can say who they are. */
const TOKEN_PROTOCOL = /(?:^|,)\s*bearer\.([\w.~+/-]+=*)\s*(?:,|$)/;

/** Never the one with the token: what is chosen is sent back. A browser that offers some fails where none is chosen. */
const handleProtocols = (offered: ReadonlySet<string>): string | false => (offered.has('daymill') ? 'daymill' : false);

/** Codes of closing: https://www.iana.org/assignments/websocket/websocket.xhtml */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

export function liveSocket(doors: Doors, ports: MeterPorts): LiveSocket {
  // A reader has nothing to say.
  const server = new WebSocketServer({ noServer: true, maxPayload: 1_024, handleProtocols });
  const [route] = liveRoutes(() => ports);
  return (request, socket, head) => {
    socket.on('error', () => {});
    void (async () => {
      const url = URL.parse(request.url ?? '/', 'http://localhost');
      if (url === null) throw new HttpError(400, 'BAD_ARGUMENT', 'The address of the request is no URL.');
      if (url.pathname !== PATH) throw new HttpError(404, 'NOT_FOUND', `WebSockets are opened at ${PATH}.`);
      const caller = await doors.authenticate(credentials(request, url.searchParams));
      if (route !== undefined) await doors.spend(caller, route);
      if (ports.live.isFull(caller.organization)) throw tooMany();
      const event = url.searchParams.get('event');
      if (event !== null) await ports.memberships.load(caller.organization);
      const part = event === null ? wholeFrame : partOfEvent(caller.organization, event, ports);
      const lastId = url.searchParams.get('last_event_id') ?? undefined;
      server.handleUpgrade(request, socket, head, (opened) => serve(opened, caller, { part, lastId }, ports));
    })().catch((thrown: unknown) => refuse(socket, toError(thrown)));
  };
}

function credentials({ headers }: IncomingMessage, query: URLSearchParams): IncomingMessage['headers'] {
  const [, token] = TOKEN_PROTOCOL.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  return token === undefined ? withToken(headers, query) : { ...headers, authorization: `Bearer ${token}` };
}

function refuse(socket: Duplex, error: Error): void {
  const { status, headers, body } = writeError(verdictOn(error, 'problem'), 'problem', '');
  const all = { ...headers, connection: 'close', 'content-length': String(body.length) };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Refused\r\n${head.join('')}\r\n`), body]));
}

const message = (event: string, data: string, id?: string): string =>
  `{${id === undefined ? '' : `"id":${JSON.stringify(id)},`}"event":${JSON.stringify(event)},"data":${data}}`;

function serve(
  socket: WebSocket,
  { organization }: Caller,
  { part, lastId }: { readonly part: Part; readonly lastId: string | undefined },
  { live }: MeterPorts,
): void {
  const end = (event: 'bye' | 'slow', code: number): void => {
    socket.send(message(event, '{}'));
    socket.close(code, event);
  };
  const send = ({ id, kind, data }: Frame): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BEHIND_BYTES) end('slow', TRY_AGAIN_LATER);
    else socket.send(message(kind, data, id));
  };
  const reader = { part, send, end: () => end('bye', GOING_AWAY) };
  const { leave, missed } = live.join(organization, reader, lastId);
  if (missed === undefined) socket.send(message('gap', '{}'));
  for (const frame of missed ?? []) send(frame);
  // One that does not answer before the next is gone.
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const beat = setInterval(() => {
    if (!isAlive) socket.terminate();
    isAlive = false;
    socket.ping();
  }, HEARTBEAT_MS);
  const old = setTimeout(() => end('bye', GOING_AWAY), STREAM_MS);
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    clearInterval(beat);
    clearTimeout(old);
    leave();
  });
}
