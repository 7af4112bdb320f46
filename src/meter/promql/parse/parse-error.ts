/** Where in a text something is wrong. */
import { QueryError } from '../query-error.ts';

/** As Prometheus says it: line and column, from 1. */
export const placeOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset);
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
};

export function parseError(
  text: string,
  position: { readonly start: number; readonly end: number },
  message: string,
): QueryError {
  return new QueryError('bad_data', `${placeOf(text, position.start)}: parse error: ${message}`, position);
}
