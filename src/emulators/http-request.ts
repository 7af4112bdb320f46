/** An HTTP request of the local cloud, on node:http: fetch gives up after 300 s, and Google's own callers do not. */
import type { Agent } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface OutgoingRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/**
 * @param options.agent for http; an https request takes a connection of its own
 * @param options.interim an informational (1xx) status that is answer enough
 * @returns the answer's status, as soon as its head has arrived
 * @throws when nothing answers or `signal` is aborted
 */
export function sendRequest(
  { method, url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
  options: { agent?: Agent; interim?: number } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:');
    const length = String(Buffer.byteLength(body));
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, 'content-length': length },
      signal,
      agent: secure ? undefined : (options.agent ?? false),
    });
    request.on('information', ({ statusCode }) => {
      if (statusCode === options.interim) resolve(statusCode);
    });
    request.on('response', (response) => {
      response.on('error', () => {});
      response.resume();
      resolve(response.statusCode as number);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection while we took it: https://nodejs.org/api/http.html#requestreusedsocket
      const again = request.reusedSocket && error.code === 'ECONNRESET';
      if (again) resolve(sendRequest({ method, url, headers, body }, signal, options));
      else reject(error);
    });
    request.end(body);
  });
}
