/** Preloaded into every function's process: the framework listens on every interface, and a laptop's functions are for the laptop. */
import { type IncomingMessage, Server, type ServerResponse } from 'node:http';
import { isForeign, refuse } from '../../emulators/from-here.ts';

// oxlint-disable-next-line typescript/unbound-method -- each is called with the server that it was called on
const { listen, emit } = Server.prototype;

Server.prototype.listen = function (this: Server, port: unknown, ...rest: unknown[]) {
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, rest[0] as () => void);
} as typeof listen;

Server.prototype.emit = function (this: Server, ...event: Parameters<typeof emit>) {
  const [name, request, response] = event as readonly unknown[];
  if (name !== 'request' || !isForeign((request as IncomingMessage).headers)) return emit.apply(this, event);
  refuse(response as ServerResponse);
  return true;
} as typeof emit;
