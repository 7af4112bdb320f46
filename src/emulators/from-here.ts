/** Who may ask a server on loopback: programs of this machine, and no page that a browser of this machine has open. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** Names of this machine that a request may call it by; a page's own name that was made to resolve here is none (DNS rebinding). */
const OWN_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site: `none` is a person's own request. */
export function isForeign({ host = '', origin, 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders): boolean {
  return origin !== undefined || site !== 'none' || !OWN_NAMES.has(host.replace(/:\d+$/, ''));
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Browsers send text/plain to any address without asking first: what has an origin is refused before it is read. */
export const fromHere =
  (handler: Handler): Handler =>
  (request, response) => {
    if (isForeign(request.headers)) refuse(response);
    else handler(request, response);
  };

export function refuse(response: ServerResponse): void {
  response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
  response.end('The local cloud answers programs of this machine: no page of a browser, and by no other name.\n');
}
