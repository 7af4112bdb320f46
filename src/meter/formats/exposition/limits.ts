/** What a body of the text format may be, whoever sends it. */

/** Bytes before compression. */
export const MAX_BODY_BYTES = 67_108_864;
/** Bytes of a line beyond which it is not even looked at: labels have less. */
export const MAX_LINE_BYTES = 1_048_576;
/** Characters of an exemplar's labels together. https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#exemplars */
export const MAX_EXEMPLAR_CHARACTERS = 128;
