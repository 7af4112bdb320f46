/** The whole of Daymill on a laptop: the embedded cloud, the functions as processes of their own, topics, and the workflow. */
import { existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { type LocalCloud, type LocalCloudOptions, startEmulators } from '../../emulators/start.ts';
import { type WorkflowsClient, workflowsClient } from '../../google/workflows-client.ts';
import { ACK_DEADLINE_SECONDS, heapOf, type Service, servicesOf } from '../../deploy/services.ts';
import { type Tier, tiersText } from '../../mill/model/tier.ts';
import type { AtHand } from './at-hand.ts';
import type { MemoryDeath } from './function-process.ts';
import { endWhenBroken } from './broken-state.ts';
import { type FunctionService, startFunctionService } from './function-service.ts';
import { instancesOf, localLanes, tasksAtOnce } from './lanes.ts';
import { type LogEntry, toLogEntry } from './log-entry.ts';
import { type DeathNotes, deathNotes } from './note-deaths.ts';
import { announceSession } from './session.ts';
import { indexesOf, LOCAL_PROJECT, stateFile } from './state-file.ts';
import { siblingFile } from '../../process/sibling.ts';

export const LOCATION = 'local';
export const WORKFLOW = 'pipeline';

/** A laptop has no thundering herd to fear: what was not acknowledged comes again soon. */
const RETRY_POLICY = { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 10 } };

/** Who interrupts a run on a laptop does not want to wait: tasks are handed back soon, and the next run goes on with them. */
const DRAIN_SECONDS = '0.5';

export interface Daymill {
  readonly cloud: LocalCloud;
  readonly workflows: WorkflowsClient;
  /** Every service there is, by its id as in deploy/services.ts: `index`, `work-standard`. */
  readonly services: ReadonlyMap<string, FunctionService>;
  /** The argument of `pipeline.yaml` but for its dates. */
  readonly functionUrls: Readonly<Record<'index' | 'dispatch' | 'reconcile', string>> & {
    readonly preflight?: string | undefined;
  };
  /** Settles when what is published reaches its workers. */
  subscribed(): Promise<void>;
  close(): Promise<void>;
}

export interface LocalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLog: (entry: LogEntry) => void;
  /** Whether metrics are taken in. */
  readonly collects?: boolean;
  /** Whether the page is served, and what its function alone is told. */
  readonly views?: boolean;
  readonly pageEnv?: Readonly<Record<string, string | undefined>>;
  /** Functions that this process serves itself until they are warmed: topics and subscriptions are then made with the first process. */
  readonly atHand?: AtHand['functions'];
  /** Whether other commands find it: as one that they may run a day on, as one that they may read (the default), or not. */
  readonly announce?: 'joinable' | 'readable' | 'never';
}

export interface CloudOptions {
  /** The project's own state file unless another is named; `:memory:` keeps nothing. */
  readonly file?: string;
  /** A free one for each that is left out. */
  readonly ports?: LocalCloudOptions['ports'];
  readonly faults?: LocalCloudOptions['faults'];
  /** As the project's index file has it unless told: a project that has one is refused what the cloud would refuse. */
  readonly requireIndexes?: boolean;
  readonly log?: (line: string) => void;
}

/** As many as the tier's workers take; what waits in Pub/Sub costs no memory and no lease. */
const pushesAtOnce = (subscription: string, config: Config): number =>
  tasksAtOnce(config.tiers.find(({ topic }) => subscription.endsWith(`/${topic}-push`)) ?? config.tiers[0], config);

