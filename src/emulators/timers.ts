/** The clock and the timers of an emulator; tests pass their own and move time instead of waiting. */

export interface Timers {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Calls `work` once after `ms`; the answer cancels it. */
  after: (ms: number, work: () => void) => () => void;
}

/** `setTimeout` takes no longer wait than this; whoever needs one looks at the clock again. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time, unless parts of it are given. */
export function timersOf(given: { clock?: () => number; after?: Timers['after'] }): Timers {
  return { now: given.clock ?? Date.now, after: given.after ?? afterRealTime };
}

function afterRealTime(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}
