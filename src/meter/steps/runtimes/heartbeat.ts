/** A heartbeat: what it says is durable before it is acknowledged, and then counts for the live state. */
import { z } from 'zod';
import { UserError } from '../../../errors.ts';
import type { Clock } from '../../../process/ports.ts';
import { LAST_HEARTBEAT } from '../../live/metric-strategy.ts';
import type { Organization } from '../../model/organization.ts';
import {
  type Heartbeat,
  RuntimeId,
  type RuntimeRecord,
  RuntimeStatus,
  silenceMs,
  toldRuntime,
  withStatus,
  type Runtime,
} from '../../model/runtime.ts';
import type { Runtimes } from '../../ports/runtimes.ts';
import { checkedId } from './ask-runtimes.ts';
import type { KnownRuntimes } from './known-runtimes.ts';
import type { MetricTables } from './metric-tables.ts';

/** How far a runtime's clock may be ahead of ours: a later time would make all that follow late. */
const AHEAD_MS = 60_000;

export const HeartbeatReply = z
  .object({
    runtime_id: RuntimeId,
    status: RuntimeStatus,
    is_late: z.boolean().describe('it is older than the last one: nothing has changed'),
    refused: z
      .array(z.object({ key: z.string(), reason: z.string() }))
      .describe('metrics that were not taken; the others were'),
  })
  .describe('what became of a heartbeat');
export type HeartbeatReply = z.infer<typeof HeartbeatReply>;

export interface HeartbeatPorts {
  readonly runtimes: Runtimes;
  readonly known: KnownRuntimes;
  readonly tables: MetricTables;
  readonly clock: Clock;
  /** Makes what it says durable, as samples: awaited before anything is answered, or counts. */
  readonly keep: (
    organization: Organization,
    runtime: Runtime,
    metrics: Readonly<Record<string, number>>,
    atMs: number,
  ) => Promise<void>;
}

/**
 * @throws {UserError} NOT_FOUND of a runtime that is not registered, BAD_ARGUMENT of a time ahead of ours
 * @throws {RetryableError} UNAVAILABLE: send it again
 */
export async function heartbeat(
  organization: Organization,
  { runtimeId: asked, beat }: { readonly runtimeId: string; readonly beat: Heartbeat },
  ports: HeartbeatPorts,
): Promise<HeartbeatReply> {
  const runtimeId = checkedId(asked);
  const atMs = timeOf(beat, ports.clock.now());
  const table = ports.tables.of(organization);
  const lastMs = table.read(runtimeId)?.[LAST_HEARTBEAT];
  const runtime = await heardOf(organization, { runtimeId, atMs, lastMs }, ports);
  await table.load(runtimeId);
  const isLate = atMs < (table.read(runtimeId)?.[LAST_HEARTBEAT] ?? -Infinity);
  const refused = table.refusals(beat.metrics);
  if (isLate) return { runtime_id: runtimeId, status: runtime.status, is_late: true, refused };
  const names = new Set(refused.map(({ key }) => key));
  const taken = Object.fromEntries(Object.entries(beat.metrics).filter(([key]) => !names.has(key)));
  await ports.keep(organization, toldRuntime(runtime), taken, atMs);
  const status = await changedStatus(organization, { runtime, beat }, ports);
  // What others have told meanwhile may be newer.
  const { isLate: isOvertaken } = table.updates(runtimeId, taken, atMs);
  return { runtime_id: runtimeId, status, is_late: isOvertaken, refused };
}

function timeOf({ timestamp }: Heartbeat, nowMs: number): number {
  const atMs = timestamp === undefined ? nowMs : typeof timestamp === 'number' ? timestamp : Date.parse(timestamp);
  if (atMs <= nowMs + AHEAD_MS) return atMs;
  throw new UserError(
    'BAD_ARGUMENT',
    `timestamp: it is ${Math.round((atMs - nowMs) / 1_000)} seconds ahead of our clock, and ${AHEAD_MS / 1_000} are allowed. Set the runtime's clock.`,
  );
}

/** One that was silent for long may have been set offline, or deleted, by another instance: it is read anew. */
async function heardOf(
  organization: Organization,
  {
    runtimeId,
    atMs,
    lastMs,
  }: { readonly runtimeId: string; readonly atMs: number; readonly lastMs: number | undefined },
  { known, tables }: HeartbeatPorts,
): Promise<RuntimeRecord> {
  const before = await known.read(organization, runtimeId);
  const wasSilent =
    before !== undefined &&
    lastMs !== undefined &&
    atMs - lastMs > silenceMs(before.heartbeat_interval_seconds * 1_000);
  if (wasSilent) known.forget(organization, runtimeId);
  const runtime = wasSilent ? await known.read(organization, runtimeId) : before;
  if (runtime !== undefined) return runtime;
  // What this process still knows of it would be written again.
  if (lastMs !== undefined) tables.of(organization).deleteCoordinator(runtimeId);
  throw new UserError(
    'NOT_FOUND',
    `There is no runtime ${runtimeId.slice(0, 40)}. Register it: POST /api/runtime/register.`,
  );
}

async function changedStatus(
  organization: Organization,
  { runtime, beat }: { readonly runtime: RuntimeRecord; readonly beat: Heartbeat },
  { runtimes, known, clock }: HeartbeatPorts,
): Promise<RuntimeRecord['status']> {
  const status = beat.status ?? (runtime.status === 'offline' ? 'ready' : runtime.status);
  if (status === runtime.status) return status;
  const record = await runtimes.change(organization, runtime.runtime_id, (found) =>
    found === undefined || found.deleting_since !== undefined ? undefined : withStatus(found, status, clock.now()),
  );
  if (record !== undefined) known.note(organization, record);
  return record?.status ?? status;
}
