/** What is read of an expression, and where it says that something is wrong. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { MAX_REGEX_LENGTH, seriesTest } from '../../../../src/meter/promql/matchers.ts';
import { MAX_DEPTH } from '../../../../src/meter/promql/parse/cursor.ts';
import { parse } from '../../../../src/meter/promql/parse/parse.ts';
import { MAX_EXPRESSION_LENGTH } from '../../../../src/meter/promql/parse/tokens.ts';
import type { Expr } from '../../../../src/meter/promql/parse/ast.ts';
import { QueryError } from '../../../../src/meter/promql/query-error.ts';

/** In Polish notation: which operator holds what. */
function shape(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return String(expr.value);
    case 'string':
      return JSON.stringify(expr.value);
    case 'paren':
      return shape(expr.expr);
    case 'unary':
      return `(neg ${shape(expr.expr)})`;
    case 'vector':
      return expr.matchers
        .map(({ name, operator, value }) => (name === '__name__' ? value : name + operator + value))
        .join(',');
    case 'matrix':
      return `${shape(expr.vector)}[${expr.range({ stepMs: 1_000, rangeMs: 60_000 })}]`;
    case 'subquery':
      return `(sub ${shape(expr.expr)})`;
    case 'call':
      return `(${[expr.name, ...expr.args.map(shape)].join(' ')})`;
    case 'aggregate':
      return `(${expr.operator} ${shape(expr.expr)})`;
    case 'binary':
      return `(${expr.operator} ${shape(expr.left)} ${shape(expr.right)})`;
  }
}

test.each([
  ['1 + 2 * 3 ^ 2 ^ 0.5', '(+ 1 (* 2 (^ 3 (^ 2 0.5))))'],
  ['-1 ^ 2', '(neg (^ 1 2))'],
  ['-a * b', '(* (neg a) b)'],
  ['a - -1', '(- a -1)'],
  ['a or b and c unless d', '(or a (unless (and b c) d))'],
  ['a + b > c', '(> (+ a b) c)'],
  ['-a[5m:1m] @ 3 offset 1m', undefined],
  ['rate(a[5m])[1h:]', '(sub (rate a[300000]))'],
  ['SUM BY (x) (a)', '(sum a)'],
  ['sum(a) by (x,)', '(sum a)'],
  ['sum', 'sum'],
  ['{"a.b", c!~"d"}', 'a.b,c!~d'],
  ['a:b:c{d=\'e\', "f g"=`h`}', 'a:b:c,d=e,f g=h'],
  ['0x1F + 1e3 + .5 + 1_000 + Inf', '(+ (+ (+ (+ 31 1000) 0.5) 1000) Infinity)'],
  ['a[1h30m]', 'a[5400000]'],
  ['a[90]', 'a[90000]'],
  ['a[2*step() + 1m]', 'a[62000]'],
  ['1h', '3600'],
  [String.raw`"\u00e9\x41\n"`, '"éA\\n"'],
  ['a # what follows is not read', 'a'],
])('%s', (text, wanted) => {
  if (wanted === undefined) expect(() => parse(text)).toThrow(/unary expression only allowed/);
  else expect(shape(parse(text))).toBe(wanted);
});

test.each([
  ['', '1:1: parse error: no expression found in input'],
  ['a{', '1:3: parse error: unexpected end of input in label matching, expected identifier or "}"'],
  ['sum(a', '1:6: parse error: unexpected end of input in aggregation, expected ")"'],
  ['a +\n* b', '2:1: parse error: unexpected "*"'],
  ['rate(a)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
  ['nonsense(a)', '1:1: parse error: unknown function with name "nonsense"'],
  ['clamp(a, 1)', '1:1: parse error: expected 3 argument(s) in call to "clamp", got 2'],
  ['{a=""}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
  ['1 == 1', '1:1: parse error: comparisons between scalars must use BOOL modifier'],
  ['1 and a', '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
  ['a[0s]', '1:3: parse error: duration of a range must be greater than 0'],
  ['a offset 1m offset 2m', '1:20: parse error: offset may not be set multiple times'],
  ['a * on(b) group_left(b) c', '1:25: parse error: label "b" must not occur in ON and GROUP clause at once'],
  ['"abc', '1:1: parse error: unterminated quoted string'],
  ['a{b=~"("}', /^1:6: parse error: the regular expression of b is none of RE2's/],
  ['3m7m', '1:1: parse error: not a valid duration string: "3m7m"'],
  ['a & b', "1:3: parse error: unexpected character: '&'"],
])('%s is told where it is wrong', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});

describe('what is too much', () => {
  test.each([
    ['deep', '('.repeat(MAX_DEPTH + 1), /levels deep/],
    ['deep by signs', '-'.repeat(MAX_DEPTH + 1), /levels deep/],
    ['long', `a${' '.repeat(MAX_EXPRESSION_LENGTH)}`, /more than 65536 characters/],
    ['a long regular expression', `a{b=~"${'(x)'.repeat(MAX_REGEX_LENGTH / 3 + 1)}"}`, /more than 4096 characters/],
    ['a regular expression that explodes', 'a{b=~"((x{1000}){1000}){1000}"}', /regular expression/],
  ])('%s', (_, text, message) => {
    expect(() => parse(text)).toThrow(QueryError);
    expect(() => parse(text)).toThrow(message);
  });

  test('a regular expression is as long as the text in time, whatever it is', () => {
    const fits = seriesTest([{ name: 'a', operator: '=~', value: '(a*)*b' }]);
    expect(fits([['a', 'a'.repeat(50_000)]])).toBe(false);
  });
});

test('whatever comes is read, or told to be none', () => {
  const word = fc.constantFrom(
    ...'sum rate by ( ) [ ] { } a b "x" 1 5m + - ^ == =~ , : @ offset on and bool # \n start ~'.split(' '),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
      ),
      (text) => {
        try {
          parse(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(QueryError);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
