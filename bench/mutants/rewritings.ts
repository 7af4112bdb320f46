/** Edits that change nothing, inside of one function: another form of the same condition, loop or sum. */
import { bodyEdit, neighbours, returnedBy } from './blocks.ts';
import { sitesOf } from './sites.ts';
import { referencesIn } from './names.ts';
import { boundBy, childOf, isFunction, type Node, nodesIn, operand, replaced, type Source, textOf } from './syntax.ts';
import type { Family } from './variant.ts';

const ifToTernary: Family = {
  name: 'if to ternary',
  *edits(source) {
    for (const [statement, next] of neighbours(source)) {
      const [first, second] = [returnedBy(childOf(statement, 'consequent')), returnedBy(next)];
      const test = childOf(statement, 'test');
      if (statement.type !== 'IfStatement' || first === undefined || second === undefined || test === undefined)
        continue;
      if (childOf(statement, 'alternate') !== undefined || next.type !== 'ReturnStatement') continue;
      const part = (node: Node): string => operand(source, node);
      yield [
        replaced({ start: statement.start, end: next.end }, `return ${part(test)} ? ${part(first)} : ${part(second)};`),
      ];
    }
  },
};

const ternaryToIf: Family = {
  name: 'ternary to if',
  *edits(source) {
    const written = (node: Node): string =>
      `{ if (${textOf(source, childOf(node, 'test') as Node)}) return ${textOf(source, childOf(node, 'consequent') as Node)}; return ${textOf(source, childOf(node, 'alternate') as Node)}; }`;
    for (const { node } of sitesOf(source, 'ReturnStatement')) {
      const value = childOf(node, 'argument');
      if (value?.type === 'ConditionalExpression') yield [replaced(node, written(value))];
    }
    for (const { node } of sitesOf(source, 'ArrowFunctionExpression')) {
      const body = childOf(node, 'body');
      if (body?.type === 'ConditionalExpression') yield [bodyEdit(source, node, body, written(body))];
    }
  },
};

const earlyReturnToElse: Family = {
  name: 'early return to else',
  *edits(source) {
    for (const [statement, next, rest] of neighbours(source)) {
      const consequent = childOf(statement, 'consequent');
      if (statement.type !== 'IfStatement' || consequent === undefined || childOf(statement, 'alternate') !== undefined)
        continue;
      const last = consequent.type === 'BlockStatement' ? nodesIn(consequent['body']).at(-1) : consequent;
      if (last?.type !== 'ReturnStatement' && last?.type !== 'ContinueStatement') continue;
      const whole = { start: next.start, end: (rest.at(-1) as Node).end };
      yield [replaced({ start: statement.end, end: whole.end }, ` else { ${textOf(source, whole)} }`)];
    }
  },
};

const turnedAround: Family = {
  name: 'branches turned around',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ConditionalExpression', 'IfStatement')) {
      const [test, first, second] = ['test', 'consequent', 'alternate'].map((key) => childOf(node, key));
      if (test === undefined || first === undefined || second === undefined || second.type === 'IfStatement') continue;
      const opposite =
        node.type === 'IfStatement'
          ? (each: Node) => `{ ${textOf(source, each)} }`
          : (each: Node) => operand(source, each);
      yield [
        replaced(test, negated(source, test)),
        replaced(first, opposite(second)),
        replaced(second, opposite(first)),
      ];
    }
  },
};

const OPPOSITE: Readonly<Record<string, string>> = { '===': '!==', '!==': '===' };

function negated(source: Source, test: Node): string {
  const opposite = test.type === 'BinaryExpression' ? OPPOSITE[String(test['operator'])] : undefined;
  if (opposite === undefined) return `!(${textOf(source, test)})`;
  return `${operand(source, childOf(test, 'left') as Node)} ${opposite} ${operand(source, childOf(test, 'right') as Node)}`;
}

const mirrored: Readonly<Record<string, string>> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '===': '===',
  '!==': '!==',
};

const comparisons: Family = {
  name: 'comparison mirrored',
  *edits(source) {
    for (const { node } of sitesOf(source, 'BinaryExpression')) {
      const other = mirrored[String(node['operator'])];
      if (other === undefined) continue;
      yield [
        replaced(
          node,
          `(${operand(source, childOf(node, 'right') as Node)} ${other} ${operand(source, childOf(node, 'left') as Node)})`,
        ),
      ];
    }
  },
};

