/** HTTP of the local cloud, on node:http: fetch gives up after 300 s, and Google's own callers do not. */
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

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

/**
 * @param options.agent for http; an https request takes a connection of its own
 * @param options.interim an informational (1xx) status that is answer enough
 * @param options.maxBodyBytes to wait for the answer's body; without it the answer's head is enough
 * @throws when nothing answers or `signal` is aborted; {@link TooLargeError}
 */
export function sendRequest(
  outgoing: OutgoingRequest,
  signal: AbortSignal,
  options: { agent?: Agent; interim?: number; maxBodyBytes?: number } = {},
): Promise<HttpAnswer> {
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
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(sendRequest(outgoing, signal, options));
      else reject(error);
    });
    request.end(body);
  });
}

/** @throws {TooLargeError} above `limit` bytes; what is left is not read. */
export async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) throw new TooLargeError(`the body exceeds ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
