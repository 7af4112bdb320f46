/** The local cloud as a process that can be killed, and comes back on the same state file and the same ports. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { CloudOptions } from '../../src/cli/local/local-cloud.ts';
import type { CloudReport, CloudRequest } from './cloud-process.ts';
import type { Faults } from './schedule.ts';

export interface KillableCloud {
  /** The same after every restart. */
  readonly env: Record<string, string>;
  /** SIGKILL, and a new process with the same faults. */
  kill(): Promise<void>;
  /** Ends in good order and starts anew, with other faults or none. */
  restart(faults: Faults | undefined): Promise<void>;
  /** Resolves once no message waits; never, when it is killed meanwhile. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** @param onLine each line that it logs */
export async function startKillableCloud(root: string, onLine: (line: string) => void): Promise<KillableCloud> {
  const ports = await freePorts();
  let faults: Faults | undefined;
  let starts = 0;
  let child: ChildProcess;
  let env: Record<string, string> = {};
  let waiting: (() => void)[] = [];

  const start = async (): Promise<void> => {
    // Each process draws anew: with one seed it would repeat the faults that its predecessor has had.
    const seed = (faults?.seed ?? 0) + starts++;
    const planned = faults && {
      firestore: { ...faults.firestore, seed },
      pubsub: { ...faults.pubsub, seed },
      workflows: { ...faults.workflows, seed },
    };
    const options = JSON.stringify({ root, ports, ...(planned && { faults: planned }) });
    const started = fork(join(import.meta.dirname, 'cloud-process.ts'), [options], { execPath: process.execPath });
    child = started;
    await new Promise<void>((resolve, reject) => {
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`the local cloud ended with ${code} before it served`)));
      started.on('message', (report: CloudReport) => {
        if (report === 'idle') for (const resolve of waiting.splice(0)) resolve();
        else if ('line' in report) onLine(report.line);
        else {
          ({ env } = report);
          resolve();
        }
      });
    });
  };
  const end = async (how: () => void): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      how();
      await ended;
    }
    waiting = [];
  };
  const tell = (request: CloudRequest): void => void child.send(request);

  await start();
  return {
    get env() {
      return env;
    },
    async kill() {
      await end(() => child.kill('SIGKILL'));
      await start();
    },
    async restart(next) {
      await end(() => tell('close'));
      faults = next;
      await start();
    },
    idle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        tell('idle');
      }),
    close: () => end(() => tell('close')),
  };
}

/** Below what Linux gives to outgoing connections (32,768 and up): while the cloud is away, nobody else gets them. */
const PORTS = { first: 20_000, last: 32_000 };

async function freePorts(): Promise<NonNullable<CloudOptions['ports']>> {
  const ports: Record<string, number> = {};
  for (const service of ['firestore', 'pubsub', 'workflows', 'scheduler', 'metadata']) {
    let port: number;
    do port = randomInt(PORTS.first, PORTS.last);
    while (Object.values(ports).includes(port) || !(await isFree(port)));
    ports[service] = port;
  }
  return ports;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
