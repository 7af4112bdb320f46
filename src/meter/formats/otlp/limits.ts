/** What an OTLP request may be, whoever sends it. */

/** Bytes before compression. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request recommends no less than 64 MiB as the most. */
export const MAX_BODY_BYTES = 67_108_864;
/** Lists within lists of an attribute's value. */
export const MAX_DEPTH = 16;
/** Buckets of one histogram, and quantiles of a summary; SDKs make 160 at most by default. */
export const MAX_BUCKETS = 10_000;
/** Buckets of all histograms of a request: one takes a byte of a message, and 32 of memory. */
export const MAX_REQUEST_BUCKETS = 2_000_000;
/** Bytes of a point's attributes, and of what names its metric, scope and resource. */
export const MAX_KEY_BYTES = 1_048_576;
/** Characters of JSON that a resource, a scope and a metric may be described by, each: every series of theirs carries them. */
export const MAX_DESCRIPTION_CHARACTERS = 65_536;
/** Characters of all series that a request names for the first time. */
export const MAX_REQUEST_SERIES_CHARACTERS = 268_435_456;
