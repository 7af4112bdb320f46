/** The composition root: config -> the ports that every step asks for. The only file that knows both steps/ and google/. */
import { randomUUID } from 'node:crypto';
import type { Firestore } from '@google-cloud/firestore';
import type { Config } from './config/config.ts';
import { firestoreActions } from './google/mill/firestore-actions.ts';
import { firestoreArtifacts, type ReadFiles } from './google/mill/firestore-artifacts.ts';
import { firestoreCells } from './google/mill/firestore-cells.ts';
import { openFirestore } from './google/firestore-client.ts';
import { firestoreControl } from './google/mill/firestore-control.ts';
import { firestoreLedger } from './google/mill/firestore-ledger.ts';
import { firestorePings } from './google/mill/firestore-pings.ts';
import { firestorePlanning } from './google/mill/firestore-planning.ts';
import { firestoreRegistry } from './google/mill/firestore-registry.ts';
import { firestoreRootData } from './google/mill/firestore-root-data.ts';
import { firestoreRuns } from './google/mill/firestore-runs.ts';
import { firestoreShardRegistry } from './google/mill/firestore-shard-registry.ts';
import { firestoreTasks } from './google/mill/firestore-tasks.ts';
import { pubsubQueue } from './google/mill/pubsub-queue.ts';
import { workflowsCallbacks } from './google/mill/workflows-callbacks.ts';
import { NO_PIPELINE, workflowsPipeline } from './google/mill/workflows-pipeline.ts';
import { workflowsClient } from './google/workflows-client.ts';
import type { Pipeline } from './mill/ports/pipeline.ts';
import { storageFiles } from './google/mill/storage-files.ts';
import { openLog } from './process/log.ts';
import { SYSTEM_CLOCK } from './process/system-clock.ts';
import { UserError } from './errors.ts';
import { guardImports } from './mill/manifest/import-guard.ts';
import { loadComputation, loadDataset } from './mill/manifest/load-definitions.ts';
import { readManifest } from './mill/manifest/read-manifest.ts';
import { memoryProbe } from './mill/worker/memory-probe.ts';
import type { Computation } from './mill/model/computation.ts';
import type { Dataset } from './mill/model/dataset.ts';
import type { Manifest } from './mill/model/manifest.ts';
import { UNFENCED } from './mill/simulation/unfenced.ts';
import type { Definitions, Simulations } from './mill/ports/code.ts';
import type { Files } from './mill/ports/files.ts';
import { listProjectFiles, openProjectFile } from './mill/sources/project-files.ts';
import { startWatchdog } from './mill/worker/watchdog.ts';

export type Ports = ReturnType<typeof compose>;

/** `manifest` is given where it was just built; deployed functions read theirs from its file. */
export function compose(config: Config, manifest: Manifest = readManifest(config.manifestFile)) {
  const db = openFirestore(config);
  guardImports(config.root, manifest.files);
  const code = definitions(config.root);
  const files = filesIn(config, db);
  const dataset = (name: string): Promise<Dataset> => {
    const entry = manifest.datasets.find((one) => one.name === name);
    if (entry === undefined) throw new UserError('UNKNOWN_DATASET', `There is no dataset ${name} in the manifest.`);
    return code.dataset(entry);
  };
  // Loaded when it is needed: most processes never read a file.
  const readFiles: ReadFiles = async function* (place, stored) {
    const { storedDays } = await import('./mill/sources/stored-days.ts');
    yield* storedDays({ dataset, open: (pattern, file) => files.open(pattern, file) })(place, stored);
  };
  // The type by its name: declarations cannot name the one that Node's types infer.
  const shutdown: AbortSignal = new AbortController().signal;
  return {
    manifest,
    root: config.root,
    from: config.from,
    tier: config.tier,
    tiers: config.tiers,
    lanes: config.lanes,
    worker: config.worker,
    leaseMs: config.leaseMs,
    heartbeatMs: config.heartbeatMs,
    simulate: config.simulate,
    audit: config.audit,
    limits: config.limits,
    failedShare: config.failedShare,
    prices: config.prices.table,
    clock: SYSTEM_CLOCK,
    newId: () => randomUUID().slice(0, 13),
    log: openLog(config.logLevel, { worker: config.worker }),
    probe: memoryProbe(),
    /** Never aborted where nobody ends the process in an orderly way. */
    shutdown,
    definitions: code,
    planning: firestorePlanning(db),
    tasks: firestoreTasks(db),
    runs: firestoreRuns(db),
    ledger: firestoreLedger(db),
    controls: firestoreControl(db),
    actions: firestoreActions(db),
    pipeline: pipelineOf(config),
    cells: firestoreCells(db),
    artifacts: firestoreArtifacts(db, SYSTEM_CLOCK, readFiles),
    files,
    shards: firestoreShardRegistry(db),
    rootData: firestoreRootData(db),
    registry: firestoreRegistry(db),
    pings: firestorePings(db),
    simulations: {
      ...(UNFENCED === undefined ? {} : { unavailable: UNFENCED }),
      // Loaded when there is something to simulate.
      async run(jobs) {
        const { simulateAll } = await import('./mill/simulation/simulator.ts');
        return simulateAll(jobs, {
          root: config.root,
          ...(manifest.files === undefined ? {} : { files: manifest.files }),
        });
      },
    } satisfies Simulations,
    queue: pubsubQueue(config.projectId, config.tiers),
    callbacks: workflowsCallbacks(config.workflowsEmulatorHost),
    watchdog: startWatchdog(config),
    close: () => db.terminate(),
  };
}

/** A process that has none says so when a day is to be started. */
function pipelineOf({ pipeline, projectId, workflowsEmulatorHost }: Config): Pipeline {
  if (pipeline === undefined || projectId === undefined) return NO_PIPELINE;
  const { location, ...what } = pipeline;
  return workflowsPipeline({ ...what, workflows: workflowsClient(projectId, location, workflowsEmulatorHost) });
}

/** In the project's folder, in buckets, and what was collected. */
function filesIn({ root, projectId }: Config, db: Firestore): Files {
  const buckets = storageFiles(projectId);
  // Loaded when it is asked for: most projects collect nothing.
  const collected = async (): Promise<Files> => {
    const { collectedFiles } = await import('./collected-files.ts');
    return collectedFiles(db, SYSTEM_CLOCK);
  };
  return {
    async *list(pattern) {
      if (pattern.collected !== undefined) yield* (await collected()).list(pattern);
      else yield* pattern.bucket === undefined ? listProjectFiles(root, pattern) : buckets.list(pattern);
    },
    async open(pattern, file) {
      if (pattern.collected !== undefined) return (await collected()).open(pattern, file);
      return pattern.bucket === undefined ? openProjectFile(root, file) : buckets.open(pattern, file);
    },
  };
}

/** Each module is imported once a process; one that could not be is tried again by whoever asks next. */
function definitions(root: string): Definitions {
  const loaded = new Map<string, Promise<Computation>>();
  return {
    computation(entry) {
      let found = loaded.get(entry.name);
      if (found === undefined) {
        found = loadComputation(root, entry);
        loaded.set(entry.name, found);
        found.catch(() => loaded.delete(entry.name));
      }
      return found;
    },
    dataset: (entry) => loadDataset(root, entry),
  };
}
