/** What a remote-write request may be, whoever sends it. */

/** Bytes of a message before compression. Prometheus sends 2,000 samples a request by default, which is about 500 KB. */
export const MAX_MESSAGE_BYTES = 33_554_432;
/** Bytes of the labels of all series of a 2.0 request, where one byte can stand for a long symbol. */
export const MAX_REQUEST_LABEL_BYTES = 134_217_728;
/** Buckets of one native histogram, populated or not between populated ones; 160 are what clients are told to keep to. */
export const MAX_BUCKETS = 10_000;
/** Buckets of all histograms of a request: one takes a byte of a message, and 32 of memory. */
export const MAX_REQUEST_BUCKETS = 2_000_000;
/** Bytes of an exemplar: OpenMetrics allows its labels 128 characters, and OTLP's attributes may be longer. */
export const MAX_EXEMPLAR_BYTES = 8_192;
