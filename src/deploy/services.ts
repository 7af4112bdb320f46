/** The functions that are deployed, and how each of them runs. The one list: services, callers, the workflow's argument and prices are made from it. */
import type { OwnFunction } from '../config/own-functions.ts';
import { UserError } from '../errors.ts';
import { MAX_MEMORY_MB, type Tier, type Tiers, vcpusOf } from '../mill/model/tier.ts';
import type { Account } from './names.ts';

export interface Service {
  /** What follows the deployment's name: `index`, `work-standard`, or the name of a project's own function. */
  readonly id: string;
  /** The function that the image serves there, by the name that it is registered under. */
  readonly target: string;
  /** Of workers only. */
  readonly tier?: Tier;
  /** The workflow calls it. */
  readonly isStep: boolean;
  /** Whoever knows its address may ask it: who it is, is its own business, not Google's. */
  readonly isPublic?: boolean;
  /** Google's Identity-Aware Proxy signs in who asks it: people in browsers. */
  readonly isBehindIap?: boolean;
  /** Of a function that is the project's own. */
  readonly own?: OwnFunction;
  readonly account: Account;
  readonly why: string;
  readonly memoryMB: number;
  readonly cpus: number;
  /** Requests that an instance takes at once. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly maxInstances: number;
}

/** The longest that Pub/Sub waits for a push. */
export const ACK_DEADLINE_SECONDS = 600;

/** Below the time after which Pub/Sub sends a push again; also what the workflow waits for an answer. */
const TIMEOUT_SECONDS = 540;

/** What the workflow gives simulations. */
const PREFLIGHT_SECONDS = 180;

/** Tasks of the smallest tier that an instance takes at once: reading overlaps with computing. Larger ones are for a task at a time. */
const FIRST_TIER_CONCURRENCY = 4;

/** Of a larger tier, which few tasks need. */
const LARGER_TIER_INSTANCES = 4;

/** Share of the memory that V8's heap may take; buffers, which lie outside of it, and Node itself need the rest. */
const HEAP_SHARE = 0.65;
/** What they need at least: Node and Google's clients 110 MB, a worker's artifacts 64 MB, and what is being packed. A container of 512 MB was exceeded by 4 with 179. */
const BESIDE_HEAP_MB = 224;
/** However small the container is. */
const LEAST_HEAP_SHARE = 0.5;

/** `lanes`: tasks that a wave is spread over. @throws {UserError} BAD_ARGUMENT for a tier that no service has room for. */
export function servicesOf(settings: {
  readonly tiers: Tiers;
  readonly lanes: number;
  readonly simulate: boolean;
  readonly functions: readonly OwnFunction[];
  /** Whether metrics are taken in. */
  readonly collects: boolean;
  /** Whether the page is served. */
  readonly views: boolean;
}): Service[] {
  const http = { account: 'plan', isStep: true, cpus: 1, timeoutSeconds: TIMEOUT_SECONDS } as const;
  return [
    ...settings.tiers.map((tier) => worker(tier, settings)),
    {
      ...http,
      id: 'index',
      target: 'index',
      why: 'writes down which root data is there',
      memoryMB: 1_024,
      concurrency: 8,
      maxInstances: 1,
    },
    {
      ...http,
      id: 'dispatch',
      target: 'dispatch',
      why: 'plans, and sends the tasks of a wave',
      memoryMB: 1_024,
      concurrency: 8,
      maxInstances: 2,
    },
    ...(settings.simulate ? [PREFLIGHT] : []),
    {
      ...http,
      id: 'reconcile',
      target: 'reconcile',
      why: 'carries out what a crash left undone',
      memoryMB: 1_024,
      concurrency: 20,
      maxInstances: 1,
    },
    ...(settings.collects ? [COLLECT] : []),
    ...(settings.views ? [VIEW] : []),
    ...settings.functions.map(ownService),
  ];
}

/** It waits for Firestore most of the time, so that an instance takes many requests at once: they share a commit. */
export const COLLECT: Service = {
  id: 'collect',
  target: 'collect',
  account: 'meter',
  isStep: false,
  isPublic: true,
  why: 'takes samples, heartbeats and events in',
  memoryMB: 1_024,
  cpus: 1,
  concurrency: 250,
  timeoutSeconds: 3_600,
  maxInstances: 10,
};

/** The page: few people, each with a stream that stays open. */
export const VIEW: Service = {
  id: 'view',
  target: 'view',
  account: 'view',
  isStep: false,
  isBehindIap: true,
  why: 'shows the page, and answers what it asks',
  memoryMB: 1_024,
  cpus: 1,
  concurrency: 80,
  timeoutSeconds: 3_600,
  maxInstances: 2,
};

const ownService = (own: OwnFunction): Service => ({
  id: own.name,
  target: own.name,
  own,
  isStep: false,
  account: 'app',
  why: "the project's own, of src/functions.ts",
  memoryMB: own.memoryMB,
  cpus: cpusOf({ name: own.name, memoryMB: own.memoryMB }),
  concurrency: own.concurrency,
  timeoutSeconds: own.timeoutSeconds,
  maxInstances: own.maxInstances,
});

/** Its sandboxes are processes of their own; the memory is what they may take together. */
export const PREFLIGHT: Service = {
  id: 'preflight',
  target: 'preflight',
  account: 'plan',
  isStep: true,
  why: 'simulates changed code, in processes of its own',
  memoryMB: 2_048,
  cpus: 1,
  // Its sandboxes take the whole of an instance, and what it registers is one list.
  concurrency: 1,
  timeoutSeconds: PREFLIGHT_SECONDS,
  maxInstances: 1,
};

function worker(tier: Tier, { tiers, lanes }: { readonly tiers: Tiers; readonly lanes: number }): Service {
  const concurrency = workerConcurrency(tier, tiers);
  return {
    id: `work-${tier.name}`,
    target: 'work',
    tier,
    isStep: false,
    account: 'work',
    why: `runs the tasks of the tier ${tier.name}`,
    memoryMB: tier.memoryMB,
    cpus: cpusOf(tier),
    concurrency,
    timeoutSeconds: TIMEOUT_SECONDS,
    maxInstances: tier.name === tiers[0].name ? Math.ceil(lanes / concurrency) : Math.min(lanes, LARGER_TIER_INSTANCES),
  };
}

/** Tasks that one instance takes at once. */
export const workerConcurrency = (tier: Tier, tiers: Tiers): number =>
  tier.name === tiers[0].name ? FIRST_TIER_CONCURRENCY : 1;

function cpusOf({ name, memoryMB }: Pick<Tier, 'name' | 'memoryMB'>): number {
  const fit = vcpusOf(memoryMB);
  if (fit !== undefined) return fit;
  throw new UserError(
    'BAD_ARGUMENT',
    `The tier ${name} has ${memoryMB} MB, and Cloud Run gives an instance ${MAX_MEMORY_MB} at most. Make it smaller.`,
  );
}

/**
 * Of each half of V8's young generation, at most, in MiB. Of a large heap V8 lets it grow to twice as much, for as long as entities pass
 * through: a scan of a million then took 1.45 times the memory of one of a hundred thousand. Half of this would cost a third more processor
 * time where entities are large, this hardly any.
 */
const YOUNG_HALF_MB = 32;
/** Of a smaller heap V8 keeps it as small by itself. */
const LARGE_HEAP_MB = 1_024;

/** What Node is told of a function's memory. */
export const memoryFlags = ({ heapMB }: { readonly heapMB: number }): string[] => [
  `--max-heap-size=${heapMB}`,
  ...(heapMB >= LARGE_HEAP_MB ? [`--max-semi-space-size=${YOUNG_HALF_MB}`] : []),
];

/** In MiB. */
export const heapOf = ({ memoryMB }: Pick<Service, 'memoryMB'>): number =>
  Math.floor(Math.max(memoryMB * LEAST_HEAP_SHARE, Math.min(memoryMB * HEAP_SHARE, memoryMB - BESIDE_HEAP_MB)));
