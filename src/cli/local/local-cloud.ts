/** The whole of Daymill on a laptop: the embedded cloud, the functions as processes of their own, topics, and the workflow. */
import { existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { type LocalCloud, type LocalCloudOptions, startEmulators } from '../../emulators/start.ts';
import { type WorkflowsClient, workflowsClient } from '../../google/workflows-client.ts';
import type { Tier } from '../../mill/model/tier.ts';
import { type FunctionService, startFunctionService } from './function-service.ts';
import { type LogEntry, toLogEntry } from './log-entry.ts';
import { announceSession } from './session.ts';
import { indexesOf, LOCAL_PROJECT, stateFile } from './state-file.ts';
import { siblingFile } from '../../process/sibling.ts';

export const LOCATION = 'local';
export const WORKFLOW = 'pipeline';

/** How a tier's workers run on a laptop. */
interface Scale {
  /** Tasks that one worker takes at once: reading overlaps with computing, and memory stays within the tier. */
  readonly concurrency: number;
  readonly maxInstances: number;
}

/** The embedded cloud keeps one core busy, workers of the smallest tier the others. Larger ones are for a task at a time. */
const scaleOf = (tier: Tier, { tiers }: Config): Scale =>
  tier.name === tiers[0].name
    ? { concurrency: 4, maxInstances: Math.max(1, availableParallelism() - 1) }
    : { concurrency: 1, maxInstances: 1 };

/** Two tasks for each that runs at a time, so that one that ends early finds another. */
function lanesOf(config: Config): number {
  const { concurrency, maxInstances } = scaleOf(config.tiers[0], config);
  return 2 * concurrency * maxInstances;
}

/** The longest that Pub/Sub waits for a push. */
const ACK_DEADLINE_SECONDS = 600;

/** A laptop has no thundering herd to fear: what was not acknowledged comes again soon. */
const RETRY_POLICY = { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 10 } };

/** Who interrupts a run on a laptop does not want to wait: tasks are handed back soon, and the next run goes on with them. */
const DRAIN_SECONDS = '0.5';

/** Local instances are smaller than deployed ones, so that several fit a laptop. */
const DISPATCH_MEMORY_MB = 1_024;

/** Its sandboxes are processes of their own; where a container counts them all, this is what they may take together. */
export const PREFLIGHT_MEMORY_MB = 2_048;

/** Cloud Run's default. */
const HTTP_CONCURRENCY = 80;

export interface Daymill {
  readonly cloud: LocalCloud;
  readonly workflows: WorkflowsClient;
  readonly functions: Readonly<Record<'dispatch' | 'index' | 'preflight' | 'reconcile' | 'work', FunctionService>>;
  /** Every service there is: the functions above, and `work` once more for each larger tier. */
  readonly services: readonly FunctionService[];
  /** The argument of `pipeline.yaml` but for its dates. */
  readonly functionUrls: Readonly<Record<'index' | 'dispatch' | 'reconcile', string>> & {
    readonly preflight?: string | undefined;
  };
  close(): Promise<void>;
}

export interface LocalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLog: (entry: LogEntry) => void;
}

export interface CloudOptions {
  /** The project's own state file unless another is named; `:memory:` keeps nothing. */
  readonly file?: string;
  /** A free one for each that is left out. */
  readonly ports?: LocalCloudOptions['ports'];
  readonly faults?: LocalCloudOptions['faults'];
  readonly log?: (line: string) => void;
}

/** As many as the tier's workers take; what waits in Pub/Sub costs no memory and no lease. */
function pushesAtOnce(subscription: string, config: Config): number {
  const tier = config.tiers.find(({ topic }) => subscription.endsWith(`/${topic}-push`)) ?? config.tiers[0];
  const { concurrency, maxInstances } = scaleOf(tier, config);
  return maxInstances * concurrency;
}

/** Starts the emulators alone: enough to read what is there. */
export async function startCloud(config: Config, options: CloudOptions = {}): Promise<LocalCloud> {
  const { file = stateFile(config), ports = {}, faults, log } = options;
  return startEmulators({
    file,
    projectId: LOCAL_PROJECT,
    location: LOCATION,
    maxOutstandingPushes: (subscription) => pushesAtOnce(subscription, config),
    ports,
    ...(faults === undefined ? {} : { faults }),
    ...indexesOf(config),
    ...(log === undefined ? {} : { log }),
  });
}

/** Starts everything. Idempotent on the state file: topics, subscriptions and the workflow are made or brought up to date. */
export async function startDaymill(config: Config, options: LocalOptions): Promise<Daymill> {
  const cloud = await startCloud(config);
  return { cloud, ...(await startFunctions(config, cloud, options)) };
}

/** A local cloud, in this process or another. */
export type AnyCloud = Pick<LocalCloud, 'env' | 'close'> & { readonly pubsub: Pick<LocalCloud['pubsub'], 'close'> };

