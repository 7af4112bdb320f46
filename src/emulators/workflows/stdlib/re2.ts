/** Regular expressions of RE2, which Workflows documents: https://github.com/google/re2/wiki/Syntax */
import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { systemError } from '../errors.ts';

/** A match: where it begins and ends in UTF-16 units, and what its groups hold, the whole match first. */
export interface Re2Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly string[];
}

const require = createRequire(import.meta.url);
/** Loaded with the first expression (30 ms), as most workflows have none. */
const library = (): typeof import('re2js') => require('re2js') as typeof import('re2js');

/** Patterns of a loop are compiled once. */
const KNOWN_PATTERNS = 1_000;
const known = new Map<string, RE2JS>();

/** @throws {Raised} ValueError for what RE2 refuses. */
function compiled(pattern: string): RE2JS {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const { RE2JS, RE2JSException } = library();
  try {
    const re = RE2JS.compile(pattern);
    if (known.size >= KNOWN_PATTERNS) known.clear();
    known.set(pattern, re);
    return re;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw systemError('ValueError', `invalid regular expression "${pattern}": ${error.message}`);
  }
}

/**
 * Whether there is a match anywhere.
 * @throws {Raised} ValueError for what RE2 refuses.
 */
export const hasMatch = (source: string, pattern: string): boolean => compiled(pattern).test(source);

/** How many groups the pattern has, the whole match aside. @throws {Raised} ValueError for what RE2 refuses. */
export const groupCount = (pattern: string): number => compiled(pattern).groupCount();

/**
 * All matches from left to right, apart from each other; an empty one that touches the match before it is none.
 * @throws {Raised} ValueError for what RE2 refuses.
 */
export function* allMatches(source: string, pattern: string): Generator<Re2Match> {
  const matcher = compiled(pattern).matcher(source);
  let before = -1;
  for (let from = 0; from <= source.length && matcher.find(from);) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start || start !== before) {
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, n) => matcher.group(n) ?? '');
      yield { start, end, groups };
    }
    before = end;
    from = end > from ? end : from + ((source.codePointAt(from) ?? 0) > 0xffff ? 2 : 1);
  }
}
