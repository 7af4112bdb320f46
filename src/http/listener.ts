/**
 * The one way of a request through the API: route, who asks, what they may, what they have left, body, handler, answer. Node's own server
 * asks it, before any framework has read the body.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { toError } from '../errors.ts';
import { mayAs } from '../meter/model/role.ts';
import { ClientGoneError, HttpError } from './http-error.ts';
import { type LoadLimits, LOAD_LIMITS, makeLoad, type Place } from './load.ts';
import { type Verdict, verdictOn, writeError } from './problem.ts';
import { checkQuery, mediaType, readRequest } from './read-request.ts';
import { pack } from './pack.ts';
import { compileRoutes, type Found } from './router.ts';
import type { Asked, Caller, Doors, Reply, Route, Shape } from './route.ts';
import { isStream, writeStream } from './write-stream.ts';

/** Bytes that are still taken, and thrown away, of a body that was refused: a client that is cut off while it sends may never read why. */
const LINGER_BYTES = 128 * 1024 ** 2;

/** What is known of a request so far, for the one line in the log. */
interface Progress {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly receivedAtMs: number;
  readonly startedMs: number;
  route?: Route;
  caller?: Caller;
  bytes?: number;
}

/** Routes for anyone are asked by nobody in particular: no organization, and the least role. */
const ANYONE: Caller = { organization: '', role: 'viewer', subject: '' };

/** @throws {Error} for a table that contradicts itself. */
export function httpListener(
  routes: readonly Route[],
  doors: Doors,
  limits: LoadLimits = LOAD_LIMITS,
): RequestListener {
  const find = compileRoutes(routes);
  const load = makeLoad(limits);

  const serve = async (progress: Progress): Promise<void> => {
    const { request } = progress;
    let place: Place | undefined;
    let code: string | undefined;
    try {
      const [path, query] = target(request);
      const found = find(request.method ?? '', path);
      progress.route = found.route;
      place = load.enter();
      const { grow } = place;
      await doors.whileServing(async () => {
        const asked = await ask(progress, found, query, doors, grow);
        if (found.route.isStream === true) place?.leave();
        await answer(progress, asked);
      });
    } catch (thrown) {
      code = fail(progress, toError(thrown), doors);
    } finally {
      place?.leave();
    }
    note(progress, code, doors);
  };

  return (request, response) => {
    const startedMs = doors.clock.elapsed();
    // Without these a connection that ends would be an error of the process.
    request.on('error', () => {});
    response.on('error', () => {});
    void serve({ request, response, receivedAtMs: doors.clock.now(), startedMs }).catch((thrown: unknown) => {
      // Only a log that throws comes here: the client is not left waiting for it.
      if (!response.headersSent) request.destroy(toError(thrown));
    });
  };
}

/** Also as a proxy asks, with scheme and host. https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
function target({ url = '/' }: IncomingMessage): readonly [path: string, query: URLSearchParams] {
  const local = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const at = local.indexOf('?');
  return at < 0 ? [local, new URLSearchParams()] : [local.slice(0, at), new URLSearchParams(local.slice(at + 1))];
}

interface Answer {
  readonly reply: Reply;
  readonly removedKeys: readonly string[];
  readonly signal: AbortSignal;
}

async function ask(
  progress: Progress,
  { route, params }: Found,
  query: URLSearchParams,
  doors: Doors,
  grow: (bytes: number) => void,
): Promise<Answer> {
  const { request, response, receivedAtMs } = progress;
  const { headers } = request;
  if (route.role !== 'anyone') {
    const caller = await doors.authenticate(route.isStream === true ? withToken(headers, query) : headers);
    progress.caller = caller;
    if (!mayAs(caller.role, route.role)) throw forbidden(caller, route.role);
    await doors.spend(caller, route);
  }
  const { body, removedKeys, bytes } = await readRequest(route, request, grow);
  progress.bytes = bytes;
  checkQuery(route.query, query);
  const contentType = mediaType(headers['content-type']);
  const signal = whenGone(response);
  const asked: Asked = {
    teams: undefined,
    ...(progress.caller ?? ANYONE),
    params,
    query,
    headers,
    body,
    contentType,
    removedKeys,
    receivedAtMs,
    signal,
  };
  return { reply: await route.handle(asked), removedKeys, signal };
}

/** A browser cannot set headers of an EventSource, nor of a WebSocket. */
export function withToken(headers: IncomingMessage['headers'], query: URLSearchParams): IncomingMessage['headers'] {
  const token = query.get('access_token');
  return token === null || headers.authorization !== undefined
    ? headers
    : { ...headers, authorization: `Bearer ${token}` };
}

