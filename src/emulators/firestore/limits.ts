/** What the service refuses for size. Source of all numbers: https://cloud.google.com/firestore/quotas#limits */

export const MAX_DOCUMENT_BYTES = 1_048_576;
export const MAX_FIELD_VALUE_BYTES = 1_048_576 - 89;
export const MAX_DOCUMENT_NAME_BYTES = 6 * 1024;
export const MAX_ID_BYTES = 1_500;
export const MAX_FIELD_PATH_BYTES = 1_500;
export const MAX_VALUE_DEPTH = 20;
export const MAX_SUBCOLLECTION_DEPTH = 100;
/** Field transforms on one document in one commit. */
export const MAX_TRANSFORMS_PER_DOCUMENT = 500;
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
/** Only so many bytes of a value are indexed; longer ones may sort inconsistently, as they do in the service. */
export const MAX_INDEXED_VALUE_BYTES = 1_500;
export const TRANSACTION_IDLE_MS = 60_000;
export const TRANSACTION_TOTAL_MS = 270_000;

/** Disjunctions after a filter is brought to OR of ANDs: https://firebase.google.com/docs/firestore/query-data/queries#limits_on_or_queries */
export const MAX_DISJUNCTIONS = 30;
export const MAX_NOT_IN_VALUES = 10;
/** https://firebase.google.com/docs/firestore/query-data/multiple-range-fields#limits_and_considerations */
export const MAX_INEQUALITY_FIELDS = 10;
/** https://cloud.google.com/firestore/docs/query-data/aggregation-queries: one read for up to so many index entries. */
export const AGGREGATED_ENTRIES_PER_READ = 1_000;
export const MAX_AGGREGATIONS = 5;
