/** The tokens of an expression. */
import { isInt64 } from './value.ts';
import type { Value } from './value.ts';

export type Token =
  | { readonly kind: 'literal'; readonly text: string; readonly value: Value; readonly at: number }
  | { readonly kind: 'name' | 'symbol' | 'end'; readonly text: string; readonly at: number };

/** An expression that cannot be read; `at` is an offset into its text. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const WORD_OPERATORS = new Set(['and', 'or', 'not', 'in']);
const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['null', null],
  ...['true', 'True', 'TRUE'].map((word): [string, Value] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, Value] => [word, false]),
]);
const PATTERN =
  /(?<space>\s+)|(?<number>\d+(?<fraction>\.\d+)?(?<exponent>[eE][+-]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<string>"(?:[^"\\]|\\.)*")|(?<symbol>\/\/|==|!=|<=|>=|[-+*/%<>()[\].,:{}])/suy;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const groups = PATTERN.exec(text)?.groups;
    if (groups === undefined) throw unreadable(text, at);
    const { space, number, fraction, exponent, word, string, symbol } = groups;
    const found = space ?? number ?? word ?? string ?? symbol ?? '';
    const afterDot = tokens.at(-1)?.text === '.';
    if (number !== undefined) {
      if (/[\w]/.test(text[at + number.length] ?? '')) throw unreadable(text, at + number.length);
      const value = fraction === undefined && exponent === undefined ? BigInt(number) : Number(number);
      // 2^63 itself is read, so that -9223372036854775808 can be written.
      if (typeof value === 'bigint' && !isInt64(-value)) throw new ExpressionError(`${number} exceeds 64 bits`, at);
      tokens.push({ kind: 'literal', text: number, value, at });
    } else if (string !== undefined) {
      tokens.push({ kind: 'literal', text: string, value: unescape(string, at), at });
    } else if (word !== undefined && !afterDot) {
      const constant = CONSTANTS.get(word);
      // Upper or lower case, never mixed.
      const operator = word === word.toUpperCase() ? word.toLowerCase() : word;
      if (constant !== undefined) tokens.push({ kind: 'literal', text: word, value: constant, at });
      else if (WORD_OPERATORS.has(operator)) tokens.push({ kind: 'symbol', text: operator, at });
      else tokens.push({ kind: 'name', text: word, at });
    } else if (word !== undefined) tokens.push({ kind: 'name', text: word, at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
    at += found.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function unreadable(text: string, at: number): ExpressionError {
  const character = text[at] ?? '';
  if (character === '"') return new ExpressionError('a string is not closed', at);
  if (character === "'") return new ExpressionError("strings are written with double quotes, not with '", at);
  return new ExpressionError(`unexpected "${character}"`, at);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

function unescape(quoted: string, at: number): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/gsu, (escape: string, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const character = ESCAPES[code];
    if (character === undefined) throw new ExpressionError(`unknown escape ${escape} in a string`, at);
    return character;
  });
}
