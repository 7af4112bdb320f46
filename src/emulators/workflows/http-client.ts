/** Sends an execution's HTTP calls and turns their answers into values. */
import type { IncomingHttpHeaders } from 'node:http';
import { LateError, sendRequest, TooLargeError } from '../http-request.ts';
import type { HttpAnswer } from '../http-request.ts';
import type { Timers } from '../timers.ts';
import type { HttpCall, Outcome } from './effect.ts';
import { systemError } from './errors.ts';
import type { Tag } from './errors.ts';
import { MAX_RESPONSE_BYTES } from './limits.ts';
import { fromJson } from './parse-json.ts';
import { mapOf } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** Always answers: a failure is an outcome too. */
export async function sendHttp(call: HttpCall, signal: AbortSignal, timers: Timers): Promise<Outcome> {
  try {
    const timeoutMs = call.timeout * 1000;
    return toOutcome(await sendRequest(call, { signal, timers, timeoutMs, maxBodyBytes: MAX_RESPONSE_BYTES }));
  } catch (error) {
    return failure(tagOf(error), `${call.method} ${call.url}: ${(error as Error).message}`);
  }
}

function tagOf(error: unknown): Tag {
  if (error instanceof LateError) return 'TimeoutError';
  if (error instanceof TooLargeError) return 'ResourceLimitError';
  // One error of several addresses, all refused, names no system call.
  const connecting = /^(?:connect|getaddrinfo)$/.test((error as NodeJS.ErrnoException).syscall ?? '');
  return connecting || error instanceof AggregateError ? 'ConnectionFailedError' : 'ConnectionError';
}

export function failure(tag: Tag, message: string): Outcome {
  return { kind: 'error', error: systemError(tag, message).value as ValueMap };
}

function toOutcome({ status, headers, body: bytes }: HttpAnswer): Outcome {
  let body: Value;
  try {
    body = parseBody(headers['content-type'], bytes);
  } catch (error) {
    return failure('ValueError', `the response is not valid JSON: ${(error as Error).message}`);
  }
  const answer = { body, code: BigInt(status), headers: headerMap(headers) };
  if (status < 400) return { kind: 'value', value: mapOf(answer) };
  const message = `HTTP server responded with error code ${status}`;
  return { kind: 'error', error: mapOf({ ...answer, message, tags: ['HttpError'] }) };
}

/**
 * JSON by its content type, text as a string, anything else as bytes; nothing as null.
 * @throws {SyntaxError} JSON that is none.
 */
export function parseBody(type: string | undefined, bytes: Uint8Array): Value {
  const media = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (bytes.length === 0) return media.startsWith('text/') ? '' : null;
  const text = (): string => Buffer.from(bytes).toString('utf8');
  if (media === 'application/json') return fromJson(text());
  return media.startsWith('text/') ? text() : new Uint8Array(bytes);
}

/** Names as Go writes them, `Content-Type`, which is how they arrive in the service; repeated ones joined by comma. */
export function headerMap(headers: IncomingHttpHeaders): ValueMap {
  const map = new Map<string, Value>();
  for (const [name, value] of Object.entries(headers)) {
    const canonical = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (value !== undefined) map.set(canonical, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
