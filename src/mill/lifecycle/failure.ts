/** What a worker does about a failure of the attempt that it is at; what it does with a delivery is in lease.ts. Pure. */
import { codeOf, speaksOfMemory, TerminalError, toError } from '../../errors.ts';
import type { CellError } from '../model/cell.ts';
import { isTerminal, type Task } from '../model/task.ts';
import type { TierName } from '../model/tier-name.ts';
import type { Tiers } from '../model/tier.ts';
import { onAttemptFailed, onGiveUp } from './finish.ts';
import { nextAttempt } from './next-attempt.ts';
import { halve, isDivisible } from './split.ts';

/** What was thrown, as a value. */
export interface Failure {
  /** Undefined of what is no error of ours. */
  readonly code: string | undefined;
  readonly message: string;
  /** Whether the same attempt would fail again. */
  readonly isTerminal: boolean;
}

/** With the reason in words. */
export type FailureDecision = { readonly because: string } &
  /** Another worker has the task, or its run was cancelled: what this one saves is refused. Acknowledge. */
  (
    | { readonly kind: 'lost' }
    /** The task has ended, and what was to follow was not done. Do not acknowledge: the next delivery does it. */
    | { readonly kind: 'over' }
    /** This process ends. Give the lease back, so that the attempt does not count. Do not acknowledge. */
    | { readonly kind: 'hand-back' }
    /** Save it with its part in one commit, send both, acknowledge. */
    | { readonly kind: 'halve'; readonly save: Task; readonly part: Task; readonly error: CellError }
    /** Its next attempt is another tier's: save it so, send it there, acknowledge. */
    | { readonly kind: 'reroute'; readonly save: Task; readonly error: CellError }
    /** Save it without its lease. Do not acknowledge: this delivery comes again, and is the next attempt. */
    | { readonly kind: 'retry'; readonly save: Task; readonly error: CellError }
    /** The task fails with this error, as a dead letter: save it. Acknowledge once its run need not be answered by it. */
    | { readonly kind: 'give-up'; readonly save: Task; readonly error: CellError }
  );

export interface Attempted {
  /** The worker's. */
  readonly tier: TierName;
  readonly tiers: Tiers;
}

export function failureOf(thrown: unknown): Failure {
  const error = toError(thrown);
  return { code: codeOf(error), message: error.message, isTerminal: error instanceof TerminalError };
}

/** Out of memory moves up, what may pass comes again, and the last attempt gives up. `task` is as its holder knows it. */
export function decideFailure(task: Task, failure: Failure, { tier, tiers }: Attempted): FailureDecision {
  const { code, message } = failure;
  if (code === 'LEASE_LOST') return { kind: 'lost', because: message };
  if (isTerminal(task)) return { kind: 'over', because: message };
  if (code === 'SHUTTING_DOWN') return { kind: 'hand-back', because: 'this worker is told to end' };
  const isOfMemory = speaksOfMemory(message);
  const error: CellError = { code: isOfMemory ? 'OUT_OF_MEMORY' : (code ?? 'UNAVAILABLE'), message };
  if ((isOfMemory || code === 'OVERTIME') && isDivisible(task)) {
    const { task: save, part } = halve(task);
    return { kind: 'halve', save, part, error, because: message };
  }
  // This worker is alive: its error's words say whether memory is to blame, an earlier heartbeat does not.
  const { resources, attempts } = task;
  const next = nextAttempt(task, { resources, attempts, lastError: error }, tiers, message);
  if (failure.isTerminal) return givenUp(next.task, error);
  if (next.to === undefined) return givenUp(next.task, next.error);
  const save = onAttemptFailed(next.task, error, next.to);
  return { kind: next.to === tier ? 'retry' : 'reroute', save, error, because: message };
}

const givenUp = (task: Task, error: CellError): FailureDecision => ({
  kind: 'give-up',
  save: onGiveUp(task, error),
  error,
  because: error.message,
});
