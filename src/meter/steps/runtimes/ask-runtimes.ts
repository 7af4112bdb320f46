/** What runtimes there are, how one is, and what a person says that it is. */
import { z } from 'zod';
import { UserError } from '../../../errors.ts';
import type { Clock } from '../../../process/ports.ts';
import type { Organization } from '../../model/organization.ts';
import { Runtime, RuntimeId, RuntimeStatus, RuntimeType, toldRuntime, withStatus } from '../../model/runtime.ts';
import type { Runtimes } from '../../ports/runtimes.ts';
import type { KnownRuntimes } from './known-runtimes.ts';
import type { MetricTables } from './metric-tables.ts';

const MAX_LISTED = 1_000;
const LISTED = 100;

export const RuntimeListQuery = z
  .strictObject({
    type: RuntimeType.optional(),
    status: RuntimeStatus.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_LISTED).default(LISTED),
    cursor: RuntimeId.optional().describe('`next_cursor` of the page before'),
  })
  .describe('which runtimes');
export type RuntimeListQuery = z.infer<typeof RuntimeListQuery>;

export const RuntimeListAnswer = z
  .object({
    runtimes: z.array(Runtime).describe('ascending by id'),
    next_cursor: z.string().optional().describe('when there may be more'),
  })
  .describe('a page of runtimes; it may have fewer than were asked for, and still not be the last');
export type RuntimeListAnswer = z.infer<typeof RuntimeListAnswer>;

export const RuntimeAnswer = z
  .object({
    runtime: Runtime,
    metrics: z
      .record(z.string(), z.number())
      .describe('its live state, by key; `last_heartbeat` in milliseconds since 1970'),
  })
  .describe('a runtime, and how it is');
export type RuntimeAnswer = z.infer<typeof RuntimeAnswer>;

export const StatusRequest = z.strictObject({ status: RuntimeStatus }).describe('what a runtime is from now on');
export type StatusRequest = z.infer<typeof StatusRequest>;

export interface AskRuntimesPorts {
  readonly runtimes: Runtimes;
  readonly known: KnownRuntimes;
  readonly tables: MetricTables;
  readonly clock: Clock;
}

/** @throws {RetryableError} UNAVAILABLE */
export async function listRuntimes(
  organization: Organization,
  { type, status, limit, cursor }: RuntimeListQuery,
  { runtimes }: Pick<AskRuntimesPorts, 'runtimes'>,
): Promise<RuntimeListAnswer> {
  const page = await runtimes.page(organization, { type, status, limit, after: cursor });
  const last = page.length < limit ? undefined : page.at(-1);
  return {
    runtimes: page.filter(({ deleting_since }) => deleting_since === undefined).map(toldRuntime),
    ...(last === undefined ? {} : { next_cursor: last.runtime_id }),
  };
}

/** With what the store has of other instances, and what this one has not written yet. @throws {UserError} NOT_FOUND @throws {RetryableError} UNAVAILABLE */
export async function getRuntime(
  organization: Organization,
  { runtimeId }: { readonly runtimeId: string },
  { runtimes, tables }: Pick<AskRuntimesPorts, 'runtimes' | 'tables'>,
): Promise<RuntimeAnswer> {
  const record = await runtimes.read(organization, checkedId(runtimeId));
  if (record === undefined || record.deleting_since !== undefined) throw notFound(runtimeId);
  const table = tables.of(organization);
  const isHeardHere = table.read(runtimeId) !== undefined;
  if (isHeardHere) await table.reload(runtimeId);
  const metrics = isHeardHere ? table.read(runtimeId) : await tables.stored(organization, runtimeId);
  return { runtime: toldRuntime(record), metrics: metrics ?? {} };
}

/** @throws {UserError} NOT_FOUND @throws {RetryableError} UNAVAILABLE */
export async function setRuntimeStatus(
  organization: Organization,
  { runtimeId, status }: { readonly runtimeId: string } & StatusRequest,
  { runtimes, known, clock }: Pick<AskRuntimesPorts, 'runtimes' | 'known' | 'clock'>,
): Promise<Runtime> {
  const record = await runtimes.change(organization, checkedId(runtimeId), (found) =>
    found === undefined || found.deleting_since !== undefined ? undefined : withStatus(found, status, clock.now()),
  );
  if (record === undefined || record.deleting_since !== undefined) throw notFound(runtimeId);
  known.note(organization, record);
  return toldRuntime(record);
}

/** The id, if it is one: what no registration answers is not looked up. @throws {UserError} NOT_FOUND */
export const checkedId = (runtimeId: string): string => {
  if (RuntimeId.safeParse(runtimeId).success) return runtimeId;
  throw notFound(runtimeId);
};

export const notFound = (runtimeId: string): UserError =>
  new UserError(
    'NOT_FOUND',
    `There is no runtime ${runtimeId.slice(0, 40)}. GET /api/runtime lists those that there are.`,
  );
