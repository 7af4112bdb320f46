/**
 * What is answered when Google's framework fails before a function of ours is asked: it reads bodies and looks for events itself, and
 * has its errors printed as pages of HTML, an event that is none with a status for which Pub/Sub sends it again for ever.
 */
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { syncBuiltinESMExports } from 'node:module';
import { codeOf, shortened, toError } from '../errors.ts';
import type { Log } from '../process/ports.ts';

export type Front = Fallback | Own;

interface Fallback {
  /** Events are acknowledged when they are none of ours, requests are refused. */
  readonly receives: 'events' | 'requests';
  readonly log: () => Log;
}

/**
 * A listener in place of the framework's application, which inflates bodies without a limit before it asks anyone. The framework still
 * makes the server and starts it, for a function that must be registered under its name, and is never called.
 */
interface Own {
  readonly receives: 'own';
  readonly listener: RequestListener;
  /** What wants to be a WebSocket. */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
}

/** Express calls this with what no handler took: https://expressjs.com/en/guide/error-handling.html */
type Express = (request: IncomingMessage, response: ServerResponse, otherwise: (error?: unknown) => void) => void;

/** For the one server that the framework makes once the function's module is loaded. */
export function putInFront(front: Front): void {
  const { createServer } = http;
  const inFront = (...parameters: Parameters<typeof createServer>): ReturnType<typeof createServer> => {
    http.createServer = createServer;
    syncBuiltinESMExports();
    const app = parameters.pop() as unknown as Express;
    const listener: RequestListener =
      front.receives === 'own'
        ? front.listener
        : (request, response) => app(request, response, (thrown) => answer(front, request, response, thrown));
    const server = Reflect.apply(createServer, http, [...parameters, listener]) as ReturnType<typeof createServer>;
    if (front.receives === 'own' && front.upgrade !== undefined) server.on('upgrade', front.upgrade);
    return server;
  };
  http.createServer = inFront as typeof createServer;
  syncBuiltinESMExports();
}

/** The body did not arrive as it was sent: the same may arrive the next time. By body-parser's names: https://github.com/stream-utils/raw-body#errors */
const IN_TRANSIT = new Set(['request.aborted', 'request.size.invalid', 'stream.encoding.set', 'stream.not.readable']);

function answer(front: Fallback, request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
  const error = toError(thrown ?? `there is no ${request.method} ${request.url} here`);
  try {
    const [status, body] = verdictOn(front, request, error, thrown === undefined);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(
      body === undefined ? undefined : JSON.stringify({ error: { ...body, message: shortened(body.message) } }),
    );
  } catch (unlogged) {
    // Not even a log: nothing is acknowledged that nobody will hear of.
    response.writeHead(503).end(toError(unlogged).message);
  }
}

type Answer = readonly [status: number, body?: { readonly code: string; readonly message: string }];

function verdictOn({ receives, log }: Fallback, request: IncomingMessage, error: Error, isNowhere: boolean): Answer {
  const { type, status } = error as { readonly type?: unknown; readonly status?: unknown };
  const isInTransit = IN_TRANSIT.has(String(type));
  if (receives === 'events' && request.method === 'POST' && !isInTransit) {
    const fields = { event: 'message.unreadable', contentType: request.headers['content-type'] };
    log().error(fields, `dropped a message that is no event: ${shortened(error.message)}`);
    return [204];
  }
  const isTheirs = isNowhere || (typeof status === 'number' && status >= 400 && status < 500);
  const code = codeOf(error) ?? (isTheirs ? 'BAD_ARGUMENT' : 'INTERNAL');
  const fields = { event: 'request.failed', path: request.url, code, stack: isTheirs ? undefined : error.stack };
  log().error(fields, error.message);
  const message = isTheirs ? `The request cannot be read: ${error.message}. Send a POST with JSON.` : error.message;
  if (isInTransit) return [503, { code, message }];
  return [isNowhere ? 404 : isTheirs ? Number(status) : 500, { code, message }];
}
