import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Raised } from '../../../src/emulators/workflows/errors.ts';
import { evaluate } from '../../../src/emulators/workflows/evaluate.ts';
import { parseExpression } from '../../../src/emulators/workflows/expression.ts';
import { MAX_JSON_DEPTH } from '../../../src/emulators/workflows/limits.ts';
import { fromJson } from '../../../src/emulators/workflows/parse-json.ts';
import type { Value } from '../../../src/emulators/workflows/value.ts';
import { mapOf, toJson } from '../../../src/emulators/workflows/value.ts';

const VARIABLES: Readonly<Record<string, Value>> = {
  list: [10n, 20n, [30n]],
  map: mapOf({ a: 1n, inner: mapOf({ b: 'deep' }), in: 'keyword' }),
  text: 'hello',
  nothing: null,
};

function run(text: string): Value {
  return evaluate(parseExpression(text), {
    variable: (name) => VARIABLES[name] ?? null,
    call: (name, args) => [name, ...args],
  });
}

function tagsOf(text: string): Value {
  try {
    run(text);
  } catch (error) {
    if (error instanceof Raised && error.value instanceof Map) return (error.value.get('tags') as Value[])[0] ?? null;
    throw error;
  }
  throw new Error(`${text} raised nothing`);
}

// An independent reading of the service's table: a tree is printed with only the parentheses that the table
// makes necessary, and computed directly from the tree. Parser and evaluator must agree with it.
type Tree =
  | { level: 6; text: string; value: bigint | boolean }
  | { level: number; operator: string; operands: readonly Tree[] };

const floor = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
const ARITHMETIC: Readonly<Record<string, { level: number; compute: (a: bigint, b: bigint) => bigint }>> = {
  '+': { level: 3, compute: (a, b) => a + b },
  '-': { level: 3, compute: (a, b) => a - b },
  '*': { level: 4, compute: (a, b) => a * b },
  '//': { level: 4, compute: floor },
  '%': { level: 4, compute: (a, b) => a - b * floor(a, b) },
};
const COMPARISON: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const { number, truth } = fc.letrec<{ number: Tree; truth: Tree }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4 },
    fc.nat(9).map((n): Tree => ({ level: 6, text: String(n), value: BigInt(n) })),
    fc
      .tuple(fc.constantFrom(...Object.keys(ARITHMETIC)), tie('number'), tie('number'))
      .map(([operator, a, b]): Tree => ({ level: ARITHMETIC[operator]?.level ?? 0, operator, operands: [a, b] })),
    tie('number').map((a): Tree => ({ level: 5, operator: '-', operands: [a] })),
  ),
  truth: fc.oneof(
    { maxDepth: 4 },
    fc.boolean().map((value): Tree => ({ level: 6, text: String(value), value })),
    fc
      .tuple(fc.constantFrom(...Object.keys(COMPARISON)), tie('number'), tie('number'))
      .map(([operator, a, b]): Tree => ({ level: 2, operator, operands: [a, b] })),
    fc.tuple(fc.constantFrom('and', 'or', 'AND', 'OR'), tie('truth'), tie('truth')).map(([operator, a, b]): Tree => ({
      level: operator.toLowerCase() === 'and' ? 1 : 0,
      operator,
      operands: [a, b],
    })),
    tie('truth').map((a): Tree => ({ level: 5, operator: 'not', operands: [a] })),
  ),
}));

function print(tree: Tree): string {
  if ('text' in tree) return tree.text;
  const [left, right] = tree.operands as [Tree, Tree | undefined];
  const inParentheses = (operand: Tree, atLeast: number): string =>
    operand.level < atLeast ? `(${print(operand)})` : print(operand);
  if (right === undefined) return `${tree.operator} ${inParentheses(left, tree.level)}`;
  return `${inParentheses(left, tree.level)} ${tree.operator} ${inParentheses(right, tree.level + 1)}`;
}

function compute(tree: Tree): bigint | boolean {
  if ('text' in tree) return tree.value;
  const operator = tree.operator.toLowerCase();
  const [left, right] = tree.operands as [Tree, Tree | undefined];
  const a = compute(left);
  if (right === undefined) return typeof a === 'bigint' ? -a : !a;
  if (operator === 'and') return a === true ? compute(right) : false;
  if (operator === 'or') return a === true ? true : compute(right);
  const b = compute(right);
  const compare = COMPARISON[operator];
  if (compare !== undefined) return compare(a as bigint, b as bigint);
  if ((operator === '//' || operator === '%') && b === 0n) throw new RangeError('ZeroDivisionError');
  return ARITHMETIC[operator]?.compute(a as bigint, b as bigint) ?? false;
}

