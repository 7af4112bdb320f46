/** Text in quotes, with Go's escapes; between backquotes there are none. https://go.dev/ref/spec#String_literals */
import { parseError } from './parse-error.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

const decoder = new TextDecoder('utf-8');

/** `quoted`: with its quotes, as it stands at `start` of `text`. @throws {QueryError} bad_data */
export function unquoted(quoted: string, start: number, text: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`') || !inner.includes('\\')) return inner;
  // \x and octal escapes say bytes of UTF-8.
  const bytes: Uint8Array[] = [];
  let plainFrom = 0;
  for (let at = inner.indexOf('\\'); at >= 0; at = inner.indexOf('\\', plainFrom)) {
    bytes.push(Buffer.from(inner.slice(plainFrom, at)));
    const escape = /^\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/.exec(
      inner.slice(at, at + 10),
    );
    if (escape === null) {
      const where = { start: start + 1 + at, end: start + 3 + at };
      throw parseError(text, where, `unknown escape sequence ${inner.slice(at, at + 2)}`);
    }
    const [whole, short, hex, four, eight, octal] = escape;
    if (short !== undefined) bytes.push(Buffer.from(ESCAPES[short] ?? ''));
    else if (hex !== undefined) bytes.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined) bytes.push(Uint8Array.of(Number.parseInt(octal, 8) & 0xff));
    else bytes.push(Buffer.from(codePoint(Number.parseInt(four ?? eight ?? '', 16))));
    plainFrom = at + whole.length;
  }
  bytes.push(Buffer.from(inner.slice(plainFrom)));
  return decoder.decode(Buffer.concat(bytes));
}

/** One that is none, or half of a pair, is the replacement character. */
const codePoint = (point: number): string =>
  point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? '\ufffd' : String.fromCodePoint(point);
