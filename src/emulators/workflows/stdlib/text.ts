/** https://cloud.google.com/workflows/docs/reference/stdlib/text/encode and its neighbours. Indexes count characters. */
import { systemError } from '../errors.ts';
import { mapOf } from '../value.ts';
import { pure } from './define.ts';
import { allMatches, groupCount, hasMatch } from './re2.ts';

export const text = {
  decode: pure({ data: 'bytes', charset: 'string?' }, ({ data, charset }) => decodeText(data, charset)),
  encode: pure({ text: 'string', charset: 'string?' }, ({ text, charset }) => {
    utf8Only(charset);
    return new TextEncoder().encode(text);
  }),
  find_all: pure({ source: 'string', substr: 'string' }, ({ source, substr }) => {
    if (substr === '') throw systemError('ValueError', 'text.find_all: substr is empty');
    const characters = characterIndex(source);
    const found: bigint[] = [];
    for (let at = source.indexOf(substr); at >= 0; at = source.indexOf(substr, at + substr.length)) {
      found.push(characters(at));
    }
    return found;
  }),
  find_all_regex: pure({ source: 'string', regexp: 'string' }, ({ source, regexp }) => {
    const characters = characterIndex(source);
    return Array.from(allMatches(source, regexp), ({ start, groups: [match = ''] }) =>
      mapOf({ index: characters(start), match }),
    );
  }),
  match_regex: pure({ source: 'string', regexp: 'string' }, ({ source, regexp }) => hasMatch(source, regexp)),
  replace_all: pure({ source: 'string', substr: 'string', repl: 'string' }, ({ source, substr, repl }) =>
    source.replaceAll(substr, () => repl),
  ),
  replace_all_regex: pure({ source: 'string', substr: 'string', repl: 'string' }, ({ source, substr, repl }) => {
    const replacement = replacementOf(repl, groupCount(substr));
    let [result, done] = ['', 0];
    for (const { start, end, groups } of allMatches(source, substr)) {
      result += source.slice(done, start) + replacement(groups);
      done = end;
    }
    return result + source.slice(done);
  }),
  split: pure({ source: 'string', separator: 'string' }, ({ source, separator }) =>
    separator === '' ? Array.from(source) : source.split(separator),
  ),
  substring: pure({ source: 'string', start: 'integer', end: 'integer' }, ({ source, start, end }) => {
    const characters = Array.from(source);
    if (start < 0n || end < start || end > BigInt(characters.length)) {
      throw systemError('ValueError', `text.substring: ${start} to ${end} is outside 0 to ${characters.length}`);
    }
    return characters.slice(Number(start), Number(end)).join('');
  }),
  to_lower: pure({ source: 'string' }, ({ source }) => source.toLowerCase()),
  to_upper: pure({ source: 'string' }, ({ source }) => source.toUpperCase()),
  url_decode: pure({ source: 'string' }, ({ source }) => {
    try {
      return decodeURIComponent(source.replaceAll('+', ' '));
    } catch {
      throw systemError('ValueError', 'text.url_decode: invalid percent-encoding');
    }
  }),
  url_encode: pure({ source: 'string' }, ({ source }) => percentEncode(source)),
  url_encode_plus: pure({ source: 'string' }, ({ source }) => percentEncode(source).replaceAll('%20', '+')),
};

/** @throws {Raised} ValueError for bytes that are not UTF-8. */
export function decodeText(data: Uint8Array, charset: string | undefined): string {
  utf8Only(charset);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw systemError('ValueError', 'the bytes are not valid UTF-8');
  }
}

/** RFC 3986: all but letters, digits and -._~ */
export function percentEncode(source: string): string {
  return encodeURIComponent(source.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function utf8Only(charset: string | undefined): void {
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw systemError('ValueError', `charset "${charset}" is not supported by this emulator, only UTF-8`);
  }
}

/** `\1` is a group, `\0` the whole match and `\\` a backslash, as in RE2's own replacements; all else is itself. */
function replacementOf(repl: string, groups: number): (match: readonly string[]) => string {
  for (const [escape, code = ''] of repl.matchAll(/\\(.?)/gs)) {
    if (code === '\\' || (/\d/.test(code) && Number(code) <= groups)) continue;
    throw systemError(
      'ValueError',
      `text.replace_all_regex: "${escape}" in the replacement is neither \\0 to \\${Math.min(groups, 9)}, groups of the ` +
        'expression, nor \\\\, a backslash',
    );
  }
  return (match) =>
    repl.replace(/\\(\d|\\)/g, (_, code: string) => (code === '\\' ? code : (match[Number(code)] ?? '')));
}

/** Counts characters up to places that only grow. */
function characterIndex(source: string): (at: number) => bigint {
  let [characters, counted] = [0, 0];
  return (at) => {
    for (; counted < at; counted += (source.codePointAt(counted) ?? 0) > 0xffff ? 2 : 1) characters += 1;
    return BigInt(characters);
  };
}
