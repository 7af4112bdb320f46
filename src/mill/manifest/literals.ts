/** What a normalized piece of code spells out, to be mixed into fabricated values. */
import { canonicalJson } from '../../values/canonical.ts';
import { hashOf } from '../../values/hash.ts';
import { isTree, listOf } from './local-bindings.ts';

export interface Literals {
  readonly numbers: number[];
  readonly strings: string[];
}

/** Characters of a literal that are kept: what is longer is told apart by its hash. */
const KEPT_LENGTH = 100;

const shortened = (text: string): string =>
  text.length <= KEPT_LENGTH ? text : `${text.slice(0, KEPT_LENGTH)}…${hashOf(text)}`;

/** `text` is a `NormalSyntax`'s. */
export function literalsIn(text: string): Literals {
  const numbers = new Set<number>();
  const strings = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { number, string, bigint, regex, type, operator, argument, key } = node as Record<string, unknown>;
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
      const value = constantIn(node);
      if (value !== undefined) numbers.add(value);
    }
    // What a table is looked up by.
    if (type === 'Property' && typeof key === 'string') strings.add(shortened(key));
    Object.values(node).forEach(visit);
  };
  visit(JSON.parse(text));
  // Infinity is no JSON, and no value of a stored input either.
  const finite = [...numbers].filter(Number.isFinite);
  return {
    numbers: finite.sort((a, b) => a - b),
    strings: [...strings].sort(),
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

const LITERAL_NAMES = new Set(['undefined', 'NaN', 'Infinity']);

/** As it is written: `-3`, `"late"`, `true`; and `1440` for `24 * 60`. */
export function literalIn(value: unknown): string | undefined {
  if (!isTree(value)) return undefined;
  if (value['type'] === 'BinaryExpression') {
    const folded = constantIn(value);
    return folded === undefined ? undefined : String(folded);
  }
  if (typeof value['number'] === 'string') return value['number'];
  if (typeof value['string'] === 'string') return JSON.stringify(value['string']);
  if (typeof value['boolean'] === 'string') return value['boolean'];
  if (typeof value['bigint'] === 'string') return `${value['bigint']}n`;
  if (value['object'] === 'null') return 'null';
  const { type, operator, argument, name, quasis, expressions } = value;
  if (type === 'Identifier' && LITERAL_NAMES.has(String(name))) return String(name);
  if (type === 'UnaryExpression' && operator === '-' && isTree(argument) && typeof argument['number'] === 'string')
    return `-${argument['number']}`;
  if (type === 'TemplateLiteral' && expressions === undefined) return JSON.stringify(textOf(listOf(quasis)[0]));
  return undefined;
}

export const textOf = (element: unknown): string => {
  const value = isTree(element) ? element['value'] : undefined;
  return isTree(value) ? String(value['cooked'] ?? value['raw']) : '';
};
