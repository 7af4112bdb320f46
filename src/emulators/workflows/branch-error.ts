/** What a parallel step raises when branches have failed. */
import { contextOf, systemError } from './errors.ts';
import type { Raised } from './errors.ts';
import { MAX_BRANCH_ERRORS } from './limits.ts';
import { mapOf } from './value.ts';

/** https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps (exceptions in parallel steps) */
export function branchError(errors: readonly { id: string; error: Raised }[]): Raised {
  const branches = errors
    .slice(0, MAX_BRANCH_ERRORS)
    .map(({ id, error }) => mapOf({ id, error: mapOf({ context: contextOf(error), payload: error.value }) }));
  return systemError(
    'UnhandledBranchError',
    'One or more branches or iterations encountered an unhandled runtime error',
    { branches, truncated: errors.length > MAX_BRANCH_ERRORS },
  );
}
