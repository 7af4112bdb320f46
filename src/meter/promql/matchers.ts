/** Which series a selector means. Regular expressions are RE2's, in time linear in the text: https://github.com/google/re2/wiki/Syntax */
import { RE2JS } from 're2js';
import { toError } from '../../errors.ts';
import type { Labels } from '../model/series.ts';
import { QueryError, type QueryErrorType } from './query-error.ts';
import type { Matcher } from './selection.ts';

/** Characters of one regular expression: its automaton may take a hundred bytes and more for each. */
export const MAX_REGEX_LENGTH = 4_096;

/** Distinct values whose verdict is remembered, so that a million series of ten values ask ten times. */
const REMEMBERED = 10_000;

export type Test = (value: string) => boolean;

/** Of one label's value; an absent label is ''. @throws {QueryError} bad_data */
export function testOf({ name, operator, value }: Matcher): Test {
  switch (operator) {
    case '=':
      return (given) => given === value;
    case '!=':
      return (given) => given !== value;
    case '=~':
      return regexTest(value, name);
    case '!~': {
      const fits = regexTest(value, name);
      return (given) => !fits(given);
    }
  }
}

/** All of them. @throws {QueryError} bad_data */
export function seriesTest(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, fits: testOf(matcher) }));
  return (labels) => tests.every(({ name, fits }) => fits(valueOf(labels, name)));
}

const valueOf = (labels: Labels, name: string): string => {
  for (const [own, value] of labels) if (own === name) return value;
  return '';
};

/** Texts joined by |, without anything that means more in a regular expression. */
const PLAIN = /^[^\\.+*?()[\]{}^$]*$/;

/** The values that alone can fit; undefined where a regular expression may fit others. */
export function literalsOf({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator === '=') return [value];
  return operator === '=~' && PLAIN.test(value) ? value.split('|') : undefined;
}

function regexTest(pattern: string, name: string): Test {
  if (PLAIN.test(pattern)) {
    const values = new Set(pattern.split('|'));
    return (given) => values.has(given);
  }
  if (pattern === '.*') return () => true;
  if (pattern === '.+') return (given) => given !== '';
  const regex = compileRegex(pattern, name);
  const known = new Map<string, boolean>();
  return (given) => {
    const found = known.get(given);
    if (found !== undefined) return found;
    const fits = regex.testExact(given);
    if (known.size < REMEMBERED) known.set(given, fits);
    return fits;
  };
}

/** The whole value, newlines included, as Prometheus has it. @throws {QueryError} of `type` */
export function compileRegex(pattern: string, of: string, type: QueryErrorType = 'bad_data'): RE2JS {
  if (pattern.length > MAX_REGEX_LENGTH)
    throw new QueryError(type, `the regular expression of ${of} has more than ${MAX_REGEX_LENGTH} characters`);
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL);
  } catch (thrown) {
    throw new QueryError(type, `the regular expression of ${of} is none of RE2's: ${toError(thrown).message}`);
  }
}
