/** Patterns of object names: https://cloud.google.com/storage/docs/json_api/v1/objects/list#list-objects-and-prefixes-using-glob */
import { invalid } from './errors.ts';

/**
 * `*` and `?` stay within a folder, `**` does not; `[a-z]`, `[!a]`, `{one,two}`; a backslash takes the next character as it is.
 * @throws {StorageError} invalid
 */
export function readGlob(glob: string): RegExp {
  let source = '';
  let depth = 0;
  const tokens = /\\(?<quoted>.)|(?<stars>\*\*+)|\[(?<not>[!^]?)(?<set>\]?[^\]]+)\]|(?<other>.)/gsu;
  for (const { groups = {} } of glob.matchAll(tokens)) {
    const { quoted, stars, not, set, other } = groups;
    if (quoted !== undefined) source += escape(quoted);
    else if (stars !== undefined) source += '.*';
    else if (set !== undefined) source += `[${not ? '^' : ''}${set.replace(/[\\[\]^&~|]/gu, '\\$&')}]`;
    else if (other === '*') source += '[^/]*';
    else if (other === '?') source += '[^/]';
    else if (other === '{') {
      depth += 1;
      source += '(?:';
    } else if (other === '}' && depth > 0) {
      depth -= 1;
      source += ')';
    } else if (other === ',' && depth > 0) source += '|';
    else source += escape(other ?? '');
  }
  try {
    return new RegExp(`^(?:${source})$`, 'su');
  } catch (cause) {
    throw invalid(`Invalid matchGlob "${glob}": ${(cause as Error).message}`);
  }
}

const escape = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
