/** HTTP statuses by what the caller should do. */
import { TerminalError, UserError } from '../errors.ts';

/**
 * Correct the request (400), not send it again (500), or send it again (503): Workflows' default retry takes 429, 502, 503 and 504 for
 * passing trouble. https://cloud.google.com/workflows/docs/reference/stdlib/http/default_retry_predicate
 */
export const statusOf = (error: Error): number =>
  error instanceof UserError ? 400 : error instanceof TerminalError ? 500 : 503;
