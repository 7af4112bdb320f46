/** Reads a metric's name with what its labels must be. */
import { NAME_LABEL } from '../../model/series.ts';
import { testOf } from '../matchers.ts';
import { QueryError } from '../query-error.ts';
import { MATCH_OPERATORS, type MatchOperator, type Matcher } from '../selection.ts';
import type { VectorSelector } from './ast.ts';
import type { Cursor } from './cursor.ts';

/** Words that mean something wherever they stand: none of them is a metric by itself. */
const RESERVED = new Set(['bool', 'on', 'ignoring', 'group_left', 'group_right', 'atan2']);

/** `mayFitAll`: whether it may be such that a series without any label fits. */
export function parseSelector(cursor: Cursor, mayFitAll = false): VectorSelector {
  const { start } = cursor.token;
  const matchers: Matcher[] = [];
  let { end } = cursor.token;
  if (cursor.token.kind === 'identifier') {
    if (RESERVED.has(cursor.token.text.toLowerCase())) throw cursor.unexpected();
    matchers.push({ name: NAME_LABEL, operator: '=', value: cursor.next().text });
  }
  const isNamed = matchers.length > 0;
  if (cursor.take('{')) {
    while (!cursor.is('}')) {
      const matcher = parseMatcher(cursor);
      if (isNamed && matcher.name === NAME_LABEL)
        throw cursor.error(`metric name must not be set twice: "${matchers[0]?.value}" or "${matcher.value}"`);
      matchers.push(matcher);
      if (!cursor.take(',')) break;
    }
    ({ end } = cursor.expect('}', 'label matching'));
  }
  const position = { start, end };
  // Of every series there is something that asks for none.
  if (!mayFitAll && matchers.every((matcher) => testOf(matcher)('')))
    throw cursor.error('vector selector must contain at least one non-empty matcher', position);
  return { kind: 'vector', matchers, offset: undefined, at: undefined, position };
}

function parseMatcher(cursor: Cursor): Matcher {
  const { kind, text: name, start, end } = cursor.token;
  if (kind !== 'identifier' && kind !== 'string') throw cursor.unexpected('label matching', 'identifier or "}"');
  cursor.next();
  // A name in quotes alone is the metric's.
  if (kind === 'string' && (cursor.is(',') || cursor.is('}'))) return { name: NAME_LABEL, operator: '=', value: name };
  if (kind === 'identifier' && name.includes(':'))
    throw cursor.error(`unexpected character in label matching: "${name}"`, { start, end });
  const operator = cursor.takeAny([...MATCH_OPERATORS]) as MatchOperator | undefined;
  if (operator === undefined) throw cursor.unexpected('label matching', 'label matching operator');
  if (cursor.token.kind !== 'string') throw cursor.unexpected('label matching', 'string');
  const { text: value, start: from, end: to } = cursor.next();
  const matcher: Matcher = { name, operator, value };
  try {
    testOf(matcher);
  } catch (thrown) {
    if (thrown instanceof QueryError) throw cursor.error(thrown.message, { start: from, end: to });
    throw thrown;
  }
  return matcher;
}

/** Names in parentheses, of a grouping. */
export function parseLabels(cursor: Cursor): string[] {
  cursor.expect('(', 'grouping opts');
  const labels: string[] = [];
  while (!cursor.is(')')) {
    const { kind, text } = cursor.token;
    if ((kind !== 'identifier' && kind !== 'string') || (kind === 'identifier' && text.includes(':')))
      throw cursor.unexpected('grouping opts', 'label');
    labels.push(cursor.next().text);
    if (!cursor.take(',')) break;
  }
  cursor.expect(')', 'grouping opts');
  return labels;
}
