/**
 * Reads an expression by precedence climbing. Prometheus's own grammar is for goyacc, and the one for editors (`lezer-promql`) binds ranges and
 * signs otherwise: docs/decisions/0036.
 */
import { AGGREGATIONS, SIGNATURES } from '../functions/signatures.ts';
import type { Expr } from './ast.ts';
import { checkBinary, checkCall, checkRange, checkSubquery, checkUnary } from './check.ts';
import { Cursor } from './cursor.ts';
import { parseAggregate } from './parse-aggregate.ts';
import { BINARY_OPERATORS, binaryOperator, parseBinary, UNARY_PRECEDENCE } from './parse-binary.ts';
import { parseDurationExpr, withShift } from './parse-duration.ts';
import { parseNumber, parseDuration } from './number.ts';
import { parseSelector } from './parse-selector.ts';

/** @throws {QueryError} bad_data, with the place in the text */
export function parse(text: string): Expr {
  const cursor = new Cursor(text);
  if (cursor.is('end')) throw cursor.error('no expression found in input');
  const expr = parseExpr(cursor, 0);
  if (!cursor.is('end')) throw cursor.unexpected();
  return expr;
}

/** With operators that bind at least so tightly. */
export function parseExpr(cursor: Cursor, precedence: number): Expr {
  cursor.enter();
  let left = parseUnary(cursor);
  for (let operator = binaryOperator(cursor); operator !== undefined; operator = binaryOperator(cursor)) {
    const { binds, fromRight } = BINARY_OPERATORS[operator] as { binds: number; fromRight: boolean };
    if (binds < precedence) break;
    cursor.next();
    left = parseBinary(cursor, { operator, left }, () => parseExpr(cursor, fromRight ? binds : binds + 1));
    checkBinary(left, cursor);
  }
  cursor.leave();
  return left;
}

function parseUnary(cursor: Cursor): Expr {
  const { start } = cursor.token;
  const sign = cursor.takeAny(['-', '+']);
  if (sign === undefined) return parsePostfix(cursor, parsePrimary(cursor));
  const operand = parseExpr(cursor, UNARY_PRECEDENCE);
  const position = { start, end: operand.position.end };
  if (operand.kind === 'number') return { ...operand, value: sign === '-' ? -operand.value : operand.value, position };
  const expr: Expr = { kind: 'unary', operator: sign as '-' | '+', expr: operand, position };
  checkUnary(expr, cursor);
  return expr;
}

/** Ranges, subqueries, offsets and times, as often as they come. */
function parsePostfix(cursor: Cursor, primary: Expr): Expr {
  let expr = primary;
  for (;;) {
    if (cursor.take('[')) expr = parseBrackets(cursor, expr);
    else if (cursor.isWord('offset') || cursor.is('@')) expr = withShift(cursor, expr);
    else if (cursor.isWord('anchored') || cursor.isWord('smoothed'))
      throw cursor.leftOut(`the modifier ${cursor.token.text}`);
    else return expr;
  }
}

function parseBrackets(cursor: Cursor, expr: Expr): Expr {
  const range = parseDurationExpr(cursor, 'range');
  const { start } = expr.position;
  if (cursor.take(':')) {
    const step = cursor.is(']') ? undefined : parseDurationExpr(cursor, 'step');
    const { end } = cursor.expect(']', 'subquery selector');
    checkSubquery(expr, cursor);
    return { kind: 'subquery', expr, range, step, offset: undefined, at: undefined, position: { start, end } };
  }
  const { end } = cursor.expect(']', 'range selector');
  return { kind: 'matrix', vector: checkRange(expr, cursor), range, position: { start, end } };
}

function parsePrimary(cursor: Cursor): Expr {
  const { token } = cursor;
  const position = { start: token.start, end: token.end };
  switch (token.kind) {
    case 'number':
      cursor.next();
      return { kind: 'number', value: parseNumber(token.text), position };
    case 'duration': {
      cursor.next();
      const ms = parseDuration(token.text);
      if (ms === undefined) throw cursor.error(`not a valid duration string: "${token.text}"`, position);
      return { kind: 'number', value: ms / 1_000, position };
    }
    case 'string':
      cursor.next();
      return { kind: 'string', value: token.text, position };
    case 'identifier':
      return parseWord(cursor);
    default: {
      if (cursor.is('{')) return parseSelector(cursor);
      if (!cursor.take('(')) throw cursor.unexpected();
      const expr = parseExpr(cursor, 0);
      const { end } = cursor.expect(')', 'paren expression');
      return { kind: 'paren', expr, position: { start: token.start, end } };
    }
  }
}

const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['nan', NaN],
]);

function parseWord(cursor: Cursor): Expr {
  const { token } = cursor;
  const word = token.text.toLowerCase();
  const after = cursor.peek();
  const value = NUMBER_WORDS.get(word);
  if (value !== undefined) {
    cursor.next();
    return { kind: 'number', value, position: { start: token.start, end: token.end } };
  }
  if (AGGREGATIONS.has(word) && (after.text === '(' || /^(?:by|without)$/i.test(after.text)))
    return parseAggregate(cursor, word, () => parseExpr(cursor, 0));
  if (after.text === '(' && after.kind === 'symbol') return parseCall(cursor);
  return parseSelector(cursor);
}

function parseCall(cursor: Cursor): Expr {
  const { text: name, start, end: nameEnd } = cursor.next();
  const signature = SIGNATURES.get(name);
  if (signature === undefined) throw cursor.error(`unknown function with name "${name}"`, { start, end: nameEnd });
  cursor.expect('(', 'function call');
  const args: Expr[] = [];
  while (!cursor.is(')')) {
    // Labels are asked for, of series that have others, too: there need not be one that is not empty.
    const isLabels = name === 'info' && args.length === 1 && cursor.is('{');
    args.push(isLabels ? parseSelector(cursor, true) : parseExpr(cursor, 0));
    if (!cursor.take(',')) break;
    if (cursor.is(')')) throw cursor.unexpected('function call');
  }
  const { end } = cursor.expect(')', 'function call');
  const call: Expr = { kind: 'call', name, args, position: { start, end } };
  checkCall(call, signature, cursor);
  return call;
}
