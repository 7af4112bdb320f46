/** Reads durations with their arithmetic, and the shifts that take them. */
import type { At, Duration, Expr, Shift } from './ast.ts';
import { bare } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseDuration, parseNumber } from './number.ts';

const ARITHMETIC: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b },
];

/** Seconds while it is reckoned; numbers without a unit are seconds. */
type Seconds = (query: Parameters<Duration>[0]) => number;

/** Of a range or a step, which must be above 0. */
export function parseDurationExpr(cursor: Cursor, what: 'range' | 'step'): Duration {
  const { start } = cursor.token;
  const seconds = parseSum(cursor, 0);
  const position = { start, end: cursor.token.start };
  const check = (ms: number): number => {
    if (ms > 0 && Number.isFinite(ms)) return ms;
    throw cursor.error(`duration of a ${what} must be greater than 0`, position);
  };
  return checkedAtOnce(seconds, check);
}

/** What needs nothing of the query is wrong, or right, while it is read. */
function checkedAtOnce(seconds: Seconds, check: (ms: number) => number): Duration {
  let dependsOnQuery = false;
  const spy = {
    get stepMs() {
      dependsOnQuery = true;
      return 1_000;
    },
    get rangeMs() {
      dependsOnQuery = true;
      return 1_000;
    },
  };
  const ms = Math.round(seconds(spy) * 1_000);
  if (dependsOnQuery) return (query) => check(Math.round(seconds(query) * 1_000));
  check(ms);
  return () => ms;
}

function parseSum(cursor: Cursor, level: number): Seconds {
  const operators = ARITHMETIC[level];
  if (operators === undefined) return parsePower(cursor);
  let left = parseSum(cursor, level + 1);
  for (;;) {
    const operator = cursor.takeAny(Object.keys(operators));
    if (operator === undefined) return left;
    const [a, act] = [left, operators[operator] as (a: number, b: number) => number];
    const b = parseSum(cursor, level + 1);
    left = (query) => act(a(query), b(query));
  }
}

/** A sign binds less than a power, which is read from the right: -2^2 is -4. */
function parsePower(cursor: Cursor): Seconds {
  cursor.enter();
  const sign = cursor.takeAny(['-', '+']);
  let value = sign === undefined ? parsePart(cursor) : parsePower(cursor);
  if (sign === undefined && cursor.take('^')) {
    const [base, exponent] = [value, parsePower(cursor)];
    value = (query) => base(query) ** exponent(query);
  }
  cursor.leave();
  return sign === '-' ? (query) => -value(query) : value;
}

/** What an offset is without parentheses: operators after it are of the selector. */
function parseSigned(cursor: Cursor): Seconds {
  cursor.enter();
  const sign = cursor.takeAny(['-', '+']);
  const value = sign === undefined ? parsePart(cursor) : parseSigned(cursor);
  cursor.leave();
  return sign === '-' ? (query) => -value(query) : value;
}

const LEAST_AND_MOST: Readonly<Record<string, (a: number, b: number) => number>> = { min: Math.min, max: Math.max };

function parsePart(cursor: Cursor): Seconds {
  const { kind, text } = cursor.token;
  const position = cursor.token;
  if (kind === 'number') {
    cursor.next();
    const value = parseNumber(text);
    return () => value;
  }
  if (kind === 'duration') {
    cursor.next();
    const ms = parseDuration(text);
    if (ms === undefined) throw cursor.error(`not a valid duration string: "${text}"`, position);
    return () => ms / 1_000;
  }
  if (cursor.take('(')) {
    const value = parseSum(cursor, 0);
    cursor.expect(')', 'duration expression');
    return value;
  }
  if (kind === 'identifier' && cursor.peek().text === '(') return parseDurationCall(cursor);
  throw cursor.unexpected('duration expression', 'duration');
}

function parseDurationCall(cursor: Cursor): Seconds {
  const written = cursor.next().text;
  const text = written.toLowerCase();
  cursor.expect('(', 'duration expression');
  const choose = LEAST_AND_MOST[text];
  let value: Seconds;
  if (text === 'step') value = ({ stepMs }) => stepMs / 1_000;
  else if (text === 'range') value = ({ rangeMs }) => rangeMs / 1_000;
  else if (choose !== undefined) {
    const a = parseSum(cursor, 0);
    cursor.expect(',', 'duration expression');
    const b = parseSum(cursor, 0);
    value = (query) => choose(a(query), b(query));
  } else throw cursor.error(`"${written}" is no function of durations: there are step, range, min and max`);
  cursor.expect(')', 'duration expression');
  return value;
}

/** After an expression, `offset` or `@`, each at most once. */
export function withShift(cursor: Cursor, expr: Expr): Expr {
  const selector = expr.kind === 'matrix' ? expr.vector : expr;
  const isOffset = cursor.isWord('offset');
  const what = isOffset ? 'offset' : '@';
  if (selector.kind !== 'vector' && selector.kind !== 'subquery')
    throw cursor.error(
      `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
      bare(expr).position,
    );
  cursor.next();
  if ((isOffset ? selector.offset : selector.at) !== undefined)
    throw cursor.error(`${isOffset ? 'offset' : '@ <timestamp>'} may not be set multiple times`);
  const shift: Partial<Shift> = isOffset ? { offset: parseOffset(cursor) } : { at: parseAt(cursor) };
  const end = cursor.token.kind === 'end' ? cursor.text.length : cursor.token.start;
  const position = { start: expr.position.start, end };
  if (expr.kind === 'matrix') return { ...expr, vector: { ...expr.vector, ...shift }, position };
  return { ...selector, ...shift, position };
}

function parseOffset(cursor: Cursor): Duration {
  const seconds = parseSigned(cursor);
  return checkedAtOnce(seconds, (ms) => {
    if (Number.isFinite(ms)) return ms;
    throw cursor.error('an offset must be finite');
  });
}

function parseAt(cursor: Cursor): At {
  for (const edge of ['start', 'end'] as const)
    if (cursor.takeWord(edge)) {
      cursor.expect('(', '@');
      cursor.expect(')', '@');
      return edge;
    }
  const sign = cursor.takeAny(['-', '+']);
  const { kind, text } = cursor.token;
  const isNumber = kind === 'number' || kind === 'duration';
  if (!isNumber && !/^(?:inf|nan)$/i.test(text)) throw cursor.unexpected('@', 'timestamp');
  cursor.next();
  const seconds =
    kind === 'number' ? parseNumber(text) : kind === 'duration' ? (parseDuration(text) ?? NaN) / 1_000 : NaN;
  const ms = Math.round(seconds * 1_000) * (sign === '-' ? -1 : 1);
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw cursor.error('timestamp out of bounds for @ modifier');
  return ms;
}
