/** The numbers of the simulation. Changing one that shapes fabricated inputs needs a higher SIMULATOR_VERSION. */

/** Only simulations of one version are compared. */
export const SIMULATOR_VERSION = 2;

/** Chains of days that are fabricated: each starts anew, and carries the computation's own results from day to day. */
export const CHAINS = 24;
export const CHAIN_DAYS = 10;

/** How often a value that its schema refuses is tried again before the computation counts as one that cannot be simulated. */
export const FABRICATION_ATTEMPTS = 200;

/** Levels below which recursive schemas end as soon as they may. */
export const MAX_DEPTH = 5;

/** Literals of the code that are mixed into fabricated values, of numbers and of strings each. */
export const MAX_LITERALS = 64;

/** Characters of a literal that may stand as a fabricated string. */
export const MAX_LITERAL_LENGTH = 64;

/** Days of a history window that are fabricated at most, and entities of a day. */
export const MAX_WINDOW_DAYS = 400;
export const MAX_ENTITIES = 130;

/** Processor time that the simulation of one computation may take, loading its modules included: a busy machine makes no difference. */
export const SIMULATION_BUDGET_MS = 5_000;

/** How long it may go on without a second of processor time: one that waits for ever ends so, one on a busy machine does not. */
export const SIMULATION_IDLE_MS = 30_000;
export const SIMULATION_IDLE_CPU_MS = 1_000;

/** After so long no other computation is begun: what is left is for the next preflight. */
export const SIMULATOR_BUDGET_MS = 120_000;

/** Memory that one sandbox may take, and its heap. All of them together must leave the preflight function room for itself. */
export const SANDBOX_MEMORY_MB = 512;
export const SANDBOX_HEAP_MB = 320;

/** Processor time after which the system ends a sandbox that its host did not end: more than all simulations of one preflight take. */
export const SANDBOX_CPU_SECONDS = 300;

/** Sandboxes that simulate at once. */
export const MAX_SANDBOXES = 3;

/** Computations that are worth a sandbox more: it takes as long to open as three of them to simulate. */
export const JOBS_A_SANDBOX = 10;

/** Hex digits kept of a day's hash: days are compared one by one, and all of them as a whole. */
export const DAY_HASH_LENGTH = 8;

/** Pieces of code, and literals, that a registration holds; with more it is not simulated. Some 150 bytes a piece. */
export const MAX_PIECES = 1_000;

/** Stored cells that are made again before a proof is believed, and bytes of their inputs in all, before compression. */
export const MAX_REAL_CELLS = 24;
export const MAX_REAL_BYTES = 16_000_000;
