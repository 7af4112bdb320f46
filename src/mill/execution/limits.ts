/** The numbers that the specification sets for executing computations. */

/** Entities after which what was computed is compressed and let go. */
export const FLUSH_ENTITIES = 5_000;

/** Share of the heap above which it is let go sooner. */
export const FLUSH_HEAP_SHARE = 0.7;

/** Compressed bytes up to which an artifact lies in its cell's own document: Firestore takes 1 MiB with names and overhead. */
export const INLINE_BYTES = 900_000;

/** A part is cut before its JSON grows beyond this, so that it compresses below one document's limit in all but odd cases. */
export const PART_RAW_BYTES = 3_000_000;

/** Shards an artifact may have: their ranges must fit the cell's document. */
export const MAX_SHARDS = 2_000;

/** The breaker opens above this share of failed entities … */
export const BREAKER_SHARE = 0.1;
/** … once this many were tried. */
export const BREAKER_AFTER_ENTITIES = 100;

/** It opens as well when this many in a row fail with the same error, their numbers and ids apart: it will not get better. */
export const REPEATED_ERRORS = 50;

/** Failed entities that are kept with their errors. */
export const KEPT_ERRORS = 20;

/** Kinds of errors that are kept, each with the first entity that failed so. */
export const KEPT_KINDS = 10;

/** Failures of a cell whose place is looked for: putting a stack in words takes some ten microseconds, and there may be a hundred thousand. */
export const PLACED_FAILURES = 1_000;

/** Characters of each of their messages: they lie in the cell's document, beside its result. */
export const ENTITY_MESSAGE_CHARACTERS = 500;

/**
 * The first entities of a day are frozen, so that a computation that changes what it is given fails alone as it would fail fused. Where
 * several read an entity, all are frozen: that costs about half of what parsing one does, once for all of them.
 */
export const FROZEN_ENTITIES = 100;

/** Entities that one computation of a scan has before the next: few enough to stay in the processor's second cache. */
export const BLOCK = 100;

/** Entities between two looks at the clock and the heap, and two chances for heartbeats. */
export const STRIDE = 1_000;
