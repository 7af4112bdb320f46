/** Where in a text something is wrong. */
import { QueryError } from '../query-error.ts';

/** As Prometheus says it: line and column, from 1. */
export function parseError(
  text: string,
  position: { readonly start: number; readonly end: number },
  message: string,
): QueryError {
  const before = text.slice(0, position.start);
  const line = before.split('\n').length;
  const column = position.start - before.lastIndexOf('\n');
  return new QueryError('bad_data', `${line}:${column}: parse error: ${message}`, position);
}
