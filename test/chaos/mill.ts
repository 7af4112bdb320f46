/** The whole local cloud with real processes, for one seed: the cloud's own, and the functions', which it can kill. */
import { readFileSync } from 'node:fs';
import { Firestore } from '@google-cloud/firestore';
import { PubSub } from '@google-cloud/pubsub';
import { startFunctions, WORKFLOW } from '../../src/cli/local/local-cloud.ts';
import type { LogEntry } from '../../src/cli/local/log-entry.ts';
import { compose, type Ports } from '../../src/compose.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import type { Execution } from '../../src/google/workflows-client.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { writeManifest } from '../../src/mill/manifest/read-manifest.ts';
import { DAYS, type FixtureProject } from '../support/fixture-project.ts';
import { type KillableCloud, startKillableCloud } from './cloud.ts';
import type { Target } from './schedule.ts';
import { LOCAL_PROJECT } from '../../src/cli/local/state-file.ts';

export interface Mill {
  readonly cloud: KillableCloud;
  readonly db: Firestore;
  /** Clients and caches of their own each time. */
  open(): Ports;
  /** Starts the day's workflow. */
  execute(): Promise<Execution>;
  /** How it is; undefined while the cloud is away. */
  read(execution: Execution): Promise<Execution | undefined>;
  /** Processes of a function that run now, oldest first. */
  processes(target: Target): number[];
  close(): Promise<void>;
}

export interface MillOptions {
  readonly onLog: (entry: LogEntry) => void;
  readonly onCloudLine: (line: string) => void;
}

/** What waits in the cloud or in a lease waits shortly: a round meets more in less time. */
const HASTE = { DAYMILL_LEASE_SECONDS: '1', DAYMILL_HEARTBEAT_SECONDS: '0.25' };
const RETRY_POLICY = { minimumBackoff: { nanos: 100_000_000 }, maximumBackoff: { seconds: 1 } };

export async function startMill(project: FixtureProject, options: MillOptions): Promise<Mill> {
  const cloud = await startKillableCloud(project.root, options.onCloudLine);
  const env = { ...HASTE, ...cloud.env };
  const config = { ...readConfig(env, project.root, process.pid), logLevel: 'silent' } as const;
  const manifest = await buildManifest({ root: project.root, directory: config.computations });
  writeManifest(config.manifestFile, manifest);
  Object.assign(process.env, cloud.env);
  await subscribe(config);
  const functions = await startFunctions(
    config,
    { env: cloud.env, close: () => cloud.close(), pubsub: { close: () => Promise.resolve() } },
    {
      env: { PATH: process.env['PATH'], HOME: project.root, ...HASTE },
      onLog: options.onLog,
    },
  );
  // The day asks one after the other: they start side by side.
  for (const service of functions.services.values()) service.warm();
  const db = new Firestore({ projectId: LOCAL_PROJECT });
  const opened: Ports[] = [];
  return {
    cloud,
    db,
    open() {
      const ports = compose(config, manifest);
      opened.push(ports);
      return ports;
    },
    execute: () =>
      functions.workflows.execute(WORKFLOW, { from: DAYS[0], date: DAYS[3], functions: functions.functionUrls }),
    read: ({ name }) => functions.workflows.read(name).catch(() => undefined),
    processes: (target) => childrenWith(`--target=${target}`),
    async close() {
      await Promise.all([db.terminate(), ...opened.map((ports) => ports.close())]);
      await functions.close();
    },
  };
}

/** Ahead of the functions, which then change nothing but the address. */
async function subscribe({ tiers }: Config): Promise<void> {
  const client = new PubSub({ projectId: LOCAL_PROJECT });
  await Promise.all(
    tiers.map(async ({ topic: name }) => {
      const [topic] = await client.createTopic(name);
      await topic.createSubscription(`${name}-push`, {
        pushConfig: { pushEndpoint: 'http://127.0.0.1:1' },
        ackDeadlineSeconds: 600,
        retryPolicy: RETRY_POLICY,
      });
    }),
  );
  await client.close();
}

/** Those that this process has started itself, by what Linux tells. */
function childrenWith(argument: string): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  return children.filter((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').includes(argument);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