const forbidden = ({ role }: Caller, needed: string): HttpError =>
  new HttpError(
    403,
    'FORBIDDEN',
    `This takes the role ${needed}, and yours is ${role}: ask an admin of your organization.`,
  );

function whenGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => {
    if (!response.writableFinished) gone.abort(new ClientGoneError('the client went away before it was answered'));
  };
  if (response.destroyed) abort();
  response.once('close', abort);
  return gone.signal;
}

async function answer(progress: Progress, { reply, removedKeys, signal }: Answer): Promise<void> {
  const { status, headers = {}, body } = reply;
  const isBytes = body instanceof Uint8Array || isStream(body);
  const all: Headers = {
    ...(body === undefined ? {} : { 'content-type': isBytes ? 'application/octet-stream' : JSON_TYPE }),
    ...lowerCased(headers),
    ...(removedKeys.length === 0 ? {} : { 'x-removed-keys': removedKeys.join(', ') }),
  };
  if (isKnown(progress.request, all['etag'])) return send(progress, 304, undefined, all);
  if (!isStream(body) || progress.request.method === 'HEAD') {
    const bytes = bytesOf(body);
    const packing = progress.route?.isPacked === true ? await pack(bytes, progress.request.headers) : undefined;
    return send(progress, status, packing?.bytes ?? bytes, { ...all, ...packing?.headers });
  }
  const { response } = progress;
  await writeStream(response, body, () => response.writeHead(status, { ...COMMON_HEADERS, ...all }), signal);
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** Of a stream that is not asked for nothing. */
const bytesOf = (body: unknown): Uint8Array | undefined =>
  body === undefined || isStream(body)
    ? undefined
    : body instanceof Uint8Array
      ? body
      : Buffer.from(JSON.stringify(body));

/** Whether the client has what it would be answered. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function isKnown({ headers, method }: IncomingMessage, etag: string | undefined): boolean {
  const known = headers['if-none-match'];
  if (etag === undefined || known === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
  return known === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

type Headers = Readonly<Record<string, string>>;

/** What is one organization's is nobody's to keep, and no browser is to guess what it is. */
const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** The one way out of what is whole. Nothing is sent to whom has been answered, or has gone. */
function send(
  { request, response }: Progress,
  status: number,
  payload: Uint8Array | undefined,
  headers: Headers,
): void {
  if (response.headersSent || response.destroyed) return;
  if (!request.complete) discardRest(request);
  const hasNoBody = status === 204 || status === 304;
  response.writeHead(status, {
    ...COMMON_HEADERS,
    ...headers,
    ...(hasNoBody ? {} : { 'content-length': String(payload?.length ?? 0) }),
  });
  response.end(hasNoBody || request.method === 'HEAD' ? undefined : payload);
}

/** In place of Node's own, which has no limit. */
function discardRest(request: IncomingMessage): void {
  let left = LINGER_BYTES;
  request.on('data', ({ length }: Uint8Array) => {
    left -= length;
    if (left < 0) request.destroy();
  });
}

/** @returns the code that the log's line has. */
function fail(progress: Progress, error: Error, doors: Doors): string {
  if (error instanceof ClientGoneError) return 'CLIENT_GONE';
  const { request, route } = progress;
  const shape: Shape = route?.shape ?? 'problem';
  const verdict = verdictOn(error, shape);
  const { status, headers, body } = writeError(verdict, shape, mediaType(request.headers['content-type']));
  send(progress, status, body, headers);
  complain(progress, error, verdict, doors);
  return verdict.code;
}

/** What is not the request's fault is for who runs this, whole: the answer says little of it. */
function complain({ request, route, caller }: Progress, error: Error, verdict: Verdict, { log }: Doors): void {
  if (verdict.severity === 'none') return;
  const fields = {
    event: 'request.failed',
    route: route?.id,
    method: request.method,
    organization: caller?.organization,
    status: verdict.status,
    code: verdict.code,
  };
  if (verdict.severity === 'passing') log.warn(fields, error.message);
  else log.error({ ...fields, stack: error.stack, cause: causeOf(error) }, error.message);
}

const causeOf = ({ cause }: Error): string | undefined =>
  cause === undefined ? undefined : (toError(cause).stack ?? toError(cause).message);

function note(progress: Progress, code: string | undefined, { log, clock }: Doors): void {
  const { request, response, route, caller, bytes, startedMs } = progress;
  const fields = {
    event: 'request.served',
    route: route?.id,
    method: request.method,
    organization: caller?.organization,
    status: response.headersSent ? response.statusCode : undefined,
    code,
    bytes,
    ms: Math.round((clock.elapsed() - startedMs) * 1_000) / 1_000,
  };
  log.debug(fields, `${request.method} ${route?.path ?? 'of no route'}`);
}
