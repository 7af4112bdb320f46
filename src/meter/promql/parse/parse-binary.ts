/** Reads what stands between two operands, and how their series are matched. */
import type { Cardinality, Expr, Matching } from './ast.ts';
import { typeOf } from './check.ts';
import type { Cursor } from './cursor.ts';
import { parseLabels } from './parse-selector.ts';

/** How tightly, from `or` on; `^` alone is read from the right. */
export const BINARY_OPERATORS: Readonly<Record<string, { readonly binds: number; readonly fromRight: boolean }>> =
  Object.fromEntries(
    [
      ['or'],
      ['and', 'unless'],
      ['==', '!=', '<', '<=', '>', '>='],
      ['+', '-'],
      ['*', '/', '%', 'atan2'],
      ['^'],
    ].flatMap((operators, at) =>
      operators.map((operator) => [operator, { binds: at + 1, fromRight: operator === '^' }]),
    ),
  );

/** A sign binds as `*` does: -1^2 is -1. */
export const UNARY_PRECEDENCE = 6;

export const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
export const SET_OPERATORS = new Set(['and', 'or', 'unless']);

/** The one that comes now, if one does. */
export function binaryOperator({ token: { kind, text } }: Cursor): string | undefined {
  const operator = kind === 'identifier' ? text.toLowerCase() : kind === 'symbol' ? text : '';
  return Object.hasOwn(BINARY_OPERATORS, operator) ? operator : undefined;
}

/** After its operator. */
export function parseBinary(
  cursor: Cursor,
  { operator, left }: { readonly operator: string; readonly left: Expr },
  parseRight: () => Expr,
): Expr {
  const bool = cursor.takeWord('bool');
  if (bool && !COMPARISONS.has(operator)) throw cursor.error('bool modifier can only be used on comparison operators');
  const given = parseMatching(cursor);
  refuseFill(cursor);
  const right = parseRight();
  const position = { start: left.position.start, end: right.position.end };
  const areVectors = typeOf(left) === 'vector' && typeOf(right) === 'vector';
  if (given !== undefined && !areVectors)
    throw cursor.error('vector matching only allowed between instant vectors', position);
  const isSet = SET_OPERATORS.has(operator);
  if (isSet && given !== undefined && given.cardinality !== 'one-to-one')
    throw cursor.error(`no grouping allowed for "${operator}" operation`, position);
  const plain: Matching = { cardinality: 'one-to-one', on: false, labels: [], include: [] };
  const cardinality = isSet ? 'many-to-many' : (given ?? plain).cardinality;
  const matching = areVectors ? { ...(given ?? plain), cardinality } : undefined;
  return { kind: 'binary', operator, left, right, bool, matching, position };
}

/** What Prometheus 3 has as an experiment. @throws {QueryError} execution */
function refuseFill(cursor: Cursor): void {
  const { text } = cursor.token;
  if (/^fill(?:_left|_right)?$/i.test(text) && cursor.peek().text === '(') throw cursor.leftOut(`the modifier ${text}`);
}

function parseMatching(cursor: Cursor): Matching | undefined {
  const on = cursor.isWord('on');
  if (!on && !cursor.isWord('ignoring')) return undefined;
  cursor.next();
  const labels = parseLabels(cursor);
  const groups: readonly (readonly [string, Cardinality])[] = [
    ['group_left', 'many-to-one'],
    ['group_right', 'one-to-many'],
  ];
  for (const [word, cardinality] of groups) {
    if (!cursor.takeWord(word)) continue;
    const include = cursor.is('(') ? parseLabels(cursor) : [];
    const twice = on ? include.find((label) => labels.includes(label)) : undefined;
    if (twice !== undefined) throw cursor.error(`label "${twice}" must not occur in ON and GROUP clause at once`);
    return { cardinality, on, labels, include };
  }
  return { cardinality: 'one-to-one', on, labels, include: [] };
}
