/**
 * Pub/Sub's subscription filter language: https://cloud.google.com/pubsub/docs/subscription-message-filter
 *
 *     expression = term { AND term } | term { OR term }       (the two do not mix without parentheses)
 *     term       = [ NOT | - ] ( "(" expression ")" | comparison )
 *     comparison = attributes:KEY | attributes.KEY = "V" | attributes.KEY != "V" | hasPrefix(attributes.KEY, "V")
 *
 * A KEY of letters, digits, `-` and `_` may stand bare; any other is a string literal.
 */
import { invalidArgument } from '../rpc-error.ts';
import { MAX_FILTER_BYTES } from './limits.ts';

export type Attributes = Readonly<Record<string, string>>;
export type Filter = (attributes: Attributes) => boolean;

interface Token {
  kind: 'word' | 'string' | 'sign' | 'end';
  text: string;
  at: number;
}

const TOKEN = /\s*(?:(?<word>[\p{L}\p{N}_][\p{L}\p{N}_-]*)|"(?<string>(?:[^"\\]|\\.)*)"|(?<sign>!=|[=:.,()-]))/uy;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\u0007' };

/** @throws {RpcError} INVALID_ARGUMENT with the place of the first character that does not fit. */
export function parseFilter(source: string): Filter {
  if (source.trim() === '') return () => true;
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_FILTER_BYTES)
    throw invalidArgument(`The filter is ${bytes} bytes long; the limit is ${MAX_FILTER_BYTES}.`);
  const tokens = tokenize(source);
  let index = 0;
  const peek = (): Token => tokens[index] as Token;
  const take = (text?: string): Token => {
    const token = peek();
    if (text !== undefined && !(token.text === text && token.kind !== 'string'))
      throw misfit(source, token.at, `"${text}"`);
    index += 1;
    return token;
  };
  const takes = (text: string): boolean => {
    const found = peek().text === text && peek().kind !== 'string';
    if (found) index += 1;
    return found;
  };
  const key = (): string => {
    const token = take();
    if (token.kind !== 'word' && token.kind !== 'string') throw misfit(source, token.at, 'an attribute key');
    return token.text;
  };
  const literal = (): string => {
    const token = take();
    if (token.kind !== 'string') throw misfit(source, token.at, 'a string in double quotes');
    return token.text;
  };

  const expression = (): Filter => {
    const terms = [term()];
    const joint = peek().text;
    if (joint !== 'AND' && joint !== 'OR') return terms[0] as Filter;
    while (takes(joint)) terms.push(term());
    return joint === 'AND'
      ? (attributes) => terms.every((matches) => matches(attributes))
      : (attributes) => terms.some((matches) => matches(attributes));
  };
  const term = (): Filter => {
    if (takes('NOT') || takes('-')) {
      const matches = term();
      return (attributes) => !matches(attributes);
    }
    if (takes('(')) {
      const inner = expression();
      take(')');
      return inner;
    }
    return comparison();
  };
  const comparison = (): Filter => {
    if (takes('hasPrefix')) {
      take('(');
      take('attributes');
      take('.');
      const name = key();
      take(',');
      const prefix = literal();
      take(')');
      return (attributes) => Object.hasOwn(attributes, name) && (attributes[name] as string).startsWith(prefix);
    }
    take('attributes');
    if (takes(':')) {
      const name = key();
      return (attributes) => Object.hasOwn(attributes, name);
    }
    take('.');
    const name = key();
    const wanted = takes('=');
    if (!wanted) take('!=');
    const value = literal();
    // `!=` also holds for a message without the key: it is the negation of `=`.
    return (attributes) => (Object.hasOwn(attributes, name) && attributes[name] === value) === wanted;
  };

  const filter = expression();
  if (peek().kind !== 'end') throw misfit(source, peek().at, 'the end (AND and OR mix only with parentheses)');
  return filter;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match?.groups === undefined) throw misfit(source, from, 'an operator, a key or a string');
    const at = TOKEN.lastIndex - match[0].trimStart().length;
    const { word, string, sign } = match.groups;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescape(string), at });
    else tokens.push({ kind: 'sign', text: sign as string, at });
  }
  tokens.push({ kind: 'end', text: '', at: end });
  return tokens;
}

function unescape(body: string): string {
  return body.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gu,
    (_, short?: string, long?: string, hex?: string, octal?: string, plain?: string) => {
      const unicode = short ?? long ?? hex;
      if (unicode !== undefined) return String.fromCodePoint(Number.parseInt(unicode, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return ESCAPES[plain as string] ?? (plain as string);
    },
  );
}

const misfit = (source: string, at: number, expected: string): Error =>
  invalidArgument(`The filter does not parse at character ${at + 1}: expected ${expected}. Filter: ${source}`);
