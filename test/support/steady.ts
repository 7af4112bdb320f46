/** A clock that tells one time, however it is asked. */
import type { SteadyClock } from '../../src/process/ports.ts';

export const steady = (now: () => number): SteadyClock => ({ now, elapsed: now });
