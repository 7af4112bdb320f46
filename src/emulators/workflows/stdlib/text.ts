/** https://cloud.google.com/workflows/docs/reference/stdlib/text/encode and its neighbours. Indexes count characters. */
import { systemError } from '../errors.ts';
import { mapOf } from '../value.ts';
import { pure } from './define.ts';
import { re2 } from './re2.ts';

export const text = {
  decode: pure({ data: 'bytes', charset: 'string?' }, ({ data, charset }) => decodeText(data, charset)),
  encode: pure({ text: 'string', charset: 'string?' }, ({ text, charset }) => {
    utf8Only(charset);
    return new TextEncoder().encode(text);
  }),
  find_all: pure({ source: 'string', substr: 'string' }, ({ source, substr }) => {
    if (substr === '') throw systemError('ValueError', 'text.find_all: substr is empty');
    const found: bigint[] = [];
    for (let at = source.indexOf(substr); at >= 0; at = source.indexOf(substr, at + substr.length)) {
      found.push(characterIndex(source, at));
    }
    return found;
  }),
  find_all_regex: pure({ source: 'string', regexp: 'string' }, ({ source, regexp }) =>
    Array.from(source.matchAll(re2(regexp)), (match) =>
      mapOf({ index: characterIndex(source, match.index), match: match[0] }),
    ),
  ),
  match_regex: pure({ source: 'string', regexp: 'string' }, ({ source, regexp }) => source.search(re2(regexp)) >= 0),
  replace_all: pure({ source: 'string', substr: 'string', repl: 'string' }, ({ source, substr, repl }) =>
    source.replaceAll(substr, () => repl),
  ),
  replace_all_regex: pure({ source: 'string', substr: 'string', repl: 'string' }, ({ source, substr, repl }) =>
    source.replace(re2(substr), (...match: (string | undefined)[]) =>
      repl.replace(/\\(\d|\\)/g, (_, code: string) => (code === '\\' ? '\\' : (match[Number(code)] ?? ''))),
    ),
  ),
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

const characterIndex = (source: string, at: number): bigint => BigInt(Array.from(source.slice(0, at)).length);
