/**
 * Preloaded into every function's process: the framework listens on every interface, and a laptop's functions are for the laptop, and
 * there for whoever was told their address.
 */
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { isForeign, refuse } from '../../emulators/from-here.ts';
import { OWN_PAGE_HEADER, TOKEN_HEADER, TOKEN_VARIABLE } from './token-header.ts';

const token = process.env[TOKEN_VARIABLE];
// Author code runs here too, and what it starts.
delete process.env[TOKEN_VARIABLE];

// oxlint-disable-next-line typescript/unbound-method -- each is called with the server that it was called on
const { listen, emit } = Server.prototype;

Server.prototype.listen = function (this: Server, port: unknown, ...rest: unknown[]) {
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, rest[0] as () => void);
} as typeof listen;

Server.prototype.emit = function (this: Server, ...event: Parameters<typeof emit>) {
  const [name, request, response] = event as readonly unknown[];
  if (name !== 'request') return emit.apply(this, event);
  const { headers } = request as IncomingMessage;
  if (!isForeign(headers) && (token === undefined || headers[TOKEN_HEADER] === token)) {
    delete headers[TOKEN_HEADER];
    // In the cloud the function hears it from the browser itself.
    if (token !== undefined && headers[OWN_PAGE_HEADER] !== undefined) headers['sec-fetch-site'] = 'same-origin';
    delete headers[OWN_PAGE_HEADER];
    return emit.apply(this, event);
  }
  refuse(response as ServerResponse);
  return true;
} as typeof emit;
