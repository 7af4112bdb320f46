/** A REST API of Google's, on loopback: routes below a location, JSON in and out, errors as Google's JSON APIs have them. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { z } from 'zod';
import { readBody, TooLargeError } from './http-request.ts';
import type { Listening } from './loopback.ts';
import { HOST, listenHttp } from './loopback.ts';
import { fromHere } from './from-here.ts';

/** https://cloud.google.com/apis/design/errors */
const HTTP_STATUS = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
} as const;

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: keyof typeof HTTP_STATUS;
  /** For programs: https://google.aip.dev/193 */
  readonly details: readonly object[];

  constructor(status: keyof typeof HTTP_STATUS, message: string, details: readonly object[] = []) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

export const httpStatusOf = ({ status }: ApiError): number => HTTP_STATUS[status];

export interface RestCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The resource or collection that the path names, `projects/P/locations/L/...`. */
  readonly name: string;
  /** What `name` lies in. */
  readonly parent: string;
}

/** By method and path below the location, as `GET workflows/*`; `*` is one segment, or any method. */
export type Routes = Readonly<Record<string, (call: RestCall) => object | Promise<object>>>;

export interface RestOptions {
  /** Names the API in messages and in the log. */
  readonly service: string;
  readonly routes: Routes;
  readonly port?: number | undefined;
  /** Of a request's body. */
  readonly maxBodyBytes: number;
  /** The one project there is; any unless it is given. */
  readonly projectId?: string;
  readonly log: (line: string) => void;
}

const PATH = /^\/v1\/(?<location>projects\/(?<project>[^/]+)\/locations\/[^/]+)\/(?<rest>.+)$/u;
/** Of `list` methods. */
const PAGE_SIZE = { default: 500, maximum: 1_000 } as const;

/** @throws when the port is taken. */
export function serveRest(options: RestOptions): Promise<Listening> {
  const { service, maxBodyBytes, log, projectId } = options;
  const routes = Object.entries(options.routes).map(([pattern, answer]) => ({
    pattern: new RegExp(`^${pattern.replaceAll('*', '[^/: ]+')}$`, 'u'),
    answer,
  }));

  const answer = async (request: IncomingMessage): Promise<object> => {
    const { method = 'GET', headers } = request;
    const url = URL.parse(`http://${HOST}${request.url}`);
    const body = await readBody(request, maxBodyBytes);
    const path = url?.pathname.replace(/%3a/iu, ':') ?? '';
    const { location = '', project, rest = '' } = PATH.exec(path)?.groups ?? {};
    const route = routes.find(({ pattern }) => pattern.test(`${method} ${rest}`));
    if (url === null || route === undefined) {
      throw new ApiError('UNIMPLEMENTED', `${method} ${path} is not implemented by the local ${service}`);
    }
    if (projectId !== undefined && project !== projectId) {
      throw new ApiError('PERMISSION_DENIED', `this local cloud serves project "${projectId}", not "${project}"`);
    }
    const name = `${location}/${rest.replace(/:\w+$/u, '')}`;
    return route.answer({ method, url, headers, body, name, parent: name.slice(0, name.lastIndexOf('/')) });
  };

  const server = createServer(
    fromHere((request, response) => {
      void answer(request)
        .then((body) => ({ code: 200, body }))
        .catch((thrown: unknown) => {
          const { status, message } = toApiError(thrown, service);
          const code: number = HTTP_STATUS[status];
          return { code, body: { error: { code, message, status } } };
        })
        .then(({ code, body }) => {
          log(`${service}: ${request.method} ${request.url} ${code}`);
          response.writeHead(code, { 'content-type': 'application/json; charset=UTF-8' });
          response.end(`${JSON.stringify(body, null, 2)}\n`);
        });
    }),
  );
  return listenHttp(server, options.port);
}

function toApiError(thrown: unknown, service: string): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof TooLargeError) return new ApiError('INVALID_ARGUMENT', thrown.message);
  return new ApiError('INTERNAL', `in the local ${service}: ${String(thrown)}`);
}

/**
 * A request's body as the schema reads it; nothing at all is `{}`.
 * @throws {ApiError} UNIMPLEMENTED names a field that a strict schema does not have, INVALID_ARGUMENT what does not fit.
 */
export function readJson<T>(schema: z.ZodType<T>, { body }: Pick<RestCall, 'body'>): T {
  let json: unknown;
  try {
    json = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch (error) {
    throw new ApiError('INVALID_ARGUMENT', `the body is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const field = [...issue.path, issue.keys[0]].join('.');
    throw new ApiError('UNIMPLEMENTED', `the field ${field} is not implemented by this emulator`);
  }
  const problems = issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new ApiError('INVALID_ARGUMENT', problems.join('; '));
}

/** One page of a `list` method's answer; its token is the offset of the next. */
export function page<T>(
  { searchParams }: URL,
  field: string,
  read: (limit: number, offset: number) => readonly T[],
): Record<string, unknown> {
  for (const name of ['filter', 'orderBy']) {
    if (searchParams.get(name)) throw new ApiError('UNIMPLEMENTED', `${name} is not implemented by this emulator`);
  }
  const size = Math.min(Number(searchParams.get('pageSize')) || PAGE_SIZE.default, PAGE_SIZE.maximum);
  const offset = Number(searchParams.get('pageToken'));
  if (!(size > 0) || !Number.isSafeInteger(offset) || offset < 0) {
    throw new ApiError('INVALID_ARGUMENT', 'invalid pageSize or pageToken');
  }
  const items = read(size + 1, offset);
  return { [field]: items.slice(0, size), ...(items.length > size && { nextPageToken: String(offset + size) }) };
}
