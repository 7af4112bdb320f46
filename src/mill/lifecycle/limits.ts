/** The numbers that the specification sets for running tasks. */

/** Leases a task may take before it is given up. */
export const MAX_ATTEMPTS = 3;

/** Attempts kept on record with a task: those that were handed back do not count against the others, and a restless week brings many. */
export const MAX_RECORDED_ATTEMPTS = 10;

/** Seconds after which what is left of a task goes on in a new one: Pub/Sub waits 600 at most. */
export const PLANNED_TASK_SECONDS = 480;

/**
 * Tasks that a wave is spread over. A day's slow cells stay parallel, and 5,000 quick ones are 32 messages: what they cost is then
 * their own work.
 */
export const DEFAULT_LANES = 32;

/** Seconds between heartbeats. */
export const HEARTBEAT_SECONDS = 2;

/** Seconds without a heartbeat after which a lease lapses: seven missed heartbeats. */
export const LEASE_SECONDS = 15;

/** Seconds that running tasks have when their process is told to end; Cloud Run gives ten, of which two are for handing back. */
export const DRAIN_SECONDS = 7;

/** Minutes without a heartbeat after which the reconciler offers a task again, in case its message is gone. */
export const ZOMBIE_MINUTES = 15;

/** Memory of the two tiers of the specification, in MB (functions are deployed with these; local workers may get smaller ones). */
export const STANDARD_MEMORY_MB = 2_048;
export const HIGH_MEM_MEMORY_MB = 8_192;

/** Share of a tier's memory above which a dead attempt is taken for one that ran out of it: 1,500 MB of 2 GB. */
export const MEMORY_DEATH_SHARE = 0.75;

/**
 * Share of V8's heap limit above which a dead attempt is taken for one whose heap was full: V8 ends the process before resident memory
 * comes near the tier's. What is used has garbage among it, of which a sound worker collects most before it gets here.
 */
export const HEAP_DEATH_SHARE = 0.85;

/** Resident memory of a worker that does nothing, in MB: measured, 170 to 200 with Node 24 and the Firestore client. */
export const IDLE_WORKER_MB = 200;

/** Machines' clocks are no further apart: beyond it a time in the future is of a clock that was set back. */
export const MAX_CLOCK_SKEW_MS = 60_000;
