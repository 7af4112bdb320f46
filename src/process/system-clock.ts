/** The machine's own clocks. */
import type { SteadyClock } from './ports.ts';

export const SYSTEM_CLOCK: SteadyClock = { now: () => Date.now(), elapsed: () => performance.now() };
