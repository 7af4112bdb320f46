/** Expressions: text to tree. Grammar: https://cloud.google.com/workflows/docs/reference/syntax/expressions */
import type { Token } from './tokens.ts';
import { ExpressionError, tokenize } from './tokens.ts';
import type { Value } from './value.ts';

/** Loosest first. One row each, as in the service's table (syntax/datatypes, order of operations). */
const BINARY_LEVELS = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '//', '%'],
] as const;
export type BinaryOperator = (typeof BINARY_LEVELS)[number][number];

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Expression[] }
  | { readonly kind: 'unary'; readonly operator: 'not' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** @throws {ExpressionError} with the offset of what cannot be read. */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let position = 0;
  const peek = (): Token => tokens[position] as Token; // the last token is always `end`
  const next = (): Token => tokens[position++] as Token;
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;

  const expect = (symbol: string): void => {
    if (!isSymbol(symbol)) throw unexpected(peek(), `expected "${symbol}"`);
    position++;
  };

  const binary = (level: number): Expression => {
    const operators: readonly string[] | undefined = BINARY_LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    while (peek().kind === 'symbol' && operators.includes(peek().text)) {
      const operator = next().text as BinaryOperator;
      left = { kind: 'binary', operator, left, right: binary(level + 1) };
    }
    return left;
  };

  const unary = (): Expression => {
    const { kind, text: operator } = peek();
    if (kind !== 'symbol' || (operator !== 'not' && operator !== '-')) return postfix();
    position++;
    return { kind: 'unary', operator, operand: unary() };
  };

  const postfix = (): Expression => {
    let object = primary();
    for (;;) {
      if (isSymbol('.')) {
        position++;
        const token = next();
        if (token.kind !== 'name') throw unexpected(token, 'expected a key after "."');
        object = { kind: 'member', object, name: token.text };
      } else if (isSymbol('[')) {
        position++;
        object = { kind: 'index', object, index: binary(0) };
        expect(']');
      } else if (isSymbol('(')) {
        const callee = dottedName(object);
        if (callee === undefined) throw unexpected(peek(), 'only a function can be called');
        position++;
        object = { kind: 'call', callee, args: sequence(')') };
      } else return object;
    }
  };

  const sequence = (close: string): Expression[] => {
    const items: Expression[] = [];
    while (!isSymbol(close)) {
      items.push(binary(0));
      if (!isSymbol(close)) expect(',');
    }
    position++;
    return items;
  };

  const primary = (): Expression => {
    const token = next();
    if (token.kind === 'literal') return { kind: 'literal', value: token.value };
    if (token.kind === 'name') return { kind: 'variable', name: token.text };
    if (token.kind === 'symbol' && token.text === '[') return { kind: 'list', items: sequence(']') };
    if (token.kind === 'symbol' && token.text === '(') {
      const inner = binary(0);
      expect(')');
      return inner;
    }
    if (token.text === '{') {
      throw new ExpressionError('a map cannot be written in an expression; assign it to a variable first', token.at);
    }
    throw unexpected(token, 'expected a value');
  };

  const tree = binary(0);
  if (peek().kind !== 'end') throw unexpected(peek(), 'expected an operator or the end');
  return tree;
}

/** What an expression is made of, one level down. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list':
      return expression.items;
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'call':
      return expression.args;
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    default:
      return [];
  }
}

/** `text.to_upper` for `a.b` chains of plain names, else undefined. */
export function dottedName(expression: Expression): string | undefined {
  if (expression.kind === 'variable') return expression.name;
  const object = expression.kind === 'member' ? dottedName(expression.object) : undefined;
  return expression.kind === 'member' && object !== undefined ? `${object}.${expression.name}` : undefined;
}

function unexpected(token: Token, expected: string): ExpressionError {
  const found = token.kind === 'end' ? 'the end of the expression' : `"${token.text}"`;
  return new ExpressionError(`unexpected ${found}: ${expected}`, token.at);
}
