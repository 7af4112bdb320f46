/** What a normalized piece of code spells out: its literals, and the choices in it that V8's coverage does not count. */
import { canonicalJson } from '../model/canonical.ts';
import { hashOf } from '../model/hash.ts';

export interface Literals {
  readonly numbers: number[];
  readonly strings: string[];
  readonly uncounted: string[];
  readonly strict: number;
  readonly inclusive: number;
}

const LOGICAL_ASSIGNMENTS = new Set(['??=', '||=', '&&=']);

/** Characters of a literal that are kept: what is longer is told apart by its hash. */
const KEPT_LENGTH = 100;

const shortened = (text: string): string =>
  text.length <= KEPT_LENGTH ? text : `${text.slice(0, KEPT_LENGTH)}…${hashOf(text)}`;

/** `text` is a `NormalSyntax`'s. */
export function literalsIn(text: string): Literals {
  const numbers = new Set<number>();
  const strings = new Set<string>();
  const uncounted: string[] = [];
  let [strict, inclusive] = [0, 0];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { number, string, bigint, regex, type, operator, argument, right } = node as Record<string, unknown>;
    if (typeof number === 'string') numbers.add(Number(number));
    if (typeof string === 'string') strings.add(shortened(string));
    if (typeof bigint === 'string') strings.add(`${bigint}n`);
    if (regex !== undefined) strings.add(shortened(canonicalJson(regex)));
    if (type === 'TemplateElement') strings.add(shortened(canonicalJson(node)));
    if (type === 'UnaryExpression' && operator === '-') {
      const negated = (argument as Record<string, unknown> | undefined)?.['number'];
      if (typeof negated === 'string') {
        numbers.add(-Number(negated));
        return;
      }
    }
    if (type === 'BinaryExpression') {
      if (operator === '<' || operator === '>') strict++;
      if (operator === '<=' || operator === '>=') inclusive++;
      const value = constantIn(node);
      if (value !== undefined) numbers.add(value);
    }
    if (type === 'AssignmentPattern') uncounted.push(hashOf(canonicalJson(right)));
    if (type === 'AssignmentExpression' && LOGICAL_ASSIGNMENTS.has(String(operator)))
      uncounted.push(hashOf(canonicalJson([operator, right])));
    Object.values(node).forEach(visit);
  };
  visit(JSON.parse(text));
  // Infinity is no JSON, and no value of a stored input either.
  const finite = [...numbers].filter(Number.isFinite);
  return {
    numbers: finite.sort((a, b) => a - b),
    strings: [...strings].sort(),
    uncounted: uncounted.sort(),
    strict,
    inclusive,
  };
}

/** Of `24 * 60`: a threshold is often spelled out so. */
function constantIn(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { type, number, operator, left, right } = node as Record<string, unknown>;
  if (typeof number === 'string') return Number(number);
  if (type !== 'BinaryExpression') return undefined;
  const [a, b] = [constantIn(left), constantIn(right)];
  if (a === undefined || b === undefined) return undefined;
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '**':
      return a ** b;
    default:
      return undefined;
  }
}
