/** HTTP of the local cloud, on node:http: fetch gives up after 300 s, and Google's own callers do not. */
import type { Agent, IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Timers } from './timers.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty unless it was asked for. */
  readonly body: Buffer;
}

/** A body is longer than its reader takes. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** Nothing answered in time. */
export class LateError extends Error {
  override readonly name = 'LateError';
}

export interface RequestOptions {
  /** Breaks the request off. */
  readonly signal: AbortSignal;
  readonly timers: Timers;
  readonly timeoutMs: number;
  /** For http; an https request takes a connection of its own. */
  readonly agent?: Agent;
  /** An informational (1xx) status that is answer enough. */
  readonly interim?: number;
  /** To wait for the answer's body; without it the answer's head is enough. */
  readonly maxBodyBytes?: number;
}

/** @throws when nothing answers or the request is broken off; {@link LateError}, {@link TooLargeError} */
export async function sendRequest(outgoing: OutgoingRequest, options: RequestOptions): Promise<HttpAnswer> {
  const { signal, timers, timeoutMs } = options;
  const deadline = new AbortController();
  const cancel = timers.after(timeoutMs, () => deadline.abort());
  try {
    return await exchange(outgoing, options, AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    throw deadline.signal.aborted ? new LateError(`no answer within ${timeoutMs / 1_000} s`, { cause: error }) : error;
  } finally {
    cancel();
  }
}

function exchange(outgoing: OutgoingRequest, options: RequestOptions, signal: AbortSignal): Promise<HttpAnswer> {
  const { method, url, headers, body } = outgoing;
  return new Promise((resolve, reject) => {
    const secure = /^https:/iu.test(url);
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
      signal,
      agent: secure ? undefined : (options.agent ?? false),
    });
    const answer = (status: number, from: IncomingHttpHeaders, bytes: Buffer = Buffer.alloc(0)): void =>
      resolve({ status, headers: from, body: bytes });
    request.on('information', ({ statusCode, headers }) => {
      if (statusCode === options.interim) answer(statusCode, headers);
    });
    request.on('response', (response) => {
      const status = response.statusCode as number;
      if (options.maxBodyBytes === undefined) {
        response.on('error', () => {}).resume();
        answer(status, response.headers);
      } else {
        readBody(response, options.maxBodyBytes).then((bytes) => answer(status, response.headers, bytes), reject);
      }
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection while we took it: https://nodejs.org/api/http.html#requestreusedsocket
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(exchange(outgoing, options, signal));
      else reject(error);
    });
    request.end(body);
  });
}

/** @throws {TooLargeError} above `limit` bytes; what is left is not read. */
export async function readBody(message: AsyncIterable<unknown>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) throw new TooLargeError(`the body exceeds ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
