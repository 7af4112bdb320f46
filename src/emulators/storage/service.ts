/**
 * Answers the part of Cloud Storage's JSON API that docs/local-cloud.md names: one way in by routes, one way out by answers and errors.
 * The Node client asks below `/b` when STORAGE_EMULATOR_HOST is set and below `/storage/v1/b` else; uploads and others use the long paths.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TooLargeError } from '../http-request.ts';
import type { State } from '../state.ts';
import type { Answer, Api, Route } from './api.ts';
import { bucketMethods } from './bucket-methods.ts';
import { Contents } from './contents.ts';
import { invalid, StorageError, unimplemented } from './errors.ts';
import { readFields } from './fields.ts';
import { objectMethods } from './object-methods.ts';
import { openStore } from './store.ts';
import { uploadMethods } from './upload-methods.ts';

export interface StorageService {
  /** Answers a request, whatever becomes of it. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  clear(): Promise<void>;
  /** Ends what is under way in the background. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly state: State;
  readonly projectId: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Told each request. */
  readonly log: (line: string) => void;
}

/** Parameters of every method, https://cloud.google.com/storage/docs/json_api/v1/parameters. */
const COMMON = new Set(['alt', 'fields', 'uploadType', 'prettyPrint', 'userProject', 'quotaUser', 'key']);
/** Values by which a parameter says what is so anyway. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['projection', 'noAcl'],
  ['versions', 'false'],
  ['softDeleted', 'false'],
]);
/** The service's conditions by entity tag, and its encryption by the client's own keys. */
const REFUSED_HEADERS = /^(?:if-match|if-none-match|x-goog-(?:copy-source-)?encryption-.+)$/u;
const PATH = /^\/(?:(?<kind>storage|upload\/storage|download\/storage)\/v1\/)?(?<rest>b(?:\/.*)?)$/u;

export function openService({ state, projectId, now, origin, log }: ServiceOptions): StorageService {
  const store = openStore(state.db);
  const contents = new Contents(state, store, log);
  const api: Api = { state, store, contents, now, projectId, origin };
  const routes = Object.entries({ ...bucketMethods(api), ...objectMethods(api), ...uploadMethods(api) }).map(
    ([pattern, route]) => ({ pattern: new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`, 'u'), route }),
  );

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const { method = '', url = '', headers } = request;
    const [path = '', query = ''] = url.split(/\?(.*)/su);
    const { kind = '', rest = '' } = PATH.exec(path)?.groups ?? {};
    const parameters = new URLSearchParams(kind.startsWith('download') ? `${query}&alt=media` : query);
    const asked = `${method} ${kind.startsWith('upload') ? 'upload/' : ''}${rest}`;
    for (const { pattern, route } of routes) {
      const match = pattern.exec(asked);
      if (match === null) continue;
      assertKnown(route, parameters, request);
      const [bucket = '', object = '', toBucket = '', toObject = ''] = match.slice(1).map(decode);
      const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      const fields = parameters.get('fields');
      const part = fields ? readFields(fields) : (answer: object) => answer;
      const given = await route.answer({ query: parameters, headers, body, bucket, object, toBucket, toObject });
      return given.json === undefined ? given : { ...given, json: part(given.json) };
    }
    throw unimplemented(`${method} ${path}`);
  };

  return {
    handle(request, response) {
      void answer(request)
        .catch((thrown: unknown) => refusal(thrown, request))
        .then((given) => send(given, request, response, log))
        .catch(() => response.destroy());
    },
    clear: () => state.write(() => store.clear()),
    close: () => contents.close(),
  };
}

/** @throws {StorageError} UNIMPLEMENTED by the name of a parameter or header */
function assertKnown({ parameters = [] }: Route, query: URLSearchParams, { headers }: IncomingMessage): void {
  for (const [name, value] of query) {
    if (value === '' || COMMON.has(name) || parameters.includes(name) || DEFAULTS.get(name) === value) continue;
    throw unimplemented(`the parameter ${name}=${value}`);
  }
  const refused = Object.keys(headers).find((name) => REFUSED_HEADERS.test(name));
  if (refused !== undefined) throw unimplemented(`the header ${refused}`);
}

/** @throws {StorageError} invalid */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(`The path holds no UTF-8: ${segment}`);
  }
}

/** Who asks for a content hears why there is none as text, as from the service; so does who leaves a gap in an upload. */
function refusal(thrown: unknown, { url = '', method }: IncomingMessage): Answer {
  const error =
    thrown instanceof StorageError
      ? thrown
      : thrown instanceof TooLargeError
        ? invalid(thrown.message)
        : new StorageError(500, 'internalError', `in the local Storage: ${String(thrown)}`);
  if (error.code === 304) return { status: 304 };
  const media = method === 'GET' && (url.startsWith('/download/') || /[?&]alt=media(?:&|$)/u.test(url));
  return { status: error.code, ...(media || error.code === 503 ? { text: error.message } : { json: error.toJSON() }) };
}

async function send(
  { status = 200, headers = {}, json, text, send: sendBody }: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  log(`Storage: ${request.method} ${request.url} ${status}`);
  // What is left of a body that was refused is passed over, so that the connection can be used again.
  if (!request.complete) request.resume();
  const body = json === undefined ? text : `${JSON.stringify(json)}\n`;
  const type = json === undefined ? 'text/plain; charset=utf-8' : 'application/json; charset=UTF-8';
  response.writeHead(status, {
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  if (sendBody === undefined) {
    response.end(body);
    return;
  }
  // A client that hangs up, or bytes that are no gzip: the connection is cut, and that is all there is to say.
  await sendBody(response).catch((error: unknown) => {
    response.destroy();
    log(`Storage: ${request.method} ${request.url} broke off: ${(error as Error).message}`);
  });
}
