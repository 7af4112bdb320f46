/**
 * A deployed Daymill, as far as a machine without Google Cloud has one: the emulators under a project of their own, and the functions as processes that
 * have the variables that `daymill deploy` gives them and Cloud Run's own, and nothing that local mode sets.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { type FunctionService, startFunctionService } from '../../src/cli/local/function-service.ts';
import { type LocalCloud, startEmulators } from '../../src/emulators/start.ts';
import { cloudTarget } from '../../src/config/cloud-target.ts';
import { deliveriesOf } from '../../src/deploy/desired/deliveries.ts';
import { ENTRY } from '../../src/deploy/stage/package-files.ts';
import { COMPILE_CACHE, environmentOf, MANIFEST_FILE } from '../../src/deploy/desired/functions.ts';
import { nightlyArgument } from '../../src/deploy/desired/night.ts';
import { heapOf, type Service } from '../../src/deploy/services.ts';
import { Tiers } from '../../src/mill/model/tier.ts';
import { workflowsClient } from '../../src/google/workflows-client.ts';
import { daymill } from './daymill-process.ts';
import { planFor } from './deployment.ts';
import type { FixtureProject } from './fixture-project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

export const PROJECT = 'acme-metrics';
export const REGION = 'europe-west1';
export const NAME = 'shop';

const TARGET = cloudTarget({ name: NAME }, { project: PROJECT, region: REGION });
const TIERS = Tiers.parse([{ name: 'standard', memoryMB: 1_024 }]);

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
  readonly services: readonly { readonly id: string; readonly url: string }[];
  /** Instances end, and the next ones have what the image has then, as after a deployment. */
  restart(): Promise<void>;
  /** All that the functions printed. */
  readonly logs: readonly string[];
  close(): Promise<void>;
}

export interface DeployedOptions {
  readonly tiers?: Tiers;
  readonly simulate?: boolean;
  /** The folder of an image, with its packages; this repository's source when absent. */
  readonly image?: string;
}

export async function deployed(
  project: Pick<FixtureProject, 'root'>,
  { tiers = TIERS, simulate = false, image }: DeployedOptions = {},
): Promise<Deployed> {
  const cloud = await startEmulators({ file: ':memory:', projectId: PROJECT, location: REGION });
  const env = Object.fromEntries(EMULATORS.map((name) => [name, cloud.env[name] ?? '']));
  Object.assign(process.env, env);
  if (image === undefined) {
    const built = await daymill(project, ['manifest', '--out', join(project.root, MANIFEST_FILE)]);
    if (built.code !== 0) throw new Error(built.stderr);
  }
  const plan = planFor(NAME, { target: TARGET, tiers, simulate });
  const logs: string[] = [];
  const start = (service: Service): Promise<FunctionService> =>
    startFunctionService({
      target: service.target,
      source: image === undefined ? join(REPOSITORY, 'functions/main.ts') : join(image, ENTRY),
      ...(image === undefined ? {} : { cwd: image }),
      memoryMB: service.memoryMB,
      heapMB: heapOf(service),
      concurrency: service.concurrency,
      maxInstances: 1,
      env: {
        PATH: process.env['PATH'],
        TMPDIR: process.env['TMPDIR'],
        ...env,
        K_SERVICE: `${NAME}-${service.id}`,
        K_REVISION: `${NAME}-${service.id}-00001`,
        ...environmentOf(plan, service),
        // Without an image these processes run in the repository's folder.
        ...(image === undefined
          ? { DAYMILL_ROOT: project.root, NODE_COMPILE_CACHE: join(project.root, COMPILE_CACHE) }
          : {}),
      },
      onLine: (line) => logs.push(line),
    });
  const services = await Promise.all(plan.services.map(start));
  const urls = new Map(plan.services.map(({ id }, index) => [id, services[index]?.url ?? '']));
  const pubsub = new PubSub({ projectId: PROJECT });
  for (const { service, topic: name, subscription } of deliveriesOf(plan)) {
    const [topic] = await pubsub.createTopic(name);
    await topic.createSubscription(subscription, {
      pushConfig: { pushEndpoint: `${urls.get(service.id)}/${name}` },
      ackDeadlineSeconds: 600,
    });
  }
  await pubsub.close();
  const workflows = workflowsClient(PROJECT, REGION, env['WORKFLOWS_EMULATOR_HOST']);
  await workflows.deploy(`${NAME}-pipeline`, readFileSync(join(REPOSITORY, 'workflows/pipeline.yaml'), 'utf8'));
  const functions = Object.keys(nightlyArgument(plan).functions).map((id) => [id, urls.get(id)] as const);
  await schedule(env['SCHEDULER_EMULATOR_HOST'] ?? '', { functions: Object.fromEntries(functions) });
  return {
    env,
    cloud,
    logs,
    services: plan.services.map(({ id }) => ({ id, url: urls.get(id) ?? '' })),
    async restart() {
      await Promise.all(services.map((service) => service.restart()));
    },
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
