/**
 * What the service allows, as constants.
 * Source unless another is named: https://cloud.google.com/workflows/quotas (resource limits).
 */

/** Bytes of a workflow's source. */
export const MAX_SOURCE_BYTES = 128 * 1024;
/** Characters between `${` and `}`. */
export const MAX_EXPRESSION_LENGTH = 400;
export const MAX_ASSIGNMENTS = 50;
export const MAX_CONDITIONS = 50;
export const MAX_BRANCHES = 10;
/** Branches and iterations of one parallel step that run at a time. */
export const MAX_CONCURRENT_BRANCHES = 20;
export const MAX_PARALLEL_DEPTH = 2;
/** Branch errors that UnhandledBranchError lists before it says `truncated`. */
export const MAX_BRANCH_ERRORS = 100;
/** Calls within calls, `main` not counted. */
export const MAX_CALL_DEPTH = 20;
export const MAX_STEPS_PER_EXECUTION = 100_000;
/** Bytes of all variables that an execution holds at a time. */
export const MAX_VARIABLE_BYTES = 512 * 1024;
/** Days that an execution is remembered after its end. https://cloud.google.com/workflows/quotas (execution retention) */
export const RETENTION_DAYS = 90;
/** Bytes of one string, UTF-8. */
export const MAX_STRING_BYTES = 256 * 1024;
/** Bytes of an execution's `argument`, as JSON. */
export const MAX_ARGUMENT_BYTES = 32 * 1024;
/** Lists and objects within each other in JSON. Ours: the service names none. */
export const MAX_JSON_DEPTH = 1_000;
/** Bytes of an HTTP response's body. */
export const MAX_RESPONSE_BYTES = 2 * 1024 * 1024;
/** Seconds. https://cloud.google.com/workflows/docs/reference/stdlib/http/request */
export const MAX_HTTP_TIMEOUT = 1800;
export const DEFAULT_HTTP_TIMEOUT = 300;
/** Seconds. https://cloud.google.com/workflows/docs/reference/stdlib/events/await_callback */
export const DEFAULT_CALLBACK_TIMEOUT = 43_200;
/** https://cloud.google.com/workflows/docs/use-environment-variables */
export const MAX_USER_ENV_VARS = 20;
export const MAX_USER_ENV_VAR_BYTES = 4 * 1024;
