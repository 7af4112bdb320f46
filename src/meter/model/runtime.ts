/** What runs somewhere and reports: worker pools, APIs, brokers, devices. Registered by name, heard of by heartbeats. Pure. */
import { z } from 'zod';
import { hashOf } from '../../values/hash.ts';
import { Timestamp } from './event.ts';

export const RUNTIME_TYPES = ['worker_pool', 'server_api', 'broker', 'device'] as const;
export const RuntimeType = z.enum(RUNTIME_TYPES).describe('what it is');
export type RuntimeType = z.infer<typeof RuntimeType>;

export const RUNTIME_STATUSES = ['ready', 'busy', 'offline'] as const;
export const RuntimeStatus = z.enum(RUNTIME_STATUSES).describe('`offline` also when its heartbeats stay away');
export type RuntimeStatus = z.infer<typeof RuntimeStatus>;

/** Between two heartbeats, where a runtime says nothing else. */
export const HEARTBEAT_INTERVAL_SECONDS = 30;

/** One that was silent for so many intervals is offline: 90 seconds, where it says nothing else. */
export const MISSED_HEARTBEATS = 3;

const MAX_INTERVAL_SECONDS = 3_600;

/** Of labels, capabilities and information together, as JSON. */
const MAX_ABOUT_BYTES = 32_768;

const MAX_LABELS = 64;
const MAX_CAPABILITIES = 100;

/** The same runtime for the same name, in its organization, also after it was deleted: its series go on. */
export const runtimeIdOf = (name: string): string => hashOf(name) + hashOf(`${name}\u0000`);

export const RuntimeId = z.string().regex(/^[0-9a-f]{32}$/, 'is no id of a runtime: registering answers it');

const about = {
  base_url: z.url().max(2_048).optional().describe('where it is reached'),
  labels: z
    .record(
      z
        .string()
        .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
        .max(1_024),
      z.string().max(2_048),
    )
    .refine((labels) => Object.keys(labels).length <= MAX_LABELS, `has more than ${MAX_LABELS} labels`)
    .default({}),
  capabilities: z.array(z.string().min(1).max(255)).max(MAX_CAPABILITIES).default([]).describe('what it can do'),
  capacity: z.number().int().nonnegative().optional().describe('jobs at once'),
  runtime_info: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('whatever else belongs to it: versions, a region'),
};

export const RuntimeRegistration = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .describe('its own within the organization: registered again, it is the same runtime'),
    type: RuntimeType,
    ...about,
    heartbeat_interval_seconds: z
      .number()
      .min(1)
      .max(MAX_INTERVAL_SECONDS)
      .default(HEARTBEAT_INTERVAL_SECONDS)
      .describe(`between two heartbeats; after ${MISSED_HEARTBEATS} of them without one it is offline`),
  })
  .refine(
    ({ labels, capabilities, runtime_info }) =>
      Buffer.byteLength(JSON.stringify([labels, capabilities, runtime_info])) <= MAX_ABOUT_BYTES,
    `labels, capabilities and runtime_info take more than ${MAX_ABOUT_BYTES} bytes`,
  )
  .describe('a runtime that reports from now on');
export type RuntimeRegistration = z.infer<typeof RuntimeRegistration>;

export const Runtime = z
  .object({
    runtime_id: RuntimeId,
    name: z.string(),
    type: RuntimeType,
    status: RuntimeStatus,
    base_url: z.string().optional(),
    labels: z.record(z.string(), z.string()),
    capabilities: z.array(z.string()),
    capacity: z.number().optional(),
    runtime_info: z.record(z.string(), z.unknown()),
    heartbeat_interval_seconds: z.number(),
    registered_at: z.string().describe('first, by this name'),
    status_since: z.string(),
  })
  .describe('a runtime');
export type Runtime = z.infer<typeof Runtime>;

/** As it is kept: with the mark of one that is being deleted, of which nothing but the rest of its deletion is left. */
export const RuntimeRecord = Runtime.extend({ deleting_since: z.string().optional() });
export type RuntimeRecord = z.infer<typeof RuntimeRecord>;

export const Heartbeat = z
  .strictObject({
    metrics: z
      .record(z.string().max(255), z.number())
      .default({})
      .describe('by key: of averages the value of this moment, of counters what came since the last heartbeat'),
    status: RuntimeStatus.optional().describe('what it is from now on; one that was offline is ready when absent'),
    timestamp: Timestamp.optional(),
  })
  .describe('that a runtime is alive, and how it is');
export type Heartbeat = z.infer<typeof Heartbeat>;

/** Of a runtime that was silent longer than this nobody knows whether it is there. */
export const silenceMs = (intervalMs: number): number => intervalMs * MISSED_HEARTBEATS;

/** As it is told: without the mark. */
export function toldRuntime(record: RuntimeRecord): Runtime {
  const runtime = { ...record };
  delete runtime.deleting_since;
  return runtime;
}

/** What a registration makes of the runtime of that name, if there is one. */
export function registeredRuntime(
  given: RuntimeRegistration,
  found: RuntimeRecord | undefined,
  nowMs: number,
): RuntimeRecord {
  const now = new Date(nowMs).toISOString();
  const isReady = found?.status === 'ready';
  return {
    ...given,
    runtime_id: runtimeIdOf(given.name),
    status: 'ready',
    registered_at: found?.registered_at ?? now,
    status_since: isReady ? found.status_since : now,
  };
}

/** Undefined when it is so already. */
export function withStatus(found: RuntimeRecord, status: RuntimeStatus, nowMs: number): RuntimeRecord | undefined {
  return found.status === status ? undefined : { ...found, status, status_since: new Date(nowMs).toISOString() };
}