/** Starts what runs on a cloud: the functions, their topics and the workflow. Closing it closes the cloud too. */
export async function startFunctions(
  config: Config,
  cloud: AnyCloud,
  options: LocalOptions,
): Promise<Omit<Daymill, 'cloud'>> {
  Object.assign(process.env, cloud.env);
  // Most of what a function loads, this process has loaded too: on a first run, functions need not compile it again.
  flushCompileCache();
  const start = (
    target: string,
    source: string,
    memoryMB: number,
    scale: Scale,
    tier?: Tier,
  ): Promise<FunctionService> =>
    startFunctionService({
      target,
      source: siblingFile(`../../../functions/${source}`, import.meta.url),
      memoryMB,
      ...scale,
      env: {
        ...options.env,
        ...cloud.env,
        NODE_COMPILE_CACHE: options.env['NODE_COMPILE_CACHE'] ?? compileCache(),
        DAYMILL_ROOT: config.root,
        DAYMILL_HOME: config.home,
        DAYMILL_MANIFEST: config.manifestFile,
        DAYMILL_DRAIN_SECONDS: options.env['DAYMILL_DRAIN_SECONDS'] ?? DRAIN_SECONDS,
        DAYMILL_LANES: options.env['DAYMILL_LANES'] ?? String(lanesOf(config)),
        DAYMILL_TIERS: config.tiers.map(({ name, memoryMB, topic }) => `${name}=${memoryMB}:${topic}`).join(' '),
        ...(tier === undefined ? {} : { DAYMILL_TIER: tier.name }),
      },
      onLine: (line) => options.onLog(toLogEntry(line, target)),
    });
  const http = (target: string, source: string, memoryMB = DISPATCH_MEMORY_MB): Promise<FunctionService> =>
    start(target, source, memoryMB, { concurrency: HTTP_CONCURRENCY, maxInstances: 1 });
  const worker = (tier: Tier): Promise<FunctionService> =>
    start('work', 'work', tier.memoryMB, scaleOf(tier, config), tier);
  const [smallest, ...larger] = config.tiers;
  const [dispatch, index, preflight, reconcile, work, ...others] = await Promise.all([
    http('dispatch', 'dispatch'),
    http('index', 'index-root-data'),
    http('preflight', 'preflight', PREFLIGHT_MEMORY_MB),
    http('reconcile', 'reconcile'),
    worker(smallest),
    ...larger.map(worker),
  ]);
  const functions = { dispatch, index, preflight, reconcile, work };
  const services = [...Object.values(functions), ...others];
  const functionUrls = {
    index: index.url,
    dispatch: dispatch.url,
    reconcile: reconcile.url,
    ...(config.simulate ? { preflight: preflight.url } : {}),
  };
  const workflows = workflowsClient(LOCAL_PROJECT, LOCATION, cloud.env['WORKFLOWS_EMULATOR_HOST']);
  const conceal = announceSession(config, { env: cloud.env, functions: functionUrls });
  const close = async (): Promise<void> => {
    conceal();
    await cloud.pubsub.close();
    await Promise.all(services.map((service) => service.close()));
    await cloud.close();
  };
  try {
    await Promise.all([subscribe(config, [work, ...others]), deploy(config, workflows)]);
  } catch (error) {
    await close();
    throw error;
  }
  return { workflows, functions, services, functionUrls, close };
}

/** Where Node keeps compiled code unless told otherwise; for all projects, so that only the first function ever starts slowly. */
const compileCache = (): string => join(tmpdir(), 'node-compile-cache');

/** One topic and one push subscription a tier, at this session's addresses. */
async function subscribe(config: Config, workers: readonly FunctionService[]): Promise<void> {
  // A quarter of what a command loads, and most start no functions.
  const { PubSub } = await import('@google-cloud/pubsub');
  const client = new PubSub({ projectId: LOCAL_PROJECT });
  for (const [index, { url: pushEndpoint }] of workers.entries()) {
    const tier = config.tiers[index] ?? config.tiers[0];
    const topic = client.topic(tier.topic);
    if (!(await topic.exists())[0]) await topic.create();
    const subscription = topic.subscription(`${tier.topic}-push`);
    if ((await subscription.exists())[0]) await subscription.modifyPushConfig({ pushEndpoint });
    else
      await subscription.create({
        pushConfig: { pushEndpoint },
        ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
        retryPolicy: RETRY_POLICY,
      });
  }
  await client.close();
}

/** An execution of an interrupted session waits for functions that are gone: it is ended, its work goes on in the next one. */
async function deploy(config: Config, workflows: WorkflowsClient): Promise<void> {
  await workflows.deploy(WORKFLOW, readFileSync(workflowFile(config), 'utf8'));
  for (const { name } of await workflows.active(WORKFLOW)) await workflows.cancel(name);
}

/** The project's own pipeline if it has one, else Daymill's. */
function workflowFile(config: Config): string {
  const own = join(config.root, 'workflows/pipeline.yaml');
  return existsSync(own) ? own : join(import.meta.dirname, '../../../workflows/pipeline.yaml');
}
