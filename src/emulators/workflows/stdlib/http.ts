/** https://cloud.google.com/workflows/docs/reference/stdlib/http/request and its neighbours. */
import type { Coroutine, Host } from '../effect.ts';
import { Raised, systemError } from '../errors.ts';
import { DEFAULT_HTTP_TIMEOUT, MAX_HTTP_TIMEOUT } from '../limits.ts';
import { isList, isMap, typeName } from '../value.ts';
import type { Value, ValueMap } from '../value.ts';
import { encodeJson } from './data.ts';
import { blocking, HTTP_METHODS } from './define.ts';
import type { StdlibFunction } from './define.ts';
import { httpPredicates } from './retry.ts';
import { percentEncode } from './text.ts';

const WITHOUT_BODY = { url: 'string', timeout: 'number?', headers: 'map?', query: 'map?', auth: 'map?' } as const;
const WITH_BODY = { ...WITHOUT_BODY, body: 'any?' } as const;

export const http = {
  get: blocking(WITHOUT_BODY, (args, host) => send({ ...args, method: 'GET' }, host)),
  post: withBody('POST'),
  put: withBody('PUT'),
  patch: withBody('PATCH'),
  delete: withBody('DELETE'),
  request: blocking({ method: 'string', ...WITH_BODY }, (args, host) => send(args, host)),
  ...httpPredicates,
};

function withBody(method: string): StdlibFunction {
  return blocking(WITH_BODY, (args, host) => send({ ...args, method }, host));
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly timeout: bigint | number | undefined;
  readonly headers: ValueMap | undefined;
  readonly query: ValueMap | undefined;
  readonly auth: ValueMap | undefined;
  readonly body?: Value | undefined;
}

function* send(request: Request, host: Host): Coroutine<Value> {
  const timeout = Number(request.timeout ?? DEFAULT_HTTP_TIMEOUT);
  if (!(timeout > 0 && timeout <= MAX_HTTP_TIMEOUT)) {
    throw systemError('ValueError', `timeout must be above 0 and at most ${MAX_HTTP_TIMEOUT} seconds, not ${timeout}`);
  }
  const method = request.method.toUpperCase();
  if (!HTTP_METHODS.has(method)) throw systemError('ValueError', `unknown HTTP method "${request.method}"`);
  const headers = stringHeaders(request.headers);
  const body = request.body === undefined ? undefined : encodeBody(request.body, headers);
  if (request.auth !== undefined) headers.set('authorization', `Bearer ${token(request.auth, request.url, host)}`);
  const url = withQuery(request.url, request.query);
  const outcome = yield {
    kind: 'http',
    call: { method, url, headers: Object.fromEntries(headers), timeout, ...(body && { body }) },
  };
  if (outcome.kind === 'error') throw new Raised(outcome.error);
  return outcome.value;
}

function stringHeaders(headers: ValueMap | undefined): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of headers ?? []) {
    if (typeof value !== 'string') {
      throw systemError('TypeError', `header "${name}" must be a string, not ${typeName(value)}`);
    }
    result.set(name.toLowerCase(), value);
  }
  const agent = 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)';
  result.set('user-agent', [result.get('user-agent'), agent].filter(Boolean).join(' '));
  return result;
}

/** Encodes as `content-type` says, and sets that header where it is missing. */
function encodeBody(body: Value, headers: Map<string, string>): Uint8Array {
  const type = headers.get('content-type');
  if (type === undefined) {
    const bytes = body instanceof Uint8Array;
    headers.set('content-type', bytes ? 'application/octet-stream' : 'application/json; charset=utf-8');
    return bytes ? body : Buffer.from(encodeJson(body));
  }
  if (body instanceof Uint8Array) return body;
  if (/^application\/x-www-form-urlencoded/i.test(type) && isMap(body)) return Buffer.from(queryText(body));
  // A string under another type than JSON goes out as it is.
  if (typeof body === 'string' && !/^application\/([\w.-]+\+)?json/i.test(type)) return Buffer.from(body);
  return Buffer.from(encodeJson(body));
}

function token(auth: ValueMap, url: string, host: Host): string {
  const type = auth.get('type');
  if (type === 'OAuth2') return host.token(undefined);
  if (type !== 'OIDC') throw systemError('ValueError', 'auth.type must be OIDC or OAuth2');
  const audience = auth.get('audience') ?? url;
  if (typeof audience !== 'string') throw systemError('TypeError', 'auth.audience must be a string');
  return host.token(audience);
}

function withQuery(url: string, query: ValueMap | undefined): string {
  if (!URL.canParse(url) || !/^https?:/i.test(url)) {
    throw systemError('ValueError', `"${url}" is not an http or https URL`);
  }
  if (query === undefined || query.size === 0) return url;
  const parsed = new URL(url);
  parsed.search = [parsed.search.slice(1), queryText(query)].filter(Boolean).join('&');
  return parsed.href;
}

function queryText(query: ValueMap): string {
  const pairs: string[] = [];
  for (const [name, value] of query) {
    for (const item of isList(value) ? value : [value]) {
      if (item === null || typeof item === 'object') {
        throw systemError('TypeError', `query "${name}" must be a string, number, boolean or a list of them`);
      }
      pairs.push(`${percentEncode(name)}=${percentEncode(String(item))}`);
    }
  }
  return pairs.join('&');
}
