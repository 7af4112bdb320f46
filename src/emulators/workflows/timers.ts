/** Deadlines on the emulator's clock. */

/** Milliseconds. A clock that was passed in may jump, so it is looked at often; the machine's own only now and then. */
const LOOK_AT_GIVEN_CLOCK = 5;
const LOOK_AT_OWN_CLOCK = 60_000;

export interface Timers {
  /** Epoch milliseconds, with a fraction. */
  readonly now: () => number;
  /** Calls `fire` once, at or after `deadline`; the answer cancels it. */
  at(deadline: number, fire: () => void): () => void;
}

export function createTimers(clock: (() => number) | undefined): Timers {
  const now = clock ?? ((): number => performance.timeOrigin + performance.now());
  const longest = clock === undefined ? LOOK_AT_OWN_CLOCK : LOOK_AT_GIVEN_CLOCK;
  return {
    now,
    at(deadline, fire) {
      let timer: NodeJS.Timeout;
      const look = (): void => {
        const left = deadline - now();
        if (left <= 0) fire();
        else timer = setTimeout(look, Math.min(left, longest));
      };
      timer = setTimeout(look, 0);
      return () => clearTimeout(timer);
    },
  };
}
