/** Part of every infrastructure hash: raise it when the executor itself would make other results from the same code and data. */
export const EXECUTOR_VERSION = 1;
