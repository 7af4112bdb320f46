/** The ports that functions run on, in this process: the real stores and clients, talking to a local cloud in memory. */
import { PubSub } from '@google-cloud/pubsub';
import { compose, type Ports } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import type { FaultPlan } from '../../src/emulators/firestore/faults.ts';
import { type FirestoreEmulator, startFirestore } from '../../src/emulators/firestore/server.ts';
import type { Usage } from '../../src/emulators/firestore/usage.ts';
import { startEmulators } from '../../src/emulators/start.ts';
import { openState } from '../../src/emulators/state.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { coverage, readSource, sourceDays } from '../../src/mill/sources/read-source.ts';
import { indexRootData } from '../../src/mill/steps/load/index-root-data.ts';
import { bundledSources, loadRanges } from '../../src/mill/steps/load/bundled-sources.ts';
import { type LoadReport, loadRootData } from '../../src/mill/steps/load/load-root-data.ts';
import type { Manifest } from '../../src/mill/model/manifest.ts';
import { DAYS, fixtureProject, type FixtureProject } from './fixture-project.ts';

export const PROJECT_ID = 'daymill-local';

export interface LocalOptions {
  readonly faults?: FaultPlan | undefined;
  /** The state file of the cloud; it is kept. */
  readonly file?: string;
}

export interface LocalPorts {
  readonly project: FixtureProject;
  /** The ports of another process: clients and caches of their own; `planned` where the code has changed since. */
  open(planned?: Manifest): Ports;
  /** An address that Workflows could have given out; nobody waits there. */
  callbackUrl(id: string): string;
  /** See `FirestoreEmulator`. */
  holdCommits: FirestoreEmulator['holdCommits'];
  /** Firestore operations so far, as they are billed. */
  usage(): Usage;
  close(): Promise<void>;
}

/** The fixture project with these computations. All that is done on its ports suffers `faults`, on a cloud of its own. */
export async function localPorts(
  files: Readonly<Record<string, string>>,
  { faults, file = ':memory:' }: LocalOptions = {},
): Promise<LocalPorts> {
  const project = fixtureProject(files, { simulate: true });
  const cloud = await startEmulators({ file, projectId: PROJECT_ID });
  const state = openState(':memory:');
  const faulty = faults === undefined ? undefined : await startFirestore({ state, faults });
  const env = { ...cloud.env, ...(faulty && { FIRESTORE_EMULATOR_HOST: `127.0.0.1:${faulty.port}` }) };
  Object.assign(process.env, env);
  const manifest = await buildManifest({ root: project.root, directory: 'computations' });
  const pubsub = new PubSub({ projectId: PROJECT_ID });
  const topics = ['computation-tasks', 'computation-tasks-highmem'].map((name) => pubsub.topic(name));
  await Promise.all(topics.map((topic) => topic.get({ autoCreate: true })));
  await pubsub.close();
  const opened: Ports[] = [];
  return {
    project,
    open(planned = manifest) {
      const config = readConfig({ ...env, DAYMILL_LOG: 'silent' }, project.root, process.pid);
      const ports = compose(config, planned);
      opened.push(ports);
      return ports;
    },
    callbackUrl: (id) =>
      `http://${cloud.env['WORKFLOWS_EMULATOR_HOST']}/v1/projects/${PROJECT_ID}/locations/local/workflows/pipeline/executions/${id}/callbacks/${id}`,
    holdCommits: (touches) => (faulty ?? cloud.firestore).holdCommits(touches),
    usage: () => (faulty ?? cloud.firestore).counters(),
    async close() {
      await Promise.all(opened.map((ports) => ports.close()));
      await faulty?.close();
      await state.close();
      await cloud.close();
      project.remove();
    },
  };
}

/** Loads what the fixture's files have, as far as a day. */
export async function loadFiles(to: string, ports: Ports): Promise<LoadReport[]> {
  const ranges = await loadRanges(await bundledSources({ ...ports, coverage }), to, ports.rootData);
  return loadRootData(ranges, { ...ports, readSource, sourceDays });
}

/** Loads the fixture's files and indexes them, as the first steps of a day. */
export async function loadFixture(ports: Ports): Promise<void> {
  await loadFiles(DAYS.at(-1) ?? '', ports);
  await indexRootData(ports);
}
