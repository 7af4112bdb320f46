/** Cloud Storage on loopback, with contents in the shared state file. What it takes to answer is loaded with the first request. */
import { createServer } from 'node:http';
import { HOST, listenHttp } from '../loopback.ts';
import { cloudTime } from '../cloud-time.ts';
import type { State } from '../state.ts';
import type { TimersOptions } from '../timers.ts';
import type { StorageService } from './service.ts';
import { fromHere } from '../from-here.ts';

export interface StorageEmulator {
  port: number;
  /** Deletes all buckets, objects and uploads. */
  clear(): Promise<void>;
  /** Ends connections and what is under way. Resumable uploads can be gone on with after the next start. */
  close(): Promise<void>;
}

/** @throws when the port is taken. */
export async function startStorage(
  options: Pick<TimersOptions, 'clock'> & {
    state: State;
    projectId: string;
    /** 0, the default, takes a free one. Resumable uploads have it in their address: to go on with them, give the same one. */
    port?: number;
    /** Told each request. */
    log?: (line: string) => void;
  },
): Promise<StorageEmulator> {
  const { state, projectId, clock: now = cloudTime(state), log = () => {} } = options;
  let opened: Promise<StorageService> | undefined;
  // A night that stores no object does not wait for two dozen modules and eight tables.
  const open = (): Promise<StorageService> => {
    opened ??= import('./service.ts').then(({ openService }) =>
      openService({ state, projectId, now, log, origin: `http://${HOST}:${listening.port}` }),
    );
    return opened;
  };

  const server = createServer(
    fromHere((request, response) => {
      open()
        .then((service) => service.handle(request, response))
        .catch((error: unknown) => {
          log(`Storage: cannot be opened: ${String(error)}`);
          response.writeHead(500).end(`the local Storage cannot be opened: ${String(error)}`);
        });
    }),
  );
  // A large upload may take its time.
  server.requestTimeout = 0;
  const listening = await listenHttp(server, options.port);
  return {
    port: listening.port,
    clear: async () => (await open()).clear(),
    async close() {
      await listening.close();
      await (await opened)?.close();
    },
  };
}
