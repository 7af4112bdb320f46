/** From an error to what is answered: one table of statuses, and one body for each shape that senders understand. */
import { STATUS_CODES as PHRASES } from 'node:http';
import { isPassing, RetryableError, shortened, TerminalError, UserError } from '../errors.ts';
import { type StatusCode, writeStatus } from '../meter/formats/otlp/write.ts';
import { QueryError, type QueryErrorType } from '../meter/promql/query-error.ts';
import { type FieldError, HttpError } from './http-error.ts';
import type { Shape } from './route.ts';

export interface Verdict {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  /** Whether it is for who runs this: an error of ours, or trouble that passes. */
  readonly severity: 'none' | 'passing' | 'ours';
}

/** Seconds. Passing trouble (contention, an instance that ends) is mostly over by then. */
const AGAIN = { 'retry-after': '1' };

/**
 * An OTLP sender sends again after 429, 502, 503 and 504 alone, so 500 would lose its data
 * (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). Prometheus sends again after every 5xx, and what can never
 * succeed would hold up all that is behind it (https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#retries--backoff).
 */
export function verdictOn(error: Error, shape: Shape): Verdict {
  const { message } = error;
  const as = (status: number, code: string, severity: Verdict['severity'], detail = message): Verdict => ({
    status,
    code,
    detail: shortened(detail),
    headers: status === 503 ? AGAIN : {},
    errors: [],
    severity,
  });
  if (error instanceof HttpError) {
    const { status, code, errors } = error;
    const verdict = as(status, code, status === 503 ? 'passing' : status >= 500 ? 'ours' : 'none');
    return { ...verdict, errors, headers: { ...verdict.headers, ...challenge(status), ...lowerCased(error.headers) } };
  }
  if (error instanceof QueryError) return as(QUERY_STATUS[error.type], error.type, 'none');
  if (error instanceof UserError) return as(USER_STATUS[error.code] ?? 400, error.code, 'none');
  if (error instanceof RetryableError) return as(503, error.code, 'passing');
  if (error instanceof TerminalError) {
    if (error.code === 'TOO_LARGE') return as(413, error.code, 'none');
    if (!isSentAgain(shape)) return as(500, error.code, 'ours');
    if (isPassing(error.code)) return as(503, error.code, 'ours');
    return as(shape === 'otlp' ? 500 : 400, error.code, 'ours');
  }
  const isRetried = isSentAgain(shape);
  const nothing = `Something went wrong here that is not the request's fault. ${isRetried ? 'Send it again.' : 'Try again; if it stays, tell who runs this service when it was.'}`;
  return as(isRetried ? 503 : 500, 'INTERNAL', 'ours', nothing);
}

const USER_STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  UNKNOWN_COMPUTATION: 404,
  FORBIDDEN: 403,
  BUSY: 409,
  ALREADY_DONE: 409,
};

/** By their senders, which keep what they have until it is taken. */
const isSentAgain = (shape: Shape): boolean => shape === 'otlp' || shape === 'prometheus';

/** https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
const QUERY_STATUS: Readonly<Record<QueryErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 503,
};

/** A 401 has to say how to authenticate. https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2 */
const challenge = (status: number): Readonly<Record<string, string>> =>
  status === 401 ? { 'www-authenticate': 'Bearer' } : {};

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export interface WrittenError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const PROTOBUF = 'application/x-protobuf';

/** `contentType` is the request's: an OTLP sender reads the encoding in which it writes. */
export function writeError(verdict: Verdict, shape: Shape, contentType: string): WrittenError {
  const { status, headers, detail } = verdict;
  const written = (type: string, body: Uint8Array): WrittenError => ({
    status,
    headers: { ...headers, 'content-type': type },
    body,
  });
  if (shape === 'prometheus') return written('text/plain; charset=utf-8', Buffer.from(inWords(verdict)));
  if (shape === 'otlp') {
    const isProtobuf = contentType === PROTOBUF;
    const body = writeStatus(isProtobuf ? 'protobuf' : 'json', rpcCode(status), inWords(verdict).trimEnd());
    return written(isProtobuf ? PROTOBUF : 'application/json', body);
  }
  if (shape === 'query') {
    const errorType = verdict.code in QUERY_STATUS ? verdict.code : (ERROR_TYPES[status] ?? verdict.code.toLowerCase());
    return written('application/json', Buffer.from(JSON.stringify({ status: 'error', errorType, error: detail })));
  }
  const problem = {
    // No page of its own: the title is then the status's, and `code` tells problems apart. RFC 9457, 4.2.1.
    type: 'about:blank',
    title: PHRASES[status] ?? 'Error',
    status,
    detail,
    code: verdict.code,
    ...(verdict.errors.length === 0 ? {} : { errors: verdict.errors }),
  };
  return written('application/problem+json', Buffer.from(JSON.stringify(problem)));
}

/** Of what is refused before a query is looked at. */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'bad_data',
  404: 'not_found',
  413: 'bad_data',
  415: 'bad_data',
  503: 'unavailable',
};

/** With what is wrong in detail, a line each. */
const inWords = ({ code, detail, errors }: Verdict): string =>
  [`${code}: ${detail}`, ...errors.map(({ path, message }) => `${path || 'it'}: ${message}`), ''].join('\n');

const RPC_CODES: Readonly<Record<number, StatusCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  429: 'RESOURCE_EXHAUSTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

const rpcCode = (status: number): StatusCode => RPC_CODES[status] ?? (status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT');
