/** Edits that mutation testing makes: operators, literals, conditions, statements, returns. */
import { put, sitesOf } from './sites.ts';
import {
  childOf,
  type Edit,
  isFunction,
  isReference,
  type Node,
  nodesIn,
  operand,
  replaced,
  runsLater,
  type Site,
  type Source,
  textOf,
} from './syntax.ts';
import type { Family } from './variant.ts';

/** What may take the place of an operator, by family. */
const OPERATORS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  arithmetic: { '+': ['-', '*'], '-': ['+', '/'], '*': ['/', '+'], '/': ['*', '-'], '%': ['*', '/'], '**': ['*'] },
  'relational boundary': { '<': ['<='], '<=': ['<'], '>': ['>='], '>=': ['>'] },
  relational: {
    '<': ['>'],
    '<=': ['>='],
    '>': ['<'],
    '>=': ['<='],
    '===': ['!=='],
    '!==': ['==='],
  },
  logical: { '&&': ['||'], '||': ['&&', '??'], '??': ['&&'] },
  '?? to ||': { '??': ['||'] },
  assignment: { '+=': ['-=', '='], '-=': ['+='], '*=': ['/=', '+='], '/=': ['*='], '??=': ['=', '||='] },
  update: { '++': ['--'], '--': ['++'] },
};

/** Where the operator stands between its operands, or before or behind its only one. */
function operatorEdit(source: Source, node: Node, operator: string, instead: string): Edit {
  const [left, right] = [childOf(node, 'left'), childOf(node, 'right')];
  const from = left?.end ?? node.start;
  const to = right?.start ?? node.end;
  const at = source.text.slice(from, to).indexOf(operator) + from;
  return replaced({ start: at, end: at + operator.length }, instead);
}

const operatorFamilies = Object.entries(OPERATORS).map(([name, table]): Family => ({
  name,
  *edits(source) {
    for (const { node } of source.sites) {
      const { operator } = node;
      if (typeof operator !== 'string' || node.type === 'UnaryExpression' || !Object.hasOwn(table, operator)) continue;
      for (const instead of table[operator] ?? []) {
        // `-a ** b` and mixing `??` with `||` are no syntax without brackets.
        const edit = operatorEdit(source, node, operator, instead);
        yield mixes(node)
          ? [
              replaced(
                node,
                `(${operand(source, childOf(node, 'left') as Node)} ${instead} ${operand(source, childOf(node, 'right') as Node)})`,
              ),
            ]
          : [edit];
      }
    }
  },
}));

const mixes = (node: Node): boolean => node.type === 'LogicalExpression';

const operandOnly: Family = {
  name: 'operand dropped',
  *edits(source) {
    for (const { node } of sitesOf(source, 'LogicalExpression', 'BinaryExpression'))
      for (const side of ['left', 'right']) yield [replaced(node, operand(source, childOf(node, side) as Node))];
  },
};

const unary: Family = {
  name: 'unary',
  *edits(source) {
    for (const { node } of sitesOf(source, 'UnaryExpression'))
      if (['-', '!', '+', '~'].includes(String(node['operator'])))
        yield [replaced(node, operand(source, childOf(node, 'argument') as Node))];
    for (const site of source.sites) {
      const { node, parent, key } = site;
      if (parent?.type !== 'BinaryExpression' || node.type === 'Literal' || key === 'operator') continue;
      if (['+', '-', '*', '/', '<', '>', '<=', '>='].includes(String(parent['operator'])))
        yield [replaced(node, `(-${operand(source, node)})`)];
    }
  },
};

const isKey = ({ parent, key }: Site): boolean =>
  parent?.type === 'Property' && key === 'key' && parent['computed'] !== true;

function literalFamily(name: string, others: (value: unknown, node: Node) => readonly string[]): Family {
  return {
    name,
    *edits(source) {
      for (const site of sitesOf(source, 'Literal')) {
        if (isKey(site)) continue;
        for (const other of others(site.node['value'], site.node)) yield [replaced(site.node, other)];
      }
    },
  };
}

const signed = (value: number): string => (value < 0 ? `(${value})` : String(value));

const numbers = literalFamily('literal ±1', (value) =>
  typeof value === 'number' ? [signed(value + 1), signed(value - 1)] : [],
);
const numbersAfar = literalFamily('literal changed', (value) => {
  if (typeof value === 'boolean') return [String(!value)];
  return typeof value === 'number' && value !== 0 ? ['0', signed(-value), signed(value * 1.01)] : [];
});
const strings = literalFamily('string', (value) => {
  if (typeof value !== 'string') return [];
  const other = value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase();
  return ["''", JSON.stringify(`${value} `), JSON.stringify(other), JSON.stringify(value.slice(0, -1))];
});
const expressions = literalFamily('regular expression', (_, { regex }) => {
  if (typeof regex !== 'object' || regex === null) return [];
  const { pattern, flags } = regex as { pattern: string; flags: string };
  const others = [
    pattern.replace(/^\^/, ''),
    pattern.replace(/\$$/, ''),
    pattern.replace('+', '*'),
    pattern.replace('{2}', '{1}'),
  ];
  const texts = others.filter((other) => other !== pattern && other !== '').map((other) => `/${other}/${flags}`);
  return [...texts, `/${pattern}/${flags.includes('i') ? flags.replace('i', '') : `${flags}i`}`];
});

