/** The clock and the timers of an emulator; tests pass their own and move time instead of waiting. */

export interface Timers {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Calls `work` once, `ms` from now; the answer cancels it. */
  after: (ms: number, work: () => void) => () => void;
}

/** What an emulator is started with: nothing for the machine's own time. */
export interface TimersOptions {
  clock?: () => number;
  /** Replaces `setTimeout`. */
  after?: Timers['after'];
}

/** `setTimeout` takes no longer wait than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const timersOf = ({ clock = Date.now, after = afterRealTime }: TimersOptions): Timers => ({ now: clock, after });

/** Calls `work` once the clock has come to `deadline`, in milliseconds since 1970; the answer cancels it. */
export function at({ now, after }: Timers, deadline: number, work: () => void): () => void {
  let cancel = (): void => {};
  const look = (): void => {
    const left = deadline - now();
    cancel = after(Math.max(0, left), () => (now() < deadline ? look() : work()));
  };
  look();
  return () => cancel();
}

function afterRealTime(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}
