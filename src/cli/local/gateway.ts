/** One address on loopback for everything that is served over HTTP: each request goes to the service that answers its path. */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { UserError } from '../../errors.ts';
import { isForeign, refuse } from '../../emulators/from-here.ts';
import { OWN_PAGE_HEADER } from './token-header.ts';

/** Unless another is asked for. */
export const DEFAULT_PORT = 18_100;

export interface Gateway {
  /** `http://127.0.0.1:18100` */
  readonly url: string;
  close(): Promise<void>;
}

/** `addressOf`: the service for a request, with its token. @throws {UserError} BUSY when another program has the port. */
export async function startGateway(port: number, addressOf: (request: IncomingMessage) => string): Promise<Gateway> {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const server = createServer((incoming, outgoing) => {
    // A page of ours asks with our own origin; any other page is none of our business.
    if (isForeign(withoutOwnOrigin(incoming))) refuse(outgoing);
    else forward(incoming, outgoing, { agent, to: addressOf(incoming) });
  });
  server.on('upgrade', (incoming, socket, head) => {
    if (isForeign(withoutOwnOrigin(incoming))) socket.destroy();
    else forwardUpgrade(incoming, socket, head, addressOf(incoming));
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE' ? busy(port) : error));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      agent.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

const busy = (port: number): UserError =>
  new UserError('BUSY', `Another program listens on port ${port}. Choose another: --port N, or 0 for a free one.`);

/**
 * What is left of the headers once our own page's word is believed: that it comes from here, of the name that it was asked under, which
 * still has to be this machine's. A link that somebody follows shows the page, and nothing else.
 */
function withoutOwnOrigin({ method, url = '/', headers }: IncomingMessage): IncomingMessage['headers'] {
  const { origin, 'sec-fetch-site': site, [OWN_PAGE_HEADER]: _, ...rest } = headers;
  const isOwn = site === 'same-origin' && (origin === undefined || origin === `http://${headers.host}`);
  const isFollowed =
    origin === undefined &&
    method === 'GET' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    !/^\/(?:api|v1)\//.test(url);
  if (isOwn) return { ...rest, [OWN_PAGE_HEADER]: 'yes' };
  return isFollowed ? rest : headers;
}

/** A WebSocket: whatever either side says from the answer on. */
function forwardUpgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, to: string): void {
  const { hostname, port } = new URL(to);
  const onward = connect(Number(port), hostname, () => {
    const lines = incoming.rawHeaders.flatMap((text, at) =>
      at % 2 === 0 ? [`${text}: ${incoming.rawHeaders[at + 1]}`] : [],
    );
    onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket);
    socket.pipe(onward);
  });
  for (const [one, other] of [
    [socket, onward],
    [onward, socket],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { agent, to }: { readonly agent: Agent; readonly to: string },
): void {
  const onward = request(`${to}${incoming.url ?? '/'}`, {
    method: incoming.method,
    headers: withoutOwnOrigin(incoming),
    agent,
  });
  onward.once('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    answer.once('error', () => outgoing.destroy());
  });
  onward.once('error', () => outgoing.destroy());
  outgoing.once('close', () => onward.destroy());
  incoming.pipe(onward);
}
