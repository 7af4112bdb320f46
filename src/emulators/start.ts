/** The whole local cloud on one state file: starts every emulator, tells clients where they are, and closes them again. */
import { createServer } from 'node:net';
import type { FaultPlan } from './firestore/faults.ts';
import type { FirestoreEmulator, FirestoreOptions } from './firestore/server.ts';
import { startFirestore } from './firestore/server.ts';
import { metadataEnv, startMetadataServer } from './metadata-server.ts';
import type { PubsubFaults } from './pubsub/faults.ts';
import type { PubsubEmulator, PushBound } from './pubsub/server.ts';
import { startPubsub } from './pubsub/server.ts';
import type { SchedulerEmulator } from './scheduler/server.ts';
import { startScheduler } from './scheduler/server.ts';
import { openState } from './state.ts';
import type { StorageEmulator } from './storage/server.ts';
import { startStorage } from './storage/server.ts';
import type { WorkflowsFaults } from './workflows/faults.ts';
import type { WorkflowsEmulator } from './workflows/server.ts';
import { startWorkflows } from './workflows/server.ts';

export interface LocalCloud {
  firestore: FirestoreEmulator;
  pubsub: PubsubEmulator;
  workflows: WorkflowsEmulator;
  scheduler: SchedulerEmulator;
  storage: StorageEmulator;
  metadata: { port: number };
  /** See `State`: settles when nothing can be kept any more. */
  broken: Promise<Error>;
  /** Set these for the official clients, before they are made. */
  env: Record<string, string>;
  /** Empties every emulator. */
  clear(): Promise<void>;
  /** Ends everything that was started; what is committed stays in the file. A second call does nothing. */
  close(): Promise<void>;
}

export interface LocalCloudOptions {
  /** The state file, or `:memory:` to keep nothing. */
  file: string;
  projectId: string;
  /** Told to clients as GOOGLE_CLOUD_LOCATION. */
  location?: string;
  /** On 127.0.0.1; one that is left out, or 0, takes a free port. */
  ports?: {
    firestore?: number;
    pubsub?: number;
    workflows?: number;
    scheduler?: number;
    storage?: number;
    metadata?: number;
  };
  indexes?: FirestoreOptions['indexes'];
  requireIndexes?: boolean;
  maxOutstandingPushes?: PushBound;
  /** What goes wrong, on purpose. */
  faults?: { firestore?: FaultPlan; pubsub?: PubsubFaults; workflows?: WorkflowsFaults };
  log?: (line: string) => void;
}

/** A port of the local cloud cannot be used; the message names it and says what to do. */
export class BusyPortError extends Error {
  override readonly name = 'BusyPortError';
}

/**
 * @throws {StateFileError} when the state file cannot be used
 * @throws {BusyPortError} when a port is taken; what had started is closed again
 */
export async function startEmulators(options: LocalCloudOptions): Promise<LocalCloud> {
  const { projectId, location, ports = {}, indexes, requireIndexes, maxOutstandingPushes, faults = {}, log } = options;
  const state = openState(options.file);
  const closers: (() => Promise<void>)[] = [() => state.close()];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  const started = async <T extends { port: number; close(): Promise<void> }>(
    service: keyof typeof ports,
    start: (options: { state: typeof state; port: number; log?: (line: string) => void }) => Promise<T>,
  ): Promise<T> => {
    const port = ports[service] ?? 0;
    if (port !== 0) await tryPort(service, port);
    const emulator = await start({ state, port, ...(log && { log }) });
    closers.push(() => emulator.close());
    return emulator;
  };
  try {
    const metadata = await started('metadata', (common) => startMetadataServer({ ...common, projectId }));
    const firestore = await started('firestore', (common) =>
      startFirestore({
        ...common,
        ...(indexes && { indexes }),
        ...(requireIndexes !== undefined && { requireIndexes }),
        ...(faults.firestore && { faults: faults.firestore }),
      }),
    );
    const pubsub = await started('pubsub', (common) =>
      startPubsub({
        ...common,
        ...(maxOutstandingPushes !== undefined && { maxOutstandingPushes }),
        ...(faults.pubsub && { faults: faults.pubsub }),
      }),
    );
    const workflows = await started('workflows', (common) =>
      startWorkflows({ ...common, projectId, ...(faults.workflows && { faults: faults.workflows }) }),
    );
    const workflowsHost = host(workflows);
    const scheduler = await started('scheduler', (common) => startScheduler({ ...common, workflowsHost }));
    const storage = await started('storage', (common) => startStorage({ ...common, projectId }));
    return {
      firestore,
      pubsub,
      workflows,
      scheduler,
      storage,
      metadata,
      broken: state.broken,
      env: {
        FIRESTORE_EMULATOR_HOST: host(firestore),
        PUBSUB_EMULATOR_HOST: host(pubsub),
        WORKFLOWS_EMULATOR_HOST: workflowsHost,
        SCHEDULER_EMULATOR_HOST: host(scheduler),
        // With its scheme: without one the Node client takes it for https.
        STORAGE_EMULATOR_HOST: `http://${host(storage)}`,
        ...metadataEnv(metadata.port),
        GOOGLE_CLOUD_PROJECT: projectId,
        ...(location !== undefined && { GOOGLE_CLOUD_LOCATION: location }),
      },
      async clear() {
        for (const emulator of [storage, scheduler, workflows, pubsub, firestore]) await emulator.clear();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const host = ({ port }: { port: number }): string => `127.0.0.1:${port}`;

/** Before the service binds it: grpc-js does not say why it cannot, and prints a line of its own. */
async function tryPort(service: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'the port is taken' : (cause as Error).message;
    throw new BusyPortError(
      `The local ${service} cannot listen on 127.0.0.1:${port}: ${reason}. ` +
        `Stop what listens there (lsof -i :${port} shows it), or choose another with --${service}-port; 0 takes a free one.`,
      { cause },
    );
  }
  await new Promise((resolve) => probe.close(resolve));
}
