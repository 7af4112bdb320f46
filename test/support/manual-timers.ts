/** Time that stands still until a test moves it. */

export interface ManualTimers {
  now: () => number;
  after: (ms: number, work: () => void) => () => void;
  /** How long each timer still has to run, in milliseconds, shortest first. */
  waits(): number[];
  /** Moves time and runs what falls due. */
  advance(ms: number): void;
}

export function manualTimers(start = Date.UTC(2026, 0, 1)): ManualTimers {
  let now = start;
  const timers = new Set<{ at: number; work: () => void }>();
  return {
    now: () => now,
    after(ms, work) {
      const timer = { at: now + ms, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    waits: () => [...timers].map(({ at }) => at - now).sort((left, right) => left - right),
    advance(ms) {
      now += ms;
      for (const timer of timers) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.work();
      }
    },
  };
}
