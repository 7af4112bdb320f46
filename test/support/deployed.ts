/**
 * A deployed Daymill, as far as a machine without Google Cloud has one: the emulators under a project of their own, and the functions as processes that
 * have what Cloud Run and a deployment give them, and nothing that local mode sets.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { type FunctionService, startFunctionService } from '../../src/cli/local/function-service.ts';
import { type LocalCloud, startEmulators } from '../../src/emulators/start.ts';
import { workflowsClient } from '../../src/google/workflows-client.ts';
import { daymill } from './daymill-process.ts';
import type { FixtureProject } from './fixture-project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

export const PROJECT = 'acme-metrics';
export const REGION = 'europe-west1';
export const NAME = 'shop';

const TOPIC = `${NAME}-computation-tasks`;

/** What points Google's clients at the emulators; a command has these where it would find Google Cloud. */
const EMULATORS = [
  'FIRESTORE_EMULATOR_HOST',
  'PUBSUB_EMULATOR_HOST',
  'WORKFLOWS_EMULATOR_HOST',
  'SCHEDULER_EMULATOR_HOST',
  'STORAGE_EMULATOR_HOST',
  'GCE_METADATA_HOST',
  'METADATA_SERVER_DETECTION',
] as const;

export interface Deployed {
  readonly env: Readonly<Record<string, string>>;
  readonly cloud: LocalCloud;
  /** All that the functions printed. */
  readonly logs: readonly string[];
  close(): Promise<void>;
}

export async function deployed(project: FixtureProject): Promise<Deployed> {
  const cloud = await startEmulators({ file: ':memory:', projectId: PROJECT, location: REGION });
  const env = Object.fromEntries(EMULATORS.map((name) => [name, cloud.env[name] ?? '']));
  Object.assign(process.env, env);
  const manifest = join(project.root, 'dist/manifest.json');
  const built = await daymill(project, ['manifest', '--out', manifest]);
  if (built.code !== 0) throw new Error(built.stderr);
  const logs: string[] = [];
  const start = (target: string, source: string, more: Readonly<Record<string, string>> = {}) =>
    startFunctionService({
      target,
      source: join(REPOSITORY, 'functions', `${source}.ts`),
      memoryMB: 1_024,
      concurrency: 8,
      maxInstances: 1,
      env: {
        PATH: process.env['PATH'],
        TMPDIR: process.env['TMPDIR'],
        ...env,
        K_SERVICE: `${NAME}-${target}`,
        K_REVISION: `${NAME}-${target}-00001`,
        DAYMILL_PROJECT: PROJECT,
        DAYMILL_DATABASE: NAME,
        DAYMILL_ROOT: project.root,
        DAYMILL_MANIFEST: manifest,
        DAYMILL_TIERS: `standard=1024:${TOPIC}`,
        ...more,
      },
      onLine: (line) => logs.push(line),
    });
  const services: FunctionService[] = await Promise.all([
    start('index', 'index-root-data'),
    start('dispatch', 'dispatch'),
    start('reconcile', 'reconcile'),
    start('work', 'work', { DAYMILL_TIER: 'standard' }),
  ]);
  const [index, dispatch, reconcile, work] = services.map(({ url }) => url);
  const pubsub = new PubSub({ projectId: PROJECT });
  const [topic] = await pubsub.createTopic(TOPIC);
  await topic.createSubscription(`${TOPIC}-push`, {
    pushConfig: { pushEndpoint: work ?? '' },
    ackDeadlineSeconds: 600,
  });
  await pubsub.close();
  const workflows = workflowsClient(PROJECT, REGION, env['WORKFLOWS_EMULATOR_HOST']);
  await workflows.deploy(`${NAME}-pipeline`, readFileSync(join(REPOSITORY, 'workflows/pipeline.yaml'), 'utf8'));
  await schedule(env['SCHEDULER_EMULATOR_HOST'] ?? '', { functions: { index, dispatch, reconcile } });
  return {
    env,
    cloud,
    logs,
    async close() {
      await cloud.pubsub.close();
      await Promise.all(services.map((service) => service.close()));
      await cloud.close();
    },
  };
}

async function schedule(host: string, argument: unknown): Promise<void> {
  const parent = `projects/${PROJECT}/locations/${REGION}`;
  const response = await fetch(`http://${host}/v1/${parent}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: `${parent}/jobs/${NAME}-nightly`,
      schedule: '0 3 * * *',
      httpTarget: {
        uri: `https://workflowexecutions.googleapis.com/v1/${parent}/workflows/${NAME}-pipeline/executions`,
        headers: { 'Content-Type': 'application/json' },
        body: Buffer.from(JSON.stringify({ argument: JSON.stringify(argument) })).toString('base64'),
        oauthToken: { serviceAccountEmail: `${NAME}-cron@${PROJECT}.iam.gserviceaccount.com` },
      },
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}
