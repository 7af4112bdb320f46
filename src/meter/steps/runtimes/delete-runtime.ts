/**
 * Deletes a runtime with all of it. First it is marked: from then on nothing but the rest of its deletion happens to it. Then its series end,
 * it leaves the events that it is registered to, its live state goes, then what lies below it, in batches, and the runtime itself at last.
 * Whatever was done is done again without harm, so that a deletion goes on wherever it was killed: asked for again, or by `resumeDeletions`.
 */
import { z } from 'zod';
import { RetryableError } from '../../../errors.ts';
import type { Clock } from '../../../process/ports.ts';
import type { Organization } from '../../model/organization.ts';
import { RuntimeId } from '../../model/runtime.ts';
import type { MembershipStore } from '../../ports/membership.ts';
import type { MarkStale, Presences, Runtimes } from '../../ports/runtimes.ts';
import { checkedId, notFound } from './ask-runtimes.ts';
import type { KnownRuntimes } from './known-runtimes.ts';
import type { MetricTables } from './metric-tables.ts';

export const DeleteRuntimeAnswer = z
  .object({ runtime_id: RuntimeId, deleted: z.literal(true) })
  .describe('it is gone, with all of it but the samples that it has sent');
export type DeleteRuntimeAnswer = z.infer<typeof DeleteRuntimeAnswer>;

export interface DeleteRuntimePorts {
  readonly runtimes: Runtimes;
  readonly presences: Presences;
  readonly membership: MembershipStore;
  readonly known: KnownRuntimes;
  readonly tables: MetricTables;
  readonly markStale: MarkStale;
  readonly clock: Clock;
}

/** @throws {UserError} NOT_FOUND @throws {RetryableError} UNAVAILABLE: ask again, it goes on where it was */
export async function deleteRuntime(
  organization: Organization,
  { runtimeId }: { readonly runtimeId: string },
  ports: DeleteRuntimePorts,
): Promise<DeleteRuntimeAnswer> {
  const now = new Date(ports.clock.now()).toISOString();
  const marked = await ports.runtimes.change(organization, checkedId(runtimeId), (found) =>
    found === undefined || found.deleting_since !== undefined
      ? undefined
      : { ...found, status: 'offline', deleting_since: now },
  );
  if (marked?.deleting_since === undefined) throw notFound(runtimeId);
  await finish(organization, { runtimeId, sinceMs: Date.parse(marked.deleting_since) }, ports);
  return { runtime_id: runtimeId, deleted: true };
}

/** Goes on with deletions that were not finished; answers how many there were. @throws {RetryableError} UNAVAILABLE */
export async function resumeDeletions(organization: Organization, ports: DeleteRuntimePorts): Promise<number> {
  const ids = await ports.runtimes.deleting(organization);
  for (const runtimeId of ids) {
    const record = await ports.runtimes.read(organization, runtimeId);
    if (record?.deleting_since === undefined) continue;
    await finish(organization, { runtimeId, sinceMs: Date.parse(record.deleting_since) }, ports);
  }
  return ids.length;
}

async function finish(
  organization: Organization,
  { runtimeId, sinceMs }: { readonly runtimeId: string; readonly sinceMs: number },
  { runtimes, presences, membership, known, tables, markStale }: DeleteRuntimePorts,
): Promise<void> {
  known.forget(organization, runtimeId);
  // The same time whenever it is said: one marker.
  await markStale(organization, runtimeId, sinceMs);
  await membership.change(organization, [{ kind: 'forget', device: runtimeId }]);
  const table = tables.of(organization);
  table.deleteCoordinator(runtimeId);
  await table.dbDelete();
  // A heartbeat may have brought it back to the table in between.
  await presences.forget(organization, [runtimeId]);
  for (let batches = 0; await runtimes.removeSome(organization, runtimeId); batches++)
    if (batches === MAX_BATCHES)
      throw new RetryableError(
        'CONTENTION',
        `The runtime ${runtimeId} has more below it than one request deletes. Ask again.`,
      );
  await runtimes.remove(organization, runtimeId);
}

/** Of 400 documents: what one request has the time for. */
const MAX_BATCHES = 250;
