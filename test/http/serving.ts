/** A listener behind a server of its own on loopback, with doors that let in who says its role. */
import { createServer, request as ask, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { HttpError } from '../../src/http/http-error.ts';
import type { Doors, Reply, Route } from '../../src/http/route.ts';
import type { Role } from '../../src/meter/model/role.ts';

export interface Said {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

/** `Authorization: Bearer ROLE` is who asks; a subject `poor` has nothing left to spend. */
export function makeDoors(said: Said[], over: Partial<Doors> = {}): Doors {
  const say = (level: string) => (fields: Record<string, unknown>, message: string) =>
    void said.push({ level, fields, message });
  let elapsed = 0;
  return {
    authenticate({ authorization }) {
      const [role, subject = 'somebody'] = authorization?.replace('Bearer ', '').split(' ') ?? [];
      if (role === undefined) return Promise.reject(new HttpError(401, 'UNAUTHENTICATED', 'Send a token.'));
      return Promise.resolve({ organization: 'acme', role: role as Role, subject });
    },
    spend: ({ subject }) =>
      subject === 'poor'
        ? Promise.reject(new HttpError(429, 'QUOTA', 'Nothing left.', { headers: { 'Retry-After': '7' } }))
        : Promise.resolve(),
    clock: { now: () => 1_700_000_000_000, elapsed: () => (elapsed += 1) },
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    whileServing: (act) => act(),
    ...over,
  };
}

export const makeRoute = (route: Partial<Route> & Pick<Route, 'path'>): Route => ({
  method: 'POST',
  id: route.path,
  summary: 'for tests',
  tag: 'tests',
  role: 'viewer',
  quota: 'none',
  shape: 'problem',
  answers: { 200: { description: 'done' } },
  handle: (asked): Promise<Reply> => Promise.resolve({ status: 200, body: asked.body ?? null }),
  ...route,
});

export interface Serving extends AsyncDisposable {
  readonly port: number;
  readonly server: Server;
  send(method: string, path: string, headers?: Record<string, string>, body?: Uint8Array | string): Promise<Answer>;
  /** Bytes as they are, and all that comes back until the connection ends. */
  raw(bytes: string): Promise<string>;
}

export async function serve(listener: RequestListener): Promise<Serving> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    server,
    async send(method, path, headers = {}, body) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const whole = { authorization: 'Bearer admin', ...headers };
      const request = ask({ port, host: '127.0.0.1', method, path, headers: whole, agent: false }, (response) => {
        const { statusCode: status = 0, headers } = response;
        buffer(response).then((bytes) => resolve({ status, headers, bytes }), reject);
      });
      request.on('error', reject);
      request.end(body);
      return promise;
    },
    async raw(bytes) {
      const socket = connect(port, '127.0.0.1');
      socket.end(bytes);
      return text(socket);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
