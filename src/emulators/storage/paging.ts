/** Pages of lists: their size, and tokens that name where the next one begins. */
import { invalid } from './errors.ts';
import { MAX_PAGE } from './limits.ts';

/** @throws {StorageError} invalid */
export function pageSize(query: URLSearchParams): number {
  const text = query.get('maxResults') ?? String(MAX_PAGE);
  if (!/^\d{1,9}$/u.test(text) || Number(text) === 0) throw invalid(`Invalid value for maxResults: "${text}"`);
  return Math.min(Number(text), MAX_PAGE);
}

/** Of the first name that the next page may hold. */
export const tokenOf = (name: string): string => Buffer.from(name).toString('base64');

/** @throws {StorageError} invalid */
export function readToken(query: URLSearchParams): string | undefined {
  const token = query.get('pageToken');
  if (token === null) return undefined;
  const name = Buffer.from(token, 'base64').toString();
  if (tokenOf(name) !== token) throw invalid(`Invalid pageToken: "${token}"`);
  return name;
}

/** The least name, in the order of UTF-8, that is greater than every name with this prefix; undefined if none is. */
export function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10_ffff) continue;
    // Surrogates are no characters.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