const commuted: Family = {
  name: 'factors and summands in the other order',
  *edits(source) {
    for (const site of sitesOf(source, 'BinaryExpression')) {
      const { node } = site;
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      const isText = [left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string');
      // `a + b + c` rounds otherwise than `c + a + b`, where the sum has another order.
      const isLong = [left, right, site.parent].some(
        (each) => each?.type === 'BinaryExpression' && each['operator'] === node['operator'],
      );
      if (!['*', '+'].includes(String(node['operator'])) || isText || isLong) continue;
      yield [replaced(node, `(${operand(source, right)} ${String(node['operator'])} ${operand(source, left)})`)];
    }
  },
};

const deMorgan: Family = {
  name: 'De Morgan',
  *edits(source) {
    for (const site of sitesOf(source, 'LogicalExpression')) {
      const { node, parent, key } = site;
      const operator = String(node['operator']);
      if (key !== 'test' || parent === undefined || operator === '??') continue;
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      yield [
        replaced(node, `!(${negated(source, left)} ${operator === '&&' ? '||' : '&&'} ${negated(source, right)})`),
      ];
    }
  },
};

const compound: Family = {
  name: 'compound assignment spelled out',
  *edits(source) {
    for (const { node } of sitesOf(source, 'AssignmentExpression')) {
      const operator = String(node['operator']);
      const left = childOf(node, 'left') as Node;
      if (!['+=', '-=', '*='].includes(operator) || left['computed'] === true) continue;
      const target = textOf(source, left);
      yield [
        replaced(
          node,
          `${target} = ${target} ${operator.slice(0, 1)} ${operand(source, childOf(node, 'right') as Node)}`,
        ),
      ];
    }
    for (const { node, parent } of sitesOf(source, 'UpdateExpression'))
      if (parent?.type === 'ExpressionStatement')
        yield [
          replaced(
            node,
            `${textOf(source, childOf(node, 'argument') as Node)} ${String(node['operator']).slice(0, 1)}= 1`,
          ),
        ];
  },
};

const braces: Family = {
  name: 'braces around a statement',
  *edits(source) {
    for (const { node, key } of source.sites)
      if (
        ['consequent', 'alternate', 'body'].includes(key) &&
        /^(?:Expression|Return|Continue|Break)Statement$/.test(node.type)
      )
        yield [replaced(node, `{ ${textOf(source, node)} }`)];
  },
};

const loops: Family = {
  name: 'loop to forEach',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ForOfStatement')) {
      const [left, right, body] = ['left', 'right', 'body'].map((key) => childOf(node, key));
      const pattern = childOf(nodesIn(left?.['declarations'])[0], 'id');
      if (right === undefined || body?.type !== 'BlockStatement' || pattern === undefined || node['await'] === true)
        continue;
      const isPlain = !source.sites.some(
        ({ node: other, path }) =>
          path.includes(body) &&
          /^(?:Break|Continue|Return)Statement$|AwaitExpression/.test(other.type) &&
          !path.slice(path.indexOf(body)).some(isFunction),
      );
      if (isPlain)
        yield [
          replaced(
            node,
            `[...${operand(source, right)}].forEach((${textOf(source, pattern)}) => ${textOf(source, body)});`,
          ),
        ];
    }
  },
};

/** Two declarations of which neither names the other. */
const independent: Family = {
  name: 'independent statements in the other order',
  *edits(source) {
    for (const [one, other] of neighbours(source)) {
      if (one.type !== 'VariableDeclaration' || other.type !== 'VariableDeclaration') continue;
      const bound = nodesIn(one['declarations']).flatMap(({ id }) => boundBy(id));
      const used = new Set(referencesIn(source, other).map(({ node }) => node['name']));
      if (bound.some((name) => used.has(name))) continue;
      yield [replaced(one, textOf(source, other)), replaced(other, textOf(source, one))];
    }
  },
};

export const REWRITINGS: readonly Family[] = [
  ifToTernary,
  ternaryToIf,
  earlyReturnToElse,
  turnedAround,
  comparisons,
  commuted,
  deMorgan,
  compound,
  braces,
  loops,
  independent,
];
