/** What kinds of values go where. Messages are Prometheus's, which its users know. */
import { AGGREGATIONS, type Signature, SIGNATURES } from '../functions/signatures.ts';
import { bare, type Expr, type ValueType, type VectorSelector } from './ast.ts';
import type { Cursor } from './cursor.ts';

const WORDS: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
};

export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'paren':
    case 'unary':
      return typeOf(expr.expr);
    case 'vector':
    case 'aggregate':
      return 'vector';
    case 'matrix':
    case 'subquery':
      return 'matrix';
    case 'call':
      return SIGNATURES.get(expr.name)?.returns ?? 'vector';
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
  }
}

export function checkUnary(expr: Expr, cursor: Cursor): void {
  const type = typeOf(expr);
  if (type === 'scalar' || type === 'vector') return;
  const message = `unary expression only allowed on expressions of type scalar or instant vector, got "${WORDS[type]}"`;
  throw cursor.error(message, expr.position);
}

export function checkBinary(expr: Expr, cursor: Cursor): void {
  if (expr.kind !== 'binary') return;
  for (const side of [expr.left, expr.right]) {
    const type = typeOf(side);
    if (type !== 'scalar' && type !== 'vector')
      throw cursor.error('binary expression must contain only scalar and instant vector types', side.position);
  }
  const isScalar = typeOf(expr) === 'scalar';
  if (isScalar && !expr.bool && /^[=!<>]/.test(expr.operator))
    throw cursor.error('comparisons between scalars must use BOOL modifier', expr.position);
  if (/^[a-z]/.test(expr.operator) && expr.operator !== 'atan2' && expr.matching === undefined)
    throw cursor.error(`set operator "${expr.operator}" not allowed in binary scalar expression`, expr.position);
}

/** The selector that a range is of. */
export function checkRange(expr: Expr, cursor: Cursor): VectorSelector {
  if (expr.kind !== 'vector') throw cursor.error('ranges only allowed for vector selectors', expr.position);
  if (expr.offset !== undefined) throw cursor.error('no offset modifiers allowed before range', expr.position);
  if (expr.at !== undefined) throw cursor.error('no @ modifiers allowed before range', expr.position);
  return expr;
}

export function checkSubquery(expr: Expr, cursor: Cursor): void {
  const type = typeOf(expr);
  if (type === 'vector' || type === 'scalar') return;
  const message = `subquery is only allowed on instant vector, got ${type === 'matrix' ? 'matrix' : type}`;
  throw cursor.error(message, expr.position);
}

export function checkAggregate(expr: Expr, cursor: Cursor): void {
  if (expr.kind !== 'aggregate') return;
  expectType(expr.expr, 'vector', 'aggregation expression', cursor);
  const wanted = AGGREGATIONS.get(expr.operator);
  if (wanted !== undefined && expr.param !== undefined) expectType(expr.param, wanted, 'aggregation parameter', cursor);
}

export function checkCall(expr: Expr, { args: wanted, optional, more }: Signature, cursor: Cursor): void {
  if (expr.kind !== 'call') return;
  const { name, args, position } = expr;
  const least = wanted.length - optional;
  const most = more ? Infinity : wanted.length;
  if (args.length < least || args.length > most) {
    const number = least === most ? `${least}` : args.length < least ? `at least ${least}` : `at most ${most}`;
    throw cursor.error(`expected ${number} argument(s) in call to "${name}", got ${args.length}`, position);
  }
  for (const [at, arg] of args.entries())
    expectType(arg, wanted[Math.min(at, wanted.length - 1)] as ValueType, `call to function "${name}"`, cursor);
  const label = args[1] === undefined ? undefined : bare(args[1]);
  if (name === 'info' && label !== undefined && label.kind !== 'vector')
    throw cursor.error('expected label selectors only as second argument of info()', label.position);
}

function expectType(expr: Expr, wanted: ValueType, context: string, cursor: Cursor): void {
  const type = typeOf(expr);
  if (type !== wanted)
    throw cursor.error(`expected type ${WORDS[wanted]} in ${context}, got ${WORDS[type]}`, expr.position);
}
