/** What nobody asks for and time brings: sessions that end, runtimes that fall silent, deletions that were cut off, dead letters that are too many. */
import { codeOf, toError } from '../../../errors.ts';
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Organization } from '../../model/organization.ts';
import type { DayStore } from '../../ports/day-store.ts';
import { type DeadLetterPorts, trimDeadLetters } from '../collect/dead-letters.ts';
import { endSessions, type SessionPorts } from '../collect/sessions.ts';
import { type DeleteRuntimePorts, resumeDeletions } from '../runtimes/delete-runtime.ts';
import { markOffline, type MarkOfflinePorts } from '../runtimes/mark-offline.ts';
import type { Log } from '../../../process/ports.ts';

export interface MaintainPorts extends SessionPorts, DeleteRuntimePorts, MarkOfflinePorts {
  readonly deadLetters: DeadLetterPorts['deadLetters'];
  readonly days: DayStore;
  readonly limitsOf: (organization: Organization) => Promise<OrganizationLimits>;
  readonly clock: { now(): number };
  readonly log: Log;
}

export interface MaintainReport {
  readonly sessionsEnded: number;
  readonly offline: number;
  readonly deadLettersDropped: number;
}

/** Idempotent, and harmless beside itself. What fails for one organization is told, and left for the next time. */
export async function maintain(ports: MaintainPorts): Promise<MaintainReport> {
  const nowMs = ports.clock.now();
  let [offline, deadLettersDropped] = [0, 0];
  const sessionsEnded = await tried('sessions.not_ended', ports.log, () =>
    endSessions(
      async (organization) => ({
        organization,
        limits: await ports.limitsOf(organization),
        route: 'a session that nobody ended',
        idempotencyKey: undefined,
        receivedMs: nowMs,
      }),
      nowMs,
      ports,
    ),
  );
  for (const organization of await ports.days.organizations()) {
    await tried('organization.not_maintained', ports.log, async () => {
      await resumeDeletions(organization, ports);
      offline += (await markOffline(organization, nowMs, ports)).offline.length;
      deadLettersDropped += await trimDeadLetters(organization, ports);
      return 0;
    });
  }
  return { sessionsEnded, offline, deadLettersDropped };
}

async function tried(event: string, log: Log, act: () => Promise<number>): Promise<number> {
  try {
    return await act();
  } catch (thrown) {
    log.warn({ event, code: codeOf(thrown) }, `${toError(thrown).message}. It is tried again the next time.`);
    return 0;
  }
}
