/** Servers on 127.0.0.1: how each begins to listen and ends. */
import type { Server as RpcServer } from '@grpc/grpc-js';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Resolves when the last connection has ended. */
  readonly close: () => Promise<void>;
}

export const HOST = '127.0.0.1';

/** How long a gRPC client may take to hang up before its connection is cut. */
const SHUTDOWN_GRACE_MS = 500;

/**
 * @param port 0 takes a free one
 * @throws when the port is taken
 */
export async function listenHttp(server: HttpServer, port = 0): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param port 0 takes a free one
 * @throws when the port is taken
 */
export async function listenGrpc(server: RpcServer, port = 0): Promise<Listening> {
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${HOST}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.forceShutdown(), SHUTDOWN_GRACE_MS);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