const templateText: Family = {
  name: 'string',
  *edits(source) {
    for (const { node } of sitesOf(source, 'TemplateLiteral')) {
      const parts = nodesIn(node['quasis']);
      for (const part of parts) {
        const { raw } = part['value'] as { raw: string };
        if (raw === '') continue;
        const at = source.text.indexOf(raw, part.start);
        yield [replaced({ start: at, end: at + raw.length }, '')];
        yield [replaced({ start: at, end: at + raw.length }, `${raw} `)];
      }
    }
  },
};

const conditions: Family = {
  name: 'condition negated',
  *edits(source) {
    for (const { node } of sitesOf(source, 'IfStatement', 'ConditionalExpression', 'WhileStatement', 'ForStatement')) {
      const test = childOf(node, 'test');
      if (test !== undefined) yield [replaced(test, `!(${textOf(source, test)})`)];
    }
    for (const { node, parent } of sitesOf(source, 'ArrowFunctionExpression')) {
      const body = childOf(node, 'body');
      const callee = childOf(parent, 'callee');
      if (
        body === undefined ||
        !['filter', 'some', 'every', 'find'].includes(String(childOf(callee, 'property')?.['name']))
      )
        continue;
      if (body.type !== 'BlockStatement') yield [replaced(body, `!(${textOf(source, body)})`)];
    }
  },
};

const conditionsFixed: Family = {
  name: 'condition fixed',
  *edits(source) {
    for (const { node } of sitesOf(source, 'IfStatement', 'ConditionalExpression')) {
      const test = childOf(node, 'test') as Node;
      yield [replaced(test, 'true')];
      yield [replaced(test, 'false')];
    }
  },
};

const statements: Family = {
  name: 'statement deleted',
  *edits(source) {
    for (const site of sitesOf(
      source,
      'ExpressionStatement',
      'IfStatement',
      'ForOfStatement',
      'ForStatement',
      'ThrowStatement',
    ))
      if (runsLater(site)) yield [replaced(site.node, ';')];
    for (const { node } of sitesOf(source, 'IfStatement')) {
      const other = childOf(node, 'alternate');
      if (other !== undefined)
        yield [replaced({ start: (childOf(node, 'consequent') as Node).end, end: node.end }, '')];
    }
  },
};

const jumps: Family = {
  name: 'break/continue/return removed',
  *edits(source) {
    for (const { node } of sitesOf(source, 'BreakStatement', 'ContinueStatement')) {
      yield [replaced(node, ';')];
      yield [replaced(node, node.type === 'BreakStatement' ? 'continue;' : 'break;')];
    }
    for (const { node, path } of sitesOf(source, 'ReturnStatement'))
      if (!isFunction(path.at(-2)) || path.at(-1)?.type !== 'BlockStatement') yield [replaced(node, ';')];
  },
};

const returns: Family = {
  name: 'return value',
  *edits(source) {
    const others = (node: Node): string[] => {
      const text = textOf(source, node);
      const empty = node.type === 'ArrayExpression' ? '[]' : node.type === 'ObjectExpression' ? '({})' : '0';
      return ['undefined', 'null', empty].filter((other) => other !== text && !(text === '{}' && other === '({})'));
    };
    for (const { node } of sitesOf(source, 'ReturnStatement')) {
      const value = childOf(node, 'argument');
      if (value !== undefined) for (const other of others(value)) yield [replaced(value, other)];
    }
    for (const { node } of sitesOf(source, 'ArrowFunctionExpression')) {
      const body = childOf(node, 'body');
      if (body === undefined || body.type === 'BlockStatement' || body.type === 'ObjectExpression') continue;
      for (const other of others(body)) yield [replaced(body, other)];
    }
  },
};

const identifiers: Family = {
  name: 'another variable',
  *edits(source) {
    for (const site of source.sites) {
      if (!isReference(site) || !runsLater(site) || site.parent?.type === 'CallExpression') continue;
      // A variable that is used nearby is likely to be in scope, and of a like type.
      const near = source.sites.filter(
        (other) =>
          isReference(other) &&
          other.parent?.type !== 'CallExpression' &&
          other.path.at(-3) === site.path.at(-3) &&
          other.node['name'] !== site.node['name'],
      );
      const names = [...new Set(near.map(({ node }) => String(node['name'])))];
      for (const name of names.slice(0, 2)) yield [put(site, name)];
    }
  },
};

const branches: Family = {
  name: 'branches swapped',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ConditionalExpression', 'IfStatement')) {
      const [first, second] = [childOf(node, 'consequent'), childOf(node, 'alternate')];
      if (first === undefined || second === undefined) continue;
      yield [replaced(first, textOf(source, second)), replaced(second, textOf(source, first))];
    }
  },
};

export const MUTATIONS: readonly Family[] = [
  ...operatorFamilies,
  operandOnly,
  unary,
  numbers,
  numbersAfar,
  strings,
  templateText,
  expressions,
  conditions,
  conditionsFixed,
  statements,
  jumps,
  returns,
  identifiers,
  branches,
];