describe('precedence', () => {
  test('random expressions with no more parentheses than the table needs have the value of their tree', () => {
    fc.assert(
      fc.property(fc.oneof(number, truth), (tree) => {
        let expected: bigint | boolean | string;
        try {
          expected = compute(tree);
        } catch (error) {
          expected = (error as Error).message;
        }
        const text = print(tree);
        let actual: Value;
        try {
          actual = run(text);
        } catch (error) {
          const { value } = error as Raised;
          actual = value instanceof Map ? ((value.get('tags') as string[])[0] ?? null) : null;
        }
        expect({ text, value: actual }).toEqual({ text, value: expected });
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['not "a" in list', 'TypeError'],
    ['1 < 2 < 3', 'TypeError'],
  ])('%s raises %s, since operators of one level bind to the left and not binds tightest', (text, tag) => {
    expect(tagsOf(text)).toBe(tag);
  });

  test('and and or do not evaluate what cannot change them', () => {
    expect(run('false and 1 / 0 > 1')).toBe(false);
    expect(run('true or nothing.key')).toBe(true);
  });
});

describe('values', () => {
  test('strings may hold any character, escaped as in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(run(JSON.stringify(text))).toBe(text);
      }),
    );
  });

  test('JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(toJson(fromJson(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('JSON is read, and refused, as JavaScript does', () => {
    const plain = (value: unknown): unknown => {
      if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [key, plain(item)]));
      if (Array.isArray(value)) return value.map(plain);
      // An integer of Workflows has no sign at 0.
      return typeof value === 'bigint' ? Number(value) : Object.is(value, -0) ? 0 : value;
    };
    const unsigned = (_: string, value: unknown): unknown => (Object.is(value, -0) ? 0 : value);
    const outcome = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        if (error instanceof SyntaxError) return 'refused';
        throw error;
      }
    };
    const spoiled = fc
      .tuple(fc.json(), fc.nat(), fc.nat(2), fc.constantFrom(...'{}[]",:\\ \t\u00010-+.eEtn/u'.split(''), ''))
      .map(([text, at, length, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + length);
      });
    const spaced = fc.jsonValue().map((value) => JSON.stringify(value, null, '\t'));
    fc.assert(
      fc.property(fc.oneof(spoiled, spaced), (text) => {
        expect(outcome(() => plain(fromJson(text)))).toEqual(outcome(() => JSON.parse(text, unsigned) as unknown));
      }),
      { numRuns: 2_000 },
    );
  });

  test('keys of JSON keep their place, also those that look like integers', () => {
    const text = '{"b":1,"10":{"2":0,"1":0},"a":2,"9":3,"__proto__":4}';
    expect(toJson(fromJson(text))).toBe(text);
    expect(toJson(fromJson('{"b":1,"1":2,"b":3}'))).toBe('{"b":3,"1":2}');
  });

  test('JSON without end of nesting is refused, not followed', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(fromJson(nested(MAX_JSON_DEPTH))).toEqual([expect.anything()]);
    expect(() => fromJson(nested(MAX_JSON_DEPTH + 2))).toThrow(/nested deeper than 1000/);
  });

  test.each<[string, Value]>([
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['1.5e2', 150],
    ['7 / 2', 3.5],
    ['10 / 2', 5],
    ['-7 // 2', -4n],
    ['-7 % 2', 1n],
    ['7.5 // 2', 3],
    ['1 == 1.0', true],
    ['1 == "1"', false],
    ['[1, [2, "x"]] == [1, [2, "x"]]', true],
    ['map == map', true],
    ['"a" + "b"', 'ab'],
    ['"a" + 1', 'a1'],
    ['-1 + "a"', '-1a'],
    ['9223372036854775807 + ""', '9223372036854775807'],
    ['true + "a"', 'truea'],
    ['"a" < "b"', true],
    ['20 in list', true],
    ['"a" in map', true],
    ['"b" in map', false],
    ['NOT True OR FALSE', false],
    ['list[2][0]', 30n],
    ['map.inner["b"]', 'deep'],
    ['map.in', 'keyword'],
    ['text.to_upper(text, 1)', ['text.to_upper', 'hello', 1n]],
    ['len([1, 2])', ['len', [1n, 2n]]],
    ['( null )', null],
  ])('%s', (text, value) => {
    expect(run(text)).toEqual(value);
  });

  test.each([
    ['1 / 0', 'ZeroDivisionError'],
    ['1 // 0', 'ZeroDivisionError'],
    ['1.0 % 0', 'ZeroDivisionError'],
    ['"a" - 1', 'TypeError'],
    ['"a" * 2', 'TypeError'],
    ['"a" + null', 'TypeError'],
    ['list + "a"', 'TypeError'],
    ['"a" + map', 'TypeError'],
    ['true + 1', 'TypeError'],
    ['1.5 + false', 'TypeError'],
    ['true + true', 'TypeError'],
    ['null < 1', 'TypeError'],
    ['"1" < 2', 'TypeError'],
    ['- "a"', 'TypeError'],
    ['not 1', 'TypeError'],
    ['1 and true', 'TypeError'],
    ['"l" in text', 'TypeError'],
    ['map.missing', 'KeyError'],
    ['map[1]', 'TypeError'],
    ['list["0"]', 'TypeError'],
    ['list[3]', 'IndexError'],
    ['list[-1]', 'IndexError'],
    ['nothing.key', 'TypeError'],
    ['9223372036854775807 + 1', 'ValueError'],
  ])('%s raises %s', (text, tag) => {
    expect(tagsOf(text)).toBe(tag);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['', 0, 'end of the expression'],
    ['1 +', 3, 'end of the expression'],
    ['(1', 2, 'expected ")"'],
    ['1 2', 2, 'expected an operator'],
    ['{"a": 1}', 0, 'a map cannot be written in an expression'],
    ["'a'", 0, 'double quotes'],
    ['"a', 0, 'not closed'],
    ['"\\q"', 0, 'unknown escape'],
    ['a ? b : c', 2, 'unexpected "?"'],
    ['a && b', 2, 'unexpected "&"'],
    ['x not in list', 2, 'unexpected "not"'],
    ['list[0](1)', 7, 'only a function can be called'],
    ['12ab', 2, 'unexpected "a"'],
    ['9223372036854775809', 0, 'exceeds 64 bits'],
    ['f(1,,2)', 4, 'expected a value'],
  ])('%j at %i: %s', (text, at, message) => {
    expect(() => parseExpression(text)).toThrow(
      expect.objectContaining({ at, message: expect.stringContaining(message) }),
    );
  });

  test('an operator in mixed case is no operator but a name', () => {
    expect(parseExpression('And')).toMatchObject({ kind: 'variable' });
    expect(() => parseExpression('true And false')).toThrow('expected an operator');
  });
});