/** Starts the emulators alone: enough to read what is there. */
export async function startCloud(config: Config, options: CloudOptions = {}): Promise<LocalCloud> {
  const { file = stateFile(config), ports = {}, faults, requireIndexes, log } = options;
  const cloud = await startEmulators({
    file,
    projectId: LOCAL_PROJECT,
    location: LOCATION,
    maxOutstandingPushes: (subscription) => pushesAtOnce(subscription, config),
    ports,
    ...(faults === undefined ? {} : { faults }),
    ...indexesOf(config),
    ...(requireIndexes === undefined ? {} : { requireIndexes }),
    ...(log === undefined ? {} : { log }),
  });
  return endWhenBroken(cloud);
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
  const deaths = deathNotes(config, (message) => options.onLog(toLogEntry(message, 'work')));
  const wanted = servicesOf({
    ...config,
    lanes: localLanes(config, options.env),
    collects: options.collects === true,
    views: options.views === true,
  });
  const services = new Map<string, FunctionService>();
  let subscribing: Promise<void> | undefined;
  const subscribed = (): Promise<void> => {
    if (subscribing !== undefined) return subscribing;
    // Most of what a function loads, this process has loaded too: on a first run, functions need not compile it again.
    flushCompileCache();
    subscribing = subscribe(wanted, services);
    subscribing.catch(() => (subscribing = undefined));
    return subscribing;
  };
  const start = (some: readonly Service[], env: LocalOptions['env'] = {}): Promise<unknown> =>
    Promise.all(
      some.map(async (service) => {
        const own = { ...options, env: { ...options.env, ...env }, deaths, subscribed };
        services.set(service.id, await startService(service, config, cloud, own));
      }),
    );
  await start(wanted.filter(({ id }) => id !== 'view'));
  const functionUrls = {
    index: serviceOf(services, 'index').url,
    dispatch: serviceOf(services, 'dispatch').url,
    reconcile: serviceOf(services, 'reconcile').url,
    preflight: services.get('preflight')?.url,
  };
  // By these the page starts days.
  const pipeline = { location: LOCATION, workflow: WORKFLOW, functions: functionUrls };
  await start(
    wanted.filter(({ id }) => id === 'view'),
    { DAYMILL_PIPELINE: JSON.stringify(pipeline) },
  );
  const workflows = workflowsClient(LOCAL_PROJECT, LOCATION, cloud.env['WORKFLOWS_EMULATOR_HOST']);
  const { announce = 'readable' } = options;
  const conceal =
    announce === 'never'
      ? () => {}
      : announceSession(config, { env: cloud.env, functions: functionUrls, joinable: announce === 'joinable' });
  const close = async (): Promise<void> => {
    conceal();
    await cloud.pubsub.close();
    await Promise.all([...services.values()].map((service) => service.close()));
    await deaths.close();
    await cloud.close();
  };
  try {
    await Promise.all([options.atHand === undefined ? subscribed() : undefined, deploy(config, workflows)]);
  } catch (error) {
    await close();
    throw error;
  }
  return { workflows, services, functionUrls, subscribed, close };
}

/** @throws {Error} when there is none of that id */
export function serviceOf(services: Daymill['services'], id: string): FunctionService {
  const service = services.get(id);
  if (service === undefined) throw new Error(`there is no service ${id}`);
  return service;
}

/** As it is deployed, but for its number of instances. */
const startService = (
  service: Service,
  config: Config,
  cloud: AnyCloud,
  {
    env,
    pageEnv,
    onLog,
    deaths,
    atHand,
    subscribed,
  }: LocalOptions & Pick<Daymill, 'subscribed'> & { readonly deaths: DeathNotes },
): Promise<FunctionService> =>
  startFunctionService({
    target: service.target,
    // Each of them may publish.
    ready: subscribed,
    atHand: atHand?.[service.id],
    source: siblingFile('../../../functions/main', import.meta.url),
    memoryMB: service.memoryMB,
    heapMB: heapOf(service),
    concurrency: service.concurrency,
    maxInstances: service.tier === undefined ? 1 : instancesOf(service.tier, config),
    env: {
      ...env,
      ...cloud.env,
      NODE_COMPILE_CACHE: env['NODE_COMPILE_CACHE'] ?? compileCache(),
      DAYMILL_ROOT: config.root,
      DAYMILL_HOME: config.home,
      DAYMILL_MANIFEST: config.manifestFile,
      DAYMILL_DRAIN_SECONDS: env['DAYMILL_DRAIN_SECONDS'] ?? DRAIN_SECONDS,
      DAYMILL_LANES: String(localLanes(config, env)),
      DAYMILL_TIERS: tiersText(config.tiers),
      ...(service.tier === undefined ? {} : { DAYMILL_TIER: service.tier.name }),
      ...(service.id === 'view' ? pageEnv : {}),
    },
    onLine: (line) => onLog(toLogEntry(line, service.target)),
    ...(service.tier === undefined ? {} : { onOutOfMemory: noteFor(service.tier, deaths) }),
  });

const noteFor =
  ({ name }: Tier, deaths: DeathNotes) =>
  (death: MemoryDeath): void =>
    deaths.note(name, death);

/** Where Node keeps compiled code unless told otherwise; for all projects, so that only the first function ever starts slowly. */
const compileCache = (): string => join(tmpdir(), 'node-compile-cache');

/** One topic and one push subscription a tier, at this session's addresses. */
async function subscribe(wanted: readonly Service[], services: Daymill['services']): Promise<void> {
  // A quarter of what a command loads, and most start no functions.
  const { PubSub } = await import('@google-cloud/pubsub');
  const client = new PubSub({ projectId: LOCAL_PROJECT });
  for (const { id, tier } of wanted) {
    if (tier === undefined) continue;
    const pushEndpoint = serviceOf(services, id).url;
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
