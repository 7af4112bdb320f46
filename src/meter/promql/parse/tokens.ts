/** The words of an expression. https://prometheus.io/docs/prometheus/latest/querying/basics/ */
import { QueryError } from '../query-error.ts';
import { parseError } from './parse-error.ts';
import { unquoted } from './unquote.ts';

export type TokenKind = 'identifier' | 'number' | 'duration' | 'string' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; of a string without quotes and escapes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Characters of an expression: what a page of dashboards takes, many times over. */
export const MAX_EXPRESSION_LENGTH = 65_536;

const SPACE = /(?:\s|#[^\n]*)*/y;
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** In brackets a colon parts a subquery's range from its step. */
const PLAIN_WORD = /[a-zA-Z_][a-zA-Z0-9_]*/y;
/** Digits may be set apart, as in 1_000. */
const HEX = /0[xX](?:_?[0-9a-fA-F])+/y;
const NUMBER = /(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const DURATION = /(?:\d+(?:ms|y|w|d|h|m|s))+/y;
const SYMBOL = /=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}[\],:@]/y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`[^`]*`/y;
const AFTER_NUMBER = /[a-zA-Z0-9_.]/;

/** The last one is the end. @throws {QueryError} bad_data */
export function tokensOf(text: string): readonly Token[] {
  if (text.length > MAX_EXPRESSION_LENGTH)
    throw new QueryError('bad_data', `the expression has more than ${MAX_EXPRESSION_LENGTH} characters`);
  const tokens: Token[] = [];
  let brackets = 0;
  for (let at = 0; ;) {
    at += matched(SPACE, text, at)?.length ?? 0;
    if (at >= text.length) break;
    const token = tokenAt(text, at, brackets > 0 ? PLAIN_WORD : WORD);
    if (token.kind === 'symbol') brackets += token.text === '[' ? 1 : token.text === ']' ? -1 : 0;
    tokens.push(token);
    at = token.end;
  }
  return [...tokens, { kind: 'end', text: '', start: text.length, end: text.length }];
}

function matched(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function tokenAt(text: string, start: number, pattern: RegExp): Token {
  const made = (kind: TokenKind, found: string): Token => ({ kind, text: found, start, end: start + found.length });
  const word = matched(pattern, text, start);
  if (word !== undefined) return made('identifier', word);
  const quoted = matched(STRING, text, start);
  if (quoted !== undefined) return { ...made('string', quoted), text: unquoted(quoted, start, text) };
  const number = matched(DURATION, text, start) ?? matched(HEX, text, start) ?? matched(NUMBER, text, start);
  if (number !== undefined) {
    const end = start + number.length;
    if (AFTER_NUMBER.test(text[end] ?? ''))
      throw parseError(text, { start, end: end + 1 }, `bad number or duration syntax: "${text.slice(start, end + 1)}"`);
    return made(/[a-z]$/.test(number) && !/^0x/i.test(number) ? 'duration' : 'number', number);
  }
  const symbol = matched(SYMBOL, text, start);
  if (symbol !== undefined) return made('symbol', symbol);
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const what = /["'`]/.test(character) ? 'unterminated quoted string' : `unexpected character: '${character}'`;
  throw parseError(text, { start, end: start + character.length }, what);
}
