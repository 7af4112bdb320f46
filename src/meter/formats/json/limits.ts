/** What a body of our own JSON may be, whoever sends it. */

/** Bytes before compression. */
export const MAX_BODY_BYTES = 33_554_432;
/** Items of a request; a dead letter's replay sends as many. */
export const MAX_ITEMS = 10_000;
/** Characters of an item's name and labels together, beyond which they are not even looked at. */
export const MAX_SERIES_CHARACTERS = 349_525;
/** Buckets of one histogram, and quantiles of a summary. */
export const MAX_BUCKETS = 10_000;
