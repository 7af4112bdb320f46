/**
 * Edits that keep every part of the code and change where it stands: what looks at the parts alone takes each of them for
 * cosmetic, so these are the hardest.
 */
import { put, sitesOf } from './sites.ts';
import {
  childOf,
  type Edit,
  functionAround,
  isReference,
  methodOf,
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

/** The declaration around: swaps stay inside of one. */
const home = ({ path, node }: Site): Node => path[0] ?? node;

/** Pairs that differ in text and of which none holds the other, at most `most` for each site. */
function* pairs(source: Source, sites: readonly Site[], most: number): Generator<readonly [Site, Site]> {
  for (const [at, one] of sites.entries()) {
    let count = 0;
    for (const other of sites.slice(at + 1)) {
      if (count === most || home(other) !== home(one)) break;
      const nested = other.node.start < one.node.end && one.node.start < other.node.end;
      if (nested || textOf(source, one.node) === textOf(source, other.node)) continue;
      count++;
      yield [one, other];
    }
  }
}

/** The child of that name, as a site. */
const below = ({ node, path }: Site, key: string): Site => ({
  node: childOf(node, key) as Node,
  parent: node,
  key,
  path: [...path, node],
});

const swap = (source: Source, [one, other]: readonly [Site, Site]): Edit[] => [
  put(one, operand(source, other.node)),
  put(other, operand(source, one.node)),
];

const literals = (kind: 'number' | 'string', name: string): Family => ({
  name,
  *edits(source) {
    const sites = [...sitesOf(source, 'Literal')].filter(
      ({ node, parent, key }) => typeof node['value'] === kind && !(parent?.type === 'Property' && key === 'key'),
    );
    for (const pair of pairs(source, sites, 4)) yield swap(source, pair);
  },
});

const references: Family = {
  name: 'two variables swapped',
  *edits(source) {
    const sites = source.sites.filter(
      (site) =>
        isReference(site) && runsLater(site) && !(site.parent?.type === 'CallExpression' && site.key === 'callee'),
    );
    for (const pair of pairs(source, sites, 3)) yield swap(source, pair);
  },
};

const memberNames: Family = {
  name: 'two members swapped',
  *edits(source) {
    const sites = [...sitesOf(source, 'MemberExpression')]
      .filter((site) => site.node['computed'] !== true && runsLater(site))
      .map((site) => below(site, 'property'));
    for (const pair of pairs(source, sites, 3)) yield swap(source, pair);
  },
};

const operators: Family = {
  name: 'two operators swapped',
  *edits(source) {
    const between = ({ node }: Site): Edit => {
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      const operator = String(node['operator']);
      const start = left.end + source.text.slice(left.end, right.start).indexOf(operator);
      return replaced({ start, end: start + operator.length }, operator);
    };
    const sites = [...sitesOf(source, 'BinaryExpression', 'AssignmentExpression')];
    for (const [at, one] of sites.entries()) {
      const others = sites
        .slice(at + 1)
        .filter((other) => home(other) === home(one) && other.node.type === one.node.type)
        .filter(
          (other) => isOrder(other.node) === isOrder(one.node) && other.node['operator'] !== one.node['operator'],
        );
      for (const other of others.slice(0, 3)) {
        const [first, second] = [between(one), between(other)];
        yield [
          { ...first, text: second.text },
          { ...second, text: first.text },
        ];
      }
    }
  },
};

const isOrder = ({ operator }: Node): boolean =>
  /[<>=!]=?=?/.test(String(operator)) && !/^.=$/.test(String(operator).replace(/[<>!=]=/, '<'));

const methods: Family = {
  name: 'two methods swapped',
  *edits(source) {
    const sites = [...sitesOf(source, 'CallExpression')]
      .filter((site) => methodOf(site.node) !== undefined && runsLater(site))
      .map((site) => below(below(site, 'callee'), 'property'));
    for (const pair of pairs(source, sites, 2)) yield swap(source, pair);
  },
};

const conditions: Family = {
  name: 'two conditions swapped',
  *edits(source) {
    const sites = [...sitesOf(source, 'IfStatement', 'ConditionalExpression')].map((site) => below(site, 'test'));
    for (const pair of pairs(source, sites, 3)) yield swap(source, pair);
  },
};

const results: Family = {
  name: 'two results swapped',
  *edits(source) {
    const sites = source.sites.filter(
      ({ parent, key }) =>
        (parent?.type === 'ReturnStatement' && key === 'argument') ||
        (parent?.type === 'ConditionalExpression' && key !== 'test') ||
        (parent?.type === 'Property' && key === 'value' && parent['shorthand'] !== true && parent['method'] !== true),
    );
    for (const pair of pairs(source, sites.filter(runsLater), 3)) yield swap(source, pair);
  },
};

const argumentsOfTwo: Family = {
  name: 'arguments of two calls swapped',
  *edits(source) {
    const sites = source.sites.filter(({ key, parent }) => key === 'arguments' && parent?.type === 'CallExpression');
    for (const pair of pairs(source, sites.filter(runsLater), 2)) yield swap(source, pair);
  },
};

/** `const A = 5; const B = 7;` to `const A = 7; const B = 5;`. */
const constants: Family = {
  name: 'two constants swapped',
  *edits(source) {
    const values = source.body.flatMap((statement) => {
      const declaration = childOf(statement, 'declaration') ?? statement;
      return declaration.type === 'VariableDeclaration'
        ? nodesIn(declaration['declarations']).map((each) => childOf(each, 'init'))
        : [];
    });
    const plain = values.filter((value) => value !== undefined && isPlain(value)) as Node[];
    for (const [at, value] of plain.entries())
      for (const other of plain.slice(at + 1))
        if (value.type === other.type && textOf(source, value) !== textOf(source, other))
          yield [replaced(value, textOf(source, other)), replaced(other, textOf(source, value))];
  },
};

const isPlain = ({ type }: Node): boolean =>
  [
    'Literal',
    'BinaryExpression',
    'UnaryExpression',
    'ArrayExpression',
    'ObjectExpression',
    'ArrowFunctionExpression',
  ].includes(type);

/** A condition from one place to another: `if (a) x; if (b) y` to `if (a && b) …` keeps no parts, a moved `&&` operand does. */
const operandsMoved: Family = {
  name: 'operands of two expressions swapped',
  *edits(source) {
    const sites = source.sites.filter(
      (site) => isOperand(site.parent) && runsLater(site) && functionAround(site) !== undefined,
    );
    for (const pair of pairs(source, sites, 3)) yield swap(source, pair);
  },
};

const isOperand = (parent: Node | undefined): boolean =>
  parent?.type === 'BinaryExpression' || parent?.type === 'LogicalExpression';

export const REARRANGEMENTS: readonly Family[] = [
  literals('number', 'two numbers swapped'),
  literals('string', 'two strings swapped'),
  references,
  memberNames,
  operators,
  methods,
  conditions,
  results,
  argumentsOfTwo,
  constants,
  operandsMoved,
];
