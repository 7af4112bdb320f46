/** What goes wrong in a round, drawn from a seed before anything runs: faults of the cloud, and who is killed when. */
import type { FaultRule } from '../../src/emulators/firestore/faults.ts';
import type { PubsubFaults } from '../../src/emulators/pubsub/faults.ts';
import { seededRandom } from '../../src/emulators/seeded-random.ts';
import type { WorkflowsFaults } from '../../src/emulators/workflows/faults.ts';

export interface Faults {
  readonly seed: number;
  readonly firestore: { readonly rules: readonly FaultRule[] };
  readonly pubsub: Omit<PubsubFaults, 'seed'>;
  readonly workflows: Omit<WorkflowsFaults, 'seed'>;
}

export type Target = 'work' | 'dispatch' | 'index' | 'reconcile';

export type Kill =
  /** One of the target's processes, or the cloud, so long after the run began. */
  | {
      readonly afterMs: number;
      readonly target: Target | 'cloud';
      readonly signal: 'SIGKILL' | 'SIGTERM';
      readonly victim: number;
    }
  /** Who logs the event for the nth time, at that moment; or the cloud. */
  | {
      readonly event: string;
      readonly nth: number;
      readonly target: 'speaker' | 'cloud';
      readonly signal: 'SIGKILL' | 'SIGTERM';
    };

export interface Schedule {
  readonly seed: number;
  readonly round: number;
  readonly faults: Faults;
  readonly kills: readonly Kill[];
}

/** Kills by the clock fall within this time; a calm round takes about as long. */
const STORM_MS = 3_000;

/** What functions log just before or after a commit, with how often that happens in a round. */
const EVENTS = [
  ['cell.completed', 20],
  ['cell.completed', 20],
  ['cell.failed', 1],
  ['task.duplicate', 10],
  ['attempt.failed', 3],
  ['dispatched', 6],
  ['run.completed', 3],
  ['callback.failed', 1],
  ['indexed', 1],
  ['reconciled', 1],
] as const;

export function drawSchedule(seed: number, round: number): Schedule {
  const random = seededRandom(seed * 1_000 + round);
  const upTo = (most: number): number => Math.floor(random() * most * 100) / 100;
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const rule = (method: string, most: number, fault: FaultRule['fault']): FaultRule[] =>
    random() < 0.5 ? [{ method, probability: upTo(most), fault }] : [];
  const faults: Faults = {
    seed: seed * 1_000 + round,
    firestore: {
      rules: [
        ...rule('Commit', 0.2, { kind: 'error-after' }),
        ...rule('Commit', 0.15, { kind: 'deadline-exceeded-after' }),
        ...rule('Commit', 0.15, { kind: 'unavailable' }),
        ...rule('Commit', 0.15, { kind: 'aborted' }),
        ...rule('Commit', 0.1, { kind: 'deadline-exceeded' }),
        ...rule('BatchGetDocuments', 0.05, { kind: 'unavailable' }),
        ...rule('RunQuery', 0.04, { kind: 'unavailable' }),
        ...rule('*', 0.3, { kind: 'latency', milliseconds: Math.ceil(random() * 60) }),
      ],
    },
    pubsub: {
      duplicate: upTo(0.6),
      delay: { probability: upTo(0.5), milliseconds: Math.ceil(random() * 500) },
      reorder: upTo(0.5),
      unacknowledged: upTo(0.4),
    },
    workflows: { refused: upTo(0.6), unanswered: upTo(0.6) },
  };
  const kill = (): Kill => {
    const signal = random() < 0.75 ? 'SIGKILL' : 'SIGTERM';
    if (random() < 0.6) {
      const [event, usual] = oneOf(EVENTS);
      const target = random() < 0.85 ? 'speaker' : 'cloud';
      return { event, nth: 1 + Math.floor(random() * usual), target, signal };
    }
    const target = oneOf(['work', 'work', 'work', 'dispatch', 'index', 'reconcile', 'cloud'] as const);
    return { afterMs: Math.floor(random() * STORM_MS), target, signal, victim: Math.floor(random() * 8) };
  };
  return { seed, round, faults, kills: Array.from({ length: Math.floor(random() * 7) }, kill) };
}

export const describeKill = (kill: Kill): string =>
  'event' in kill
    ? `${kill.signal} ${kill.target} at ${kill.event} ${kill.nth}`
    : `${kill.signal} ${kill.target} after ${kill.afterMs} ms`;
