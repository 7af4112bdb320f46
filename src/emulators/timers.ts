/** The clock and the timers of an emulator; tests pass their own and move time instead of waiting. */

import { cloudTime } from './cloud-time.ts';
import type { State } from './state.ts';

export interface Timers {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Calls `work` once, `ms` from now; the answer cancels it. */
  after: (ms: number, work: () => void) => () => void;
  /** Calls `work` once the clock has come to `deadline`, in milliseconds since 1970; the answer cancels it. */
  at: (deadline: number, work: () => void) => () => void;
}

/** What an emulator is started with: nothing for the cloud's own time. */
export interface TimersOptions {
  clock?: () => number;
  /** Replaces `setTimeout`. */
  after?: Timers['after'];
}

/** `setTimeout` takes no longer wait than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A machine's timers stand still while it sleeps, and its clock does not. */
const LOOK_AT_CLOCK_MS = 60_000;

export function timersOf({
  state,
  clock: now = cloudTime(state),
  after: given,
}: TimersOptions & { state: State }): Timers {
  const after = given ?? afterRealTime;
  const longest = given === undefined ? LOOK_AT_CLOCK_MS : Infinity;
  const at: Timers['at'] = (deadline, work) => {
    let cancel = (): void => {};
    const look = (): void => {
      const left = Math.max(0, deadline - now());
      cancel = after(Math.min(left, longest), () => (now() < deadline ? look() : work()));
    };
    look();
    return () => cancel();
  };
  return { now, after, at };
}

function afterRealTime(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}
