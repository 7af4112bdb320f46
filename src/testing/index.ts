/** `daymill/testing`: computations under test, in any test runner, without any cloud. */
export { fabricatedDays, type FabricatedDay } from './fabricated.ts';
export type { Given } from './given.ts';
export { runDay, runDays } from './run-day.ts';
