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
/** White space, or a number, a word, a string or a symbol. */
const PATTERN =
  /\s+|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|(\/\/|==|!=|<=|>=|[-+*/%<>()[\].,:{}])/suy;

/** @throws {ExpressionError} */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const [found = '', ...rest] = PATTERN.exec(text) ?? [];
    if (rest.length === 0) throw unreadable(text, at);
    const [number, word, string, symbol] = rest;
    if (number !== undefined) tokens.push({ kind: 'literal', text: found, value: parseNumber(number, at), at });
    else if (string !== undefined) tokens.push({ kind: 'literal', text: found, value: unescape(string, at), at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
    else if (word !== undefined) tokens.push(wordToken(word, tokens.at(-1)?.text === '.', at));
    at += found.length;
    if (number !== undefined && /\w/.test(text[at] ?? '')) throw unreadable(text, at);
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function parseNumber(text: string, at: number): Value {
  if (!/^\d+$/.test(text)) return Number(text);
  const value = BigInt(text);
  // 2^63 itself is read, so that -9223372036854775808 can be written.
  if (!isInt64(-value)) throw new ExpressionError(`${text} exceeds 64 bits`, at);
  return value;
}

function wordToken(text: string, afterDot: boolean, at: number): Token {
  if (afterDot) return { kind: 'name', text, at };
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return { kind: 'literal', text, value: constant, at };
  // Upper or lower case, never mixed.
  const operator = text === text.toUpperCase() ? text.toLowerCase() : text;
  return WORD_OPERATORS.has(operator) ? { kind: 'symbol', text: operator, at } : { kind: 'name', text, at };
}

function unreadable(text: string, at: number): ExpressionError {
  const character = text[at] ?? '';
  if (character === '"') return new ExpressionError('a string is not closed', at);
  if (character === "'") return new ExpressionError("strings are written with double quotes, not with '", at);
  return new ExpressionError(`unexpected "${character}"`, at);
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' }),
);

function unescape(quoted: string, at: number): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/gsu, (escape: string, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const character = ESCAPES.get(code);
    if (character === undefined) throw new ExpressionError(`unknown escape ${escape} in a string`, at);
    return character;
  });
}
