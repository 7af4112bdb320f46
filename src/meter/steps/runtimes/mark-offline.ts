/**
 * Runtimes whose heartbeats stay away go offline, and their series end; those that are heard of again are ready. It reads what all instances
 * have written of heartbeats, some hundred documents however many runtimes there are, and the registry only of those that have changed.
 *
 * O1. The marker's time is that at which the silence had become too long, not that of the pass: passes that repeat each other, after a kill or
 *     from two instances, write the same marker.
 * O2. A silence is noted last, after everything was done: what was not noted is done again.
 */
import { atMost } from '../../../process/at-most.ts';
import type { Clock } from '../../../process/ports.ts';
import type { Organization } from '../../model/organization.ts';
import { HEARTBEAT_INTERVAL_SECONDS, silenceMs, withStatus } from '../../model/runtime.ts';
import type { MarkStale, Presence, Presences, Runtimes } from '../../ports/runtimes.ts';

const CHANGES_AT_ONCE = 10;

export interface MarkOfflinePorts {
  readonly runtimes: Runtimes;
  readonly presences: Presences;
  readonly markStale: MarkStale;
  readonly clock: Clock;
}

export interface MarkOfflineReport {
  readonly offline: readonly string[];
  readonly back: readonly string[];
  /** Live state of runtimes that are no longer registered: an instance had written it late. */
  readonly forgotten: number;
}

type Found = { readonly kind: 'offline' | 'back' | 'stray'; readonly id: string; readonly sinceMs: number };

/** One pass over an organization; every half minute is often enough. @throws {RetryableError} UNAVAILABLE: what is left is done next time */
export async function markOffline(
  organization: Organization,
  nowMs: number,
  ports: MarkOfflinePorts,
): Promise<MarkOfflineReport> {
  const found: Found[] = [];
  for await (const presences of ports.presences.all(organization)) {
    const changes = presences.flatMap((presence) => changeOf(presence, nowMs));
    const done = await atMost(changes, (change) => carryOut(organization, change, ports), CHANGES_AT_ONCE);
    const kept = done.filter((one) => one !== undefined);
    const strays = kept.filter(({ kind }) => kind === 'stray').map(({ id }) => id);
    await ports.presences.forget(organization, strays);
    const noted = kept.filter(({ kind }) => kind !== 'stray');
    await ports.presences.note(
      organization,
      noted.map(({ kind, id, sinceMs }) => ({ id, sinceMs: kind === 'offline' ? sinceMs : undefined })),
    );
    found.push(...kept);
  }
  const idsOf = (wanted: Found['kind']): string[] => found.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  return { offline: idsOf('offline'), back: idsOf('back'), forgotten: idsOf('stray').length };
}

interface Change {
  readonly presence: Presence;
  readonly isSilent: boolean;
  readonly silentFromMs: number;
}

function changeOf(presence: Presence, nowMs: number): Change[] {
  const { lastHeartbeatMs, intervalMs = HEARTBEAT_INTERVAL_SECONDS * 1_000, silentSinceMs } = presence;
  const silentFromMs = lastHeartbeatMs + silenceMs(intervalMs);
  const isSilent = nowMs > silentFromMs;
  const isNoted = silentSinceMs === lastHeartbeatMs;
  if (isSilent ? isNoted : silentSinceMs === undefined) return [];
  return [{ presence, isSilent, silentFromMs }];
}

/** Undefined where there is nothing to note. */
async function carryOut(
  organization: Organization,
  { presence: { id, lastHeartbeatMs }, isSilent, silentFromMs }: Change,
  { runtimes, markStale, clock }: MarkOfflinePorts,
): Promise<Found | undefined> {
  const record = await runtimes.change(organization, id, (found) => {
    if (found === undefined || found.deleting_since !== undefined) return undefined;
    if (isSilent) return withStatus(found, 'offline', clock.now());
    return found.status === 'offline' ? withStatus(found, 'ready', clock.now()) : undefined;
  });
  if (record === undefined) return isSilent ? { kind: 'stray', id, sinceMs: lastHeartbeatMs } : undefined;
  if (record.deleting_since !== undefined) return undefined;
  if (isSilent) await markStale(organization, id, silentFromMs);
  return { kind: isSilent ? 'offline' : 'back', id, sinceMs: lastHeartbeatMs };
}
