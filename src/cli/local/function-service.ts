/** A function's address: starts an instance when the first request comes and again after a crash, like Cloud Run from zero. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toError } from '../../errors.ts';
import { type FunctionOptions, type FunctionProcess, startFunction } from './function-process.ts';

export interface FunctionService {
  readonly url: string;
  /** Starts the instance now, so that the first request finds it warm. */
  warm(): void;
  /** Kills the instance without a word, for tests. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export async function startFunctionService(options: FunctionOptions): Promise<FunctionService> {
  let instance: Promise<FunctionProcess> | undefined;
  let closing = false;

  const running = (): Promise<FunctionProcess> => {
    instance ??= startFunction(options).then(
      (started) => {
        void started.exited.then(() => {
          instance = undefined;
        });
        return started;
      },
      (error: unknown) => {
        instance = undefined;
        throw error;
      },
    );
    return instance;
  };

  const server = createServer((incoming, outgoing) => {
    if (closing) {
      outgoing.writeHead(503).end();
      return;
    }
    running().then(
      ({ port }) => forward(port, incoming, outgoing),
      (error: unknown) => outgoing.writeHead(500).end(toError(error).message),
    );
  });
  // A push may take ten minutes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = async (): Promise<void> => {
    const started = await instance?.catch(() => undefined);
    await started?.stop();
  };

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    warm: () => void running().catch((error: unknown) => options.onLine(toError(error).message)),
    kill: stop,
    async close() {
      closing = true;
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await stop();
    },
  };
}

/** An instance that dies in the middle breaks the connection, as the real one does. */
function forward(port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = request(
    { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: incoming.headers, agent: false },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    },
  );
  onward.once('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
