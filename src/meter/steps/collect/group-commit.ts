/**
 * Group commit: what the concurrent requests of an instance bring is committed together, in one segment an organization and day, and each is
 * answered once its group is committed. The more requests there are, the more samples a written document holds, which is what collecting
 * costs.
 */
import { RetryableError, toError } from '../../../errors.ts';
import type { Committed } from '../../ports/day-store.ts';
import { type Contribution, type Outcome, size, type SizeOf } from './contribution.ts';
import { mergeGroup, type GroupPorts, StruckClaims } from './merge-group.ts';

/** How long the first of a group waits for others. */
export const LINGER_MS = 50;

/** A group of so many does not wait: its segments are near what a document holds. */
export const GROUP_SAMPLES = 100_000;
export const GROUP_ITEMS = 5_000;

/** Groups that are committed at once; the next one grows meanwhile. */
export const COMMITS_AT_ONCE = 4;

/** Samples, events and documents that may wait for their commit: more are refused, as an overload of ours. */
export const MAX_WAITING_SAMPLES = 2_000_000;
export const MAX_WAITING_ITEMS = 100_000;

/** Of a group whose claims were taken meanwhile: each time less of it is left, so that this is never met but by a fault. */
const MAX_ROUNDS = 20;

interface Waiting {
  readonly contribution: Contribution;
  readonly answer: (outcome: Outcome) => void;
  readonly fail: (error: Error) => void;
}

export interface GroupCommit {
  /**
   * Answers when all of it is durable, or was before.
   * @throws {RetryableError} UNAVAILABLE when there is too much to do, or the store did not answer: then it may be there, or not
   */
  add(contribution: Contribution): Promise<Outcome>;
  /** What waits for its commit now. */
  waiting(): SizeOf;
  /** Commits what waits, at once, and answers when nothing is left. */
  drain(): Promise<void>;
}

export function groupCommit(ports: GroupPorts): GroupCommit {
  let group: Waiting[] = [];
  let grown: SizeOf = { samples: 0, items: 0 };
  let held: SizeOf = { samples: 0, items: 0 };
  let timer: NodeJS.Timeout | undefined;
  const flights = new Set<Promise<void>>();

  const leave = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (group.length === 0 || flights.size >= COMMITS_AT_ONCE) return;
    const leaving = group;
    [group, grown] = [[], { samples: 0, items: 0 }];
    const flight = commitGroup(leaving, ports).then(() => {
      for (const { contribution } of leaving) held = less(held, size(contribution));
      flights.delete(flight);
      // Whoever came meanwhile has waited long enough.
      if (group.length > 0 && timer === undefined) leave();
    });
    flights.add(flight);
  };

  return {
    add(contribution) {
      const own = size(contribution);
      const then = more(held, own);
      if (held.items > 0 && (then.samples > MAX_WAITING_SAMPLES || then.items > MAX_WAITING_ITEMS))
        return Promise.reject(
          new RetryableError('UNAVAILABLE', 'more is sent than is committed just now. Send it again in a moment.'),
        );
      held = then;
      grown = more(grown, own);
      return new Promise((answer, fail) => {
        group.push({ contribution, answer, fail });
        if (grown.samples >= GROUP_SAMPLES || grown.items >= GROUP_ITEMS) leave();
        else timer ??= setTimeout(leave, LINGER_MS);
      });
    },
    waiting: () => held,
    async drain() {
      while (group.length > 0 || flights.size > 0) {
        leave();
        await Promise.all(flights);
      }
    },
  };
}

/** Answers each of them, and never throws. */
async function commitGroup(group: readonly Waiting[], ports: GroupPorts): Promise<void> {
  let left = group;
  const struck = new StruckClaims();
  try {
    for (let round = 0; left.length > 0; round++) {
      if (round === MAX_ROUNDS) throw new RetryableError('CONTENTION', 'others took the same names again and again');
      left = await commitRound(left, struck, ports);
    }
  } catch (thrown) {
    for (const { fail } of left) fail(toError(thrown));
  }
}

/** Those that are still to be committed: what they bring was, in part, taken before, or two of them bring the same. */
async function commitRound(
  group: readonly Waiting[],
  struck: StruckClaims,
  ports: GroupPorts,
): Promise<readonly Waiting[]> {
  const merged = await mergeGroup(
    group.map(({ contribution }) => contribution),
    struck,
    ports,
  );
  const committed: Committed | undefined = merged.isEmpty ? undefined : (await ports.days.commit([merged.together]))[0];
  if (committed?.kind === 'claimed') {
    await merged.strike(committed.claims);
    return group;
  }
  const later: Waiting[] = [];
  for (const [at, waiting] of group.entries()) {
    const outcome = merged.outcomes[at];
    if (outcome === undefined) later.push(waiting);
    else waiting.answer(outcome);
  }
  return later;
}

const more = (one: SizeOf, other: SizeOf): SizeOf => ({
  samples: one.samples + other.samples,
  items: one.items + other.items,
});
const less = (one: SizeOf, other: SizeOf): SizeOf => ({
  samples: one.samples - other.samples,
  items: one.items - other.items,
});
