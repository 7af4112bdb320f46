/**
 * Keeps a task's history: an attempt is opened by the claim that begins it and closed by the save that ends it, in the commits
 * that happen anyway. An attempt that died is closed by the claim that finds it, from its last heartbeat. Pure.
 */
import type { Attempt, AttemptEnd, AttemptFigures } from '../model/attempt.ts';
import type { CellError } from '../model/cell.ts';
import type { Hash } from '../../values/hash.ts';
import type { Printed } from '../model/printed.ts';
import type { Task } from '../model/task.ts';
import type { Tiers } from '../model/tier.ts';
import { MAX_RECORDED_ATTEMPTS } from './limits.ts';
import { deathByMemory } from '../tiers/routing.ts';

/** Who claims. */
export interface Claimant {
  readonly worker: string;
  readonly tier: string;
  readonly executorVersion: number;
  readonly fingerprints: Readonly<Record<string, Hash>>;
  /** Whether an attempt begins; else the task is moved, or given up. */
  readonly begins: boolean;
  /** Tasks at work in its process, this one among them. */
  readonly tasksAtOnce?: number;
  readonly nowMs: number;
  readonly tiers: Tiers;
}

/** What a save tells of the attempt that it belongs to. */
export interface AttemptReport {
  readonly figures?: AttemptFigures;
  readonly printed?: Printed;
  readonly nowMs: number;
}

/** `claimed` is what a claim made of the task: with the attempt that died closed, and the one that begins opened. */
export function recordClaim(before: Task, claimed: Task, claimant: Claimant): Task {
  const known = before.history ?? [];
  const last = known.at(-1);
  const died = last !== undefined && last.end === undefined && before.lease?.token !== claimed.lease?.token;
  const history = died ? [...known.slice(0, -1), closeDead(before, last, claimant.tiers)] : [...known];
  if (claimant.begins) {
    const { worker, tier, executorVersion, fingerprints, tasksAtOnce, nowMs } = claimant;
    const trigger =
      last === undefined
        ? 'DISPATCH'
        : died || last.end === 'DIED'
          ? 'TAKEOVER'
          : last.end === 'GIVEN_BACK'
            ? 'HANDED_BACK'
            : 'RETRY';
    history.push({
      number: (last?.number ?? 0) + 1,
      trigger,
      tier,
      worker,
      executorVersion,
      fingerprints: { ...fingerprints },
      startedMs: nowMs,
      ...(tasksAtOnce === undefined ? {} : { tasksAtOnce }),
    });
  }
  return history.length === 0 ? claimed : { ...claimed, history: history.slice(-MAX_RECORDED_ATTEMPTS) };
}

/** The task about to be saved, with what its attempt has taken so far, and how it ended when this save ends it. */
export function recordSave(saved: Task, report: AttemptReport): Task {
  const known = saved.history ?? [];
  const last = known.at(-1);
  // Given up by a claim that began no attempt: the last one was closed by that claim.
  if (last === undefined || last.end !== undefined) return saved;
  const { figures, printed, nowMs } = report;
  const { peakRssMB, readings } = saved.telemetry ?? {};
  const end = endOf(saved);
  const error = end === 'COMPLETED' || end === 'CANCELLED' ? undefined : saved.lastError;
  const updated: Attempt = {
    ...last,
    ...(figures === undefined ? {} : { figures }),
    ...(printed === undefined ? {} : { printed }),
    ...(peakRssMB === undefined ? {} : { peakRssMB }),
    ...(end === undefined ? {} : { end, endedMs: nowMs, ...(error === undefined ? {} : { error }) }),
    ...(end === undefined || readings === undefined ? {} : { readings }),
  };
  return { ...(end === undefined ? saved : withoutReadings(saved)), history: [...known.slice(0, -1), updated] };
}

/** The attempt that has ended has them. */
function withoutReadings(task: Task): Task {
  if (task.telemetry === undefined) return task;
  const { readings: _, ...telemetry } = task.telemetry;
  return { ...task, telemetry };
}

/** Undefined while it goes on. */
function endOf({ status, lastError }: Task): AttemptEnd | undefined {
  switch (status) {
    case 'IN_PROGRESS':
      return undefined;
    case 'COMPLETED':
    case 'CANCELLED':
      return status;
    case 'PENDING':
      return lastError === undefined ? 'GIVEN_BACK' : failureOf(lastError);
    case 'FAILED':
      return lastError === undefined ? 'FAILED' : failureOf(lastError);
  }
}

const failureOf = ({ code }: CellError): AttemptEnd =>
  code === 'OUT_OF_MEMORY' || code === 'OUT_OF_TIERS' ? 'OUT_OF_MEMORY' : 'FAILED';

function closeDead(task: Task, attempt: Attempt, tiers: Tiers): Attempt {
  const { resources, attempts, telemetry, lastError } = task;
  // A heartbeat from before it began was another attempt's.
  const own = telemetry !== undefined && Date.parse(telemetry.lastHeartbeat) >= attempt.startedMs;
  // Who saw it die noted an error with the task; an attempt that is under way has none.
  const evidence = { resources, attempts, ...(own ? { telemetry } : {}), ...(lastError && { lastError }) };
  const memoryToBlame = deathByMemory(evidence, tiers)?.because;
  return {
    ...attempt,
    end: memoryToBlame === undefined ? 'DIED' : 'OUT_OF_MEMORY',
    ...(own
      ? {
          endedMs: Date.parse(telemetry.lastHeartbeat),
          peakRssMB: Math.max(attempt.peakRssMB ?? 0, telemetry.peakRssMB),
          ...(telemetry.readings === undefined ? {} : { readings: telemetry.readings }),
        }
      : {}),
    ...(memoryToBlame === undefined ? {} : { error: { code: 'OUT_OF_MEMORY', message: memoryToBlame } }),
  };
}
