/** Sends an execution's HTTP calls. On node:http, since fetch gives up after 300 s and hides why a connection failed. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HttpCall, Outcome } from './effect.ts';
import { Raised, systemError } from './errors.ts';
import type { Tag } from './errors.ts';
import { MAX_RESPONSE_BYTES } from './limits.ts';
import { fromJson, mapOf } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** Always answers: a failure is an outcome too. An aborted call never answers. */
export function sendHttp(call: HttpCall, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    let connected = false;
    const fail = (tag: Tag, message: string): void => {
      clearTimeout(timer);
      if (!signal.aborted) resolve(failure(tag, message));
    };
    const send = call.url.toLowerCase().startsWith('https:') ? httpsRequest : httpRequest;
    const headers = Object.fromEntries(call.headers);
    const request = send(call.url, { method: call.method, headers, signal, agent: false });
    const timer = setTimeout(() => {
      fail('TimeoutError', `no complete response from ${call.url} within ${call.timeout} s`);
      request.destroy();
    }, call.timeout * 1000);
    request.once('socket', (socket) => socket.once('connect', () => (connected = true)));
    request.once('error', (error) => {
      const tag = connected ? 'ConnectionError' : 'ConnectionFailedError';
      fail(tag, `${call.method} ${call.url}: ${error.message}`);
    });
    request.once('response', (response) => {
      void readBody(response).then(
        (body) => {
          clearTimeout(timer);
          resolve(toOutcome(response, body));
        },
        (error: unknown) => {
          if (error instanceof Raised) fail('ResourceLimitError', `the response exceeds ${MAX_RESPONSE_BYTES} bytes`);
          else fail('ConnectionError', `${call.method} ${call.url}: ${String(error)}`);
          request.destroy();
        },
      );
    });
    request.end(call.body);
  });
}

function failure(tag: Tag, message: string): Outcome {
  return { kind: 'error', error: systemError(tag, message).value as ValueMap };
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) throw systemError('ResourceLimitError', '');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toOutcome(response: IncomingMessage, bytes: Buffer): Outcome {
  const code = response.statusCode ?? 0;
  let body: Value;
  try {
    body = parseBody(response.headers['content-type'], bytes);
  } catch (error) {
    return failure('ValueError', `the response is not valid JSON: ${(error as Error).message}`);
  }
  const answer = { body, code: BigInt(code), headers: headerMap(response.headers) };
  if (code < 400) return { kind: 'value', value: mapOf(answer) };
  const error = new Map(systemError('HttpError', '', answer).value as ValueMap);
  return { kind: 'error', error: error.set('message', `HTTP server responded with error code ${code}`) };
}

/**
 * JSON by its content type, text as a string, anything else as bytes; nothing as null.
 * @throws {SyntaxError} JSON that is none.
 */
export function parseBody(type: string | undefined, bytes: Uint8Array): Value {
  const media = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (bytes.length === 0) return media.startsWith('text/') ? '' : null;
  if (media === 'application/json') return fromJson(Buffer.from(bytes).toString('utf8'));
  return media.startsWith('text/') ? Buffer.from(bytes).toString('utf8') : new Uint8Array(bytes);
}

/** Names as Go writes them, `Content-Type`, which is how they arrive in the service; repeated ones joined by comma. */
export function headerMap(headers: IncomingMessage['headers']): ValueMap {
  const map = new Map<string, Value>();
  for (const [name, value] of Object.entries(headers)) {
    const canonical = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (value !== undefined) map.set(canonical, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
