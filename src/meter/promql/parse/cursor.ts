/** Where a parser is in the words of an expression, and how it complains. */
import { QueryError } from '../query-error.ts';
import type { Position } from './ast.ts';
import { parseError } from './parse-error.ts';
import { type Token, tokensOf } from './tokens.ts';

/** Operators and parentheses within each other: deeper, and the stack would end before the text. */
export const MAX_DEPTH = 250;

export class Cursor {
  readonly text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokensOf(text);
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** The one after the present one. */
  peek(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)] as Token;
  }

  /** The present one, left behind. */
  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** `end`, or a symbol. */
  is(symbol: string): boolean {
    const { kind, text } = this.token;
    return symbol === 'end' ? kind === 'end' : kind === 'symbol' && text === symbol;
  }

  /** Whatever its case. */
  isWord(word: string): boolean {
    const { kind, text } = this.token;
    return kind === 'identifier' && text.toLowerCase() === word;
  }

  take(symbol: string): boolean {
    const found = this.is(symbol);
    if (found) this.next();
    return found;
  }

  takeAny(symbols: readonly string[]): string | undefined {
    return symbols.find((symbol) => this.take(symbol));
  }

  takeWord(word: string): boolean {
    const found = this.isWord(word);
    if (found) this.next();
    return found;
  }

  /** @throws {QueryError} bad_data */
  expect(symbol: string, context: string): Token {
    if (!this.is(symbol)) throw this.unexpected(context, `"${symbol}"`);
    return this.next();
  }

  enter(): void {
    if (++this.#depth > MAX_DEPTH) throw this.error(`it is more than ${MAX_DEPTH} levels deep`);
  }
  leave(): void {
    this.#depth--;
  }

  error(message: string, position: Position = this.token): QueryError {
    return parseError(this.text, position, message);
  }

  /** What the language has and is not evaluated here. */
  leftOut(what: string): QueryError {
    return new QueryError(
      'execution',
      `${what} is not evaluated here: it is an experiment of Prometheus 3.`,
      this.token,
    );
  }

  unexpected(context?: string, wanted?: string): QueryError {
    const { kind, text } = this.token;
    const what = kind === 'end' ? 'end of input' : kind === 'string' ? `string ${JSON.stringify(text)}` : `"${text}"`;
    const where = context === undefined ? '' : ` in ${context}`;
    return this.error(`unexpected ${what}${where}${wanted === undefined ? '' : `, expected ${wanted}`}`);
  }
}
