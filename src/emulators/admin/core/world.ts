/** What there is of one made-up project of Google Cloud: resources, policies, operations, and the time. In memory. */
import { randomUUID } from 'node:crypto';
import { seededRandom } from '../../seeded-random.ts';
import type { Json } from './json.ts';
import type { Event } from './events.ts';
import type { Operation } from './operations.ts';
import type { Grants } from './policies.ts';

/** How long what was changed is not known everywhere, in milliseconds. */
export interface Delays {
  /** From an API's being enabled until it answers: Google says a few minutes. */
  readonly api: number;
  /** From an account's being made until all know it: https://cloud.google.com/iam/docs/service-accounts-create#creating */
  readonly account: number;
  /** From a role's being granted until it holds: https://cloud.google.com/iam/docs/access-change-propagation */
  readonly grant: number;
  /** Operations take this share of their usual time; none: they are done at once. */
  readonly operations: number;
}

/** Seconds, and not Google's minutes in the worst case: tests say when they want those. */
export const USUAL_DELAYS: Delays = { api: 20_000, account: 10_000, grant: 30_000, operations: 1 };

export const NO_DELAYS: Delays = { api: 0, account: 0, grant: 0, operations: 0 };

export interface WorldOptions {
  readonly projectId: string;
  /** Digits. */
  readonly projectNumber: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly delays?: Delays;
  /** Whether a billing account is linked. */
  readonly isBilled?: boolean;
  readonly seed?: number;
}

/** A request that has reached a service. */
export interface ServiceCall {
  /** As Cloud Run has it, with its containers' variables and its account. */
  readonly service: Json;
  readonly body: Json;
}

export interface World {
  readonly projectId: string;
  readonly projectNumber: string;
  /** While something happens by itself, the time at which it does. */
  readonly now: () => number;
  happeningMs: number | undefined;
  readonly random: () => number;
  delays: Delays;
  isBilled: boolean;
  /** The most instances that the region's CPUs allow a service. */
  maxInstances: number;
  /** By full name, `//run.googleapis.com/projects/acme/…`: https://cloud.google.com/apis/design/resource_names */
  readonly resources: Map<string, Json>;
  /** Full names of what is being made. */
  readonly reserved: Set<string>;
  /** By full name of what they are the policies of. */
  readonly grants: Map<string, Grants>;
  readonly operations: Map<string, Operation>;
  /** What will happen by itself. */
  readonly events: Event[];
  /** When each API was enabled, by its name. */
  readonly enabledMs: Map<string, number>;
  /** When each service account was made, by its address. */
  readonly accountsMs: Map<string, number>;
  /** Google's own accounts that there are, as members. */
  readonly agents: Set<string>;
  /** Messages that wait in subscriptions, by the subscription's name; what nobody measured is not there. */
  readonly backlogs: Map<string, number>;
  /** Values of versions of secrets, in base64, by the version's name. */
  readonly secrets: Map<string, string>;
  /** What a service answers whom Cloud Run lets in: a status of HTTP. */
  serve: (call: ServiceCall) => number;
  readonly id: () => string;
  readonly time: () => string;
}

export function createWorld(options: WorldOptions): World {
  const { projectId, projectNumber, now, delays = USUAL_DELAYS, isBilled = true, seed = 1 } = options;
  const world: World = {
    projectId,
    projectNumber,
    now: () => world.happeningMs ?? now(),
    happeningMs: undefined,
    random: seededRandom(seed),
    delays,
    isBilled,
    maxInstances: 100,
    resources: new Map(),
    reserved: new Set(),
    grants: new Map(),
    operations: new Map(),
    events: [],
    serve: () => 200,
    enabledMs: new Map(),
    accountsMs: new Map(),
    agents: new Set(),
    backlogs: new Map(),
    secrets: new Map(),
    id: randomUUID,
    time: () => new Date(world.now()).toISOString(),
  };
  return world;
}

/** What project-wide policies are the policies of. */
export const projectOf = ({ projectId }: World): string =>
  `//cloudresourcemanager.googleapis.com/projects/${projectId}`;

/** `projects/NUMBER/…` is `projects/ID/…`. */
export const byId = (name: string, { projectId, projectNumber }: World): string =>
  name.replace(new RegExp(`^projects/${projectNumber}(?=/|$)`), `projects/${projectId}`);
