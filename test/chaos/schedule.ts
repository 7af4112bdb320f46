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

/** SIGSTOP is a paused container: it goes on after longer than a lease, when others have taken over. */
export type Signal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';

interface Act {
  readonly signal: Signal;
  /** Which of the target's processes, modulo how many there are. */
  readonly victim: number;
}

export type Kill =
  /** One of the target's processes, or the cloud, so long after the run began. */
  | (Act & { readonly afterMs: number; readonly target: Target | 'cloud' })
  /** … or when the cloud has answered a call for the nth time: just after, or before, an effect of whoever called. */
  | (Act & { readonly call: string; readonly nth: number; readonly target: Target | 'cloud' })
  /** Who logs the event for the nth time, at that moment; or the cloud. */
  | (Act & { readonly event: string; readonly nth: number; readonly target: 'speaker' | 'cloud' });

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

const TARGETS = ['work', 'work', 'work', 'dispatch', 'dispatch', 'index', 'reconcile', 'cloud'] as const;

/** Calls of the cloud after which a target has more to do, with how many there are in a round. */
const CALLS: Readonly<Record<Target | 'cloud', readonly (readonly [call: string, usual: number])[]>> = {
  work: [
    ['Commit', 80],
    ['callback', 3],
  ],
  // The claims are among the first commits, but for the indexer's.
  dispatch: [
    ['Commit', 12],
    ['Publish', 40],
  ],
  index: [['Commit', 5]],
  reconcile: [
    ['Commit', 90],
    ['callback', 3],
  ],
  cloud: [
    ['Commit', 90],
    ['Publish', 40],
    ['push', 60],
    ['callback', 3],
  ],
};

/** The call that a line of the cloud's log tells of. */
export function callIn(line: string): string | undefined {
  if (line.startsWith('firestore Commit')) return 'Commit';
  if (line.startsWith('Pub/Sub: Publish')) return 'Publish';
  if (line.startsWith('Pub/Sub push')) return 'push';
  return line.includes('/callbacks/') ? 'callback' : undefined;
}

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
    const chance = random();
    const signal = chance < 0.7 ? 'SIGKILL' : chance < 0.85 ? 'SIGTERM' : 'SIGSTOP';
    const act: Act = { signal, victim: Math.floor(random() * 8) };
    const how = random();
    if (how < 0.35) {
      const [event, usual] = oneOf(EVENTS);
      const target = random() < 0.85 ? 'speaker' : 'cloud';
      return { ...act, event, nth: 1 + Math.floor(random() * usual), target };
    }
    const target = oneOf(TARGETS);
    if (how < 0.65) return { ...act, afterMs: Math.floor(random() * STORM_MS), target };
    const [call, usual] = oneOf(CALLS[target]);
    return { ...act, call, nth: 1 + Math.floor(random() * usual), target };
  };
  return { seed, round, faults, kills: Array.from({ length: Math.floor(random() * 8) }, kill) };
}

const nameOf = (kill: Kill): string => {
  if ('event' in kill) return `at ${kill.event} ${kill.nth}`;
  return 'call' in kill ? `at ${kill.call} ${kill.nth}` : `after ${kill.afterMs} ms`;
};

export const describeKill = (kill: Kill): string => `${kill.signal} ${kill.target} ${nameOf(kill)}`;
