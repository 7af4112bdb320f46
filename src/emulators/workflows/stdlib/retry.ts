/** Retry policies and predicates: https://cloud.google.com/workflows/docs/reference/syntax/retrying */
import { isList, isMap } from '../value.ts';
import type { Value } from '../value.ts';
import { pure } from './define.ts';

/** Seconds. https://cloud.google.com/workflows/docs/reference/stdlib/retry/default_backoff */
export const DEFAULT_BACKOFF = { initialDelay: 1, maxDelay: 60, multiplier: 1.25 } as const;

/**
 * What `retry: ${name}` means; all use the default back-off.
 * Sources: .../stdlib/http/default_retry and .../stdlib/http/default_retry_non_idempotent
 */
export const RETRY_POLICIES: ReadonlyMap<string, { readonly predicate: string; readonly maxRetries: bigint }> = new Map(
  [
    ['http.default_retry', { predicate: 'http.default_retry_predicate', maxRetries: 5n }],
    ['http.default_retry_non_idempotent', { predicate: 'http.default_retry_predicate_non_idempotent', maxRetries: 5n }],
  ],
);

export const retry = {
  always: pure({ exception: 'any' }, () => true),
  never: pure({ exception: 'any' }, () => false),
};

/** Members of `http` that are predicates. */
export const httpPredicates = {
  default_retry_predicate: pure({ exception: 'any' }, ({ exception }) =>
    matches(exception, [429, 502, 503, 504], ['ConnectionError', 'ConnectionFailedError', 'TimeoutError']),
  ),
  default_retry_predicate_non_idempotent: pure({ exception: 'any' }, ({ exception }) =>
    matches(exception, [429, 503], ['ConnectionFailedError']),
  ),
};

function matches(exception: Value, codes: readonly number[], tags: readonly string[]): boolean {
  if (!isMap(exception)) return false;
  const raised = exception.get('tags') ?? null;
  if (!isList(raised)) return false;
  if (raised.includes('HttpError') && codes.includes(Number(exception.get('code')))) return true;
  return tags.some((tag) => raised.includes(tag));
}
