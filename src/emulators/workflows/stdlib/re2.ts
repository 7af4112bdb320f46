/** RE2 syntax on JavaScript's engine: what both have in common; the rest is refused. */
import { systemError } from '../errors.ts';

/** Source: https://github.com/google/re2/wiki/Syntax */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'look-around'],
  [/\(\?>/, 'an atomic group'],
  [/\\[1-9]|\\k</, 'a back-reference'],
  [/\\[pP][A-Za-z]|\\[QECaG]|\[\[:/, 'this RE2 class or escape (not translated by this emulator)'],
];

/**
 * A global, Unicode-aware regular expression.
 * @throws {Raised} ValueError for what RE2 would refuse or this translation does not know.
 */
export function re2(pattern: string): RegExp {
  const bare = pattern.replaceAll('\\\\', '');
  for (const [found, what] of REFUSED) {
    if (found.test(bare)) throw systemError('ValueError', `invalid regular expression "${pattern}": ${what}`);
  }
  const [, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
  const body = pattern
    .slice(flags === '' ? 0 : flags.length + 3)
    .replace(
      /\\\\|\(\?P<|\\A|\\z/g,
      (found) => ({ '(?P<': '(?<', '\\A': '(?<![^])', '\\z': '(?![^])' })[found] ?? found,
    );
  try {
    return new RegExp(body, `gu${[...new Set(flags)].join('')}`);
  } catch (error) {
    throw systemError('ValueError', `invalid regular expression "${pattern}": ${(error as Error).message}`);
  }
}
