/** Expressions: tree to value. */
import { systemError } from './errors.ts';
import type { BinaryOperator, Expression } from './expression.ts';
import { equal, isInt64, isList, isMap, isNumber, textOf, typeName } from './value.ts';
import type { Value } from './value.ts';

/** What an expression can reach. Functions here never block. */
export interface Environment {
  variable(name: string): Value;
  call(name: string, args: readonly Value[]): Value;
}

/** @throws {Raised} with the service's tags. */
export function evaluate(expression: Expression, environment: Environment): Value {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'bigint' ? int64(expression.value) : expression.value;
    case 'list':
      return expression.items.map((item) => evaluate(item, environment));
    case 'variable':
      return environment.variable(expression.name);
    case 'member':
      return lookUp(evaluate(expression.object, environment), expression.name);
    case 'index':
      return lookUp(evaluate(expression.object, environment), evaluate(expression.index, environment));
    case 'call':
      return environment.call(
        expression.callee,
        expression.args.map((argument) => evaluate(argument, environment)),
      );
    case 'unary': {
      const { operator, operand } = expression;
      // The sign belongs to the literal, or the smallest integer could not be written.
      if (operator === '-' && operand.kind === 'literal' && typeof operand.value === 'bigint') return -operand.value;
      const value = evaluate(operand, environment);
      if (operator === 'not') return !asBoolean(value, 'not');
      if (typeof value === 'bigint') return int64(-value);
      if (typeof value === 'number') return -value;
      throw systemError('TypeError', `unsupported operand type for -: ${typeName(value)}`);
    }
    default: {
      const { operator } = expression;
      const left = evaluate(expression.left, environment);
      const right = (): Value => evaluate(expression.right, environment);
      if (operator !== 'and' && operator !== 'or') return operate(operator, left, right());
      const decided = asBoolean(left, operator) === (operator === 'or');
      return decided ? left : asBoolean(right(), operator);
    }
  }
}

/** `object.key`, `object["key"]`, `list[index]`. */
function lookUp(object: Value, key: Value): Value {
  if (isMap(object)) {
    if (typeof key !== 'string') throw systemError('TypeError', `a map key must be a string, not ${typeName(key)}`);
    const value = object.get(key);
    if (value === undefined) throw systemError('KeyError', `key not found: ${JSON.stringify(key)}`);
    return value;
  }
  if (isList(object)) return object[listIndex(object, key)] ?? null;
  throw systemError('TypeError', `a value of type ${typeName(object)} has no keys (looking for ${describe(key)})`);
}

/** The place of `key` in a list. Negative indexes are out of range. */
function listIndex(list: readonly Value[], key: Value): number {
  if (typeof key !== 'bigint') {
    throw systemError('TypeError', `a list index must be an integer, not ${typeName(key)}`);
  }
  if (key < 0n || key >= BigInt(list.length)) {
    throw systemError('IndexError', `index ${key} is out of range of a list of ${list.length}`);
  }
  return Number(key);
}

/** A copy of `container` with `value` at `path`: values are never shared, so a change is seen under one name only. */
export function replaceAt(container: Value, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (isMap(container)) {
    if (typeof key !== 'string') throw systemError('TypeError', `a map key must be a string, not ${typeName(key)}`);
    // Maps on the way that do not exist yet are made.
    const inner = rest.length === 0 ? null : (container.get(key) ?? new Map<string, Value>());
    return new Map(container).set(key, replaceAt(inner, rest, value));
  }
  if (isList(container)) {
    return container.with(listIndex(container, key), replaceAt(lookUp(container, key), rest, value));
  }
  throw systemError('TypeError', `cannot assign into a value of type ${typeName(container)}`);
}

const describe = (key: Value): string => (typeof key === 'string' ? `"${key}"` : typeName(key));

function asBoolean(value: Value, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw systemError('TypeError', `operand of ${operator} must be a boolean, not ${typeName(value)}`);
}

function int64(value: bigint): bigint {
  if (isInt64(value)) return value;
  throw systemError('ValueError', `integer overflow: ${value} exceeds 64 bits`);
}

type Comparable = bigint | number | string;

const COMPARISONS: Partial<Record<BinaryOperator, (left: Comparable, right: Comparable) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

interface Arithmetic {
  /** `/` always gives a double. */
  integers?: (a: bigint, b: bigint) => bigint;
  doubles: (a: number, b: number) => number;
}

/** Divisions are floored: the remainder takes the sign of the divisor. */
const ARITHMETIC: Partial<Record<BinaryOperator, Arithmetic>> = {
  '+': { integers: (a, b) => a + b, doubles: (a, b) => a + b },
  '-': { integers: (a, b) => a - b, doubles: (a, b) => a - b },
  '*': { integers: (a, b) => a * b, doubles: (a, b) => a * b },
  '/': { doubles: (a, b) => a / b },
  '//': { integers: (a, b) => (a - modulo(a, b)) / b, doubles: (a, b) => Math.floor(a / b) },
  '%': { integers: modulo, doubles: (a, b) => (a % b !== 0 && a < 0 !== b < 0 ? (a % b) + b : a % b) },
};

function modulo(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b;
}

function operate(operator: BinaryOperator, left: Value, right: Value): Value {
  if (operator === '==') return equal(left, right);
  if (operator === '!=') return !equal(left, right);
  if (operator === 'in' && isList(right)) return right.some((item) => equal(item, left));
  if (operator === 'in' && isMap(right) && typeof left === 'string') return right.has(left);
  const compare = COMPARISONS[operator];
  if (operator === '+' && (typeof left === 'string' || typeof right === 'string')) {
    // Implicit conversions of https://cloud.google.com/workflows/docs/reference/syntax/datatypes
    const [first, second] = [textOf(left), textOf(right)];
    if (first !== undefined && second !== undefined) return first + second;
  }
  if (typeof left === 'string' && typeof right === 'string' && compare !== undefined) return compare(left, right);
  if (isNumber(left) && isNumber(right)) {
    if (compare !== undefined) return compare(left, right);
    const arithmetic = ARITHMETIC[operator];
    if (arithmetic !== undefined) return calculate(operator, arithmetic, left, right);
  }
  const operands = `${typeName(left)} and ${typeName(right)}`;
  throw systemError('TypeError', `unsupported operand types for ${operator}: ${operands}`);
}

function calculate(
  operator: BinaryOperator,
  { integers, doubles }: Arithmetic,
  left: bigint | number,
  right: bigint | number,
): Value {
  if (/[/%]/.test(operator) && Number(right) === 0) throw systemError('ZeroDivisionError', 'division by zero');
  if (integers !== undefined && typeof left === 'bigint' && typeof right === 'bigint') {
    return int64(integers(left, right));
  }
  return doubles(Number(left), Number(right));
}
