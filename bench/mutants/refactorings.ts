/** Edits that change nothing, as people and tools make them: what is extracted, inlined, moved, and put in another order. */
import { posix } from 'node:path';
import { put, sitesOf } from './sites.ts';
import { freeLocals, isExported, namesBoundBelow, referencesIn, topLevel, usesOf } from './names.ts';
import {
  applied,
  childOf,
  type Edit,
  functionAround,
  inserted,
  isFunction,
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

/** The top-level statement around it. */
const statementOf = ({ path, node }: Site): Node => path[0] ?? node;

const isKey = ({ parent, key }: Site): boolean =>
  parent?.type === 'Property' && key === 'key' && parent['computed'] !== true;

const extractConstant: Family = {
  name: 'extract a constant',
  *edits(source) {
    for (const site of sitesOf(source, 'Literal')) {
      const { value } = site.node;
      if (!runsLater(site) || isKey(site) || (typeof value !== 'number' && typeof value !== 'string')) continue;
      yield [
        inserted(statementOf(site).start, `const EXTRACTED = ${textOf(source, site.node)};\n`),
        put(site, 'EXTRACTED'),
      ];
    }
  },
};

/** Nothing of it may be assigned, awaited or bound to a `this`. */
const UNMOVABLE = new Set([
  'AwaitExpression',
  'AssignmentExpression',
  'UpdateExpression',
  'ThisExpression',
  'YieldExpression',
]);

const isMovable = (source: Source, site: Site): boolean =>
  !source.sites.some(({ node, path }) => (node === site.node || path.includes(site.node)) && UNMOVABLE.has(node.type));

/** Inside of `a?.b.c` only the whole is an expression; a method is called on its object. */
const isWhole = ({ parent, key }: Site): boolean =>
  parent?.type !== 'ChainExpression' &&
  key !== 'callee' &&
  key !== 'object' &&
  key !== 'params' &&
  !(key === 'left' && parent?.type === 'AssignmentExpression') &&
  parent?.type !== 'UpdateExpression';

const extractFunction: Family = {
  name: 'extract a function',
  *edits(source) {
    for (const site of sitesOf(
      source,
      'BinaryExpression',
      'CallExpression',
      'ConditionalExpression',
      'LogicalExpression',
      'MemberExpression',
    )) {
      if (!runsLater(site) || !isWhole(site) || !isMovable(source, site) || site.node.end - site.node.start < 12)
        continue;
      if (
        site.path.some(
          (node, at) => isFunction(node) && nodesIn(node['params']).includes(site.path[at + 1] ?? site.node),
        )
      )
        continue;
      const names = freeLocals(source, site).join(', ');
      const text = textOf(source, site.node);
      yield [
        inserted(statementOf(site).start, `const extracted = (${names}) => (${text});\n`),
        put(site, `extracted(${names})`),
      ];
    }
  },
};

const extractVariable: Family = {
  name: 'extract a variable',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ReturnStatement')) {
      const value = childOf(node, 'argument');
      if (value !== undefined && value.type !== 'Identifier')
        yield [replaced(node, `{ const extracted = ${textOf(source, value)}; return extracted; }`)];
    }
  },
};

/** What is evaluated first, into a statement of its own. */
const splitStatement: Family = {
  name: 'split a statement in two',
  *edits(source) {
    for (const site of sitesOf(source, 'VariableDeclaration', 'ReturnStatement')) {
      if (!runsLater(site) || site.parent?.type !== 'BlockStatement') continue;
      const value = childOf(nodesIn(site.node['declarations'])[0], 'init') ?? childOf(site.node, 'argument');
      const first = value === undefined ? undefined : firstOf(value);
      if (first === undefined || first.type === 'Identifier' || first.type === 'Literal' || isFunction(first)) continue;
      yield [inserted(site.node.start, `const part = ${textOf(source, first)};\n`), replaced(first, 'part')];
    }
  },
};

function firstOf(value: Node): Node | undefined {
  if (value.type === 'BinaryExpression') return childOf(value, 'left');
  if (value.type === 'ConditionalExpression') return childOf(value, 'test');
  if (value.type !== 'CallExpression') return undefined;
  const callee = childOf(value, 'callee');
  // A method's object comes before what the method is given.
  return callee?.type === 'MemberExpression' ? childOf(callee, 'object') : nodesIn(value['arguments'])[0];
}

const inlineConstant: Family = {
  name: 'inline a constant',
  *edits(source) {
    for (const [name, statement] of topLevel(source)) {
      const [declarator, ...others] =
        statement.type === 'VariableDeclaration' ? nodesIn(statement['declarations']) : [];
      const init = childOf(declarator, 'init');
      if (
        init === undefined ||
        others.length > 0 ||
        !['Literal', 'BinaryExpression', 'UnaryExpression'].includes(init.type)
      )
        continue;
      const uses = usesOf(source, name);
      if (uses.length > 0) yield [replaced(statement, ''), ...uses.map((use) => put(use, operand(source, init)))];
    }
  },
};

const inlineVariable: Family = {
  name: 'inline a variable',
  *edits(source) {
    for (const site of sitesOf(source, 'VariableDeclaration')) {
      const [declarator, ...others] = nodesIn(site.node['declarations']);
      const [name, init] = [childOf(declarator, 'id')?.['name'], childOf(declarator, 'init')];
      const block = site.parent;
      if (typeof name !== 'string' || init === undefined || others.length > 0 || block?.type !== 'BlockStatement')
        continue;
      const list = nodesIn(block['body']);
      const next = list[list.indexOf(site.node) + 1];
      const uses = usesOf(source, name).filter(({ path }) => path.includes(block));
      const [use] = uses;
      if (use === undefined || uses.length > 1 || next === undefined || !use.path.includes(next)) continue;
      if (
        functionAround(use) !== functionAround(site) ||
        use.path.some(
          ({ type }) =>
            /^(?:For|While)/.test(type) &&
            use.path.indexOf(block) < use.path.length &&
            list.includes(next) &&
            type === next.type,
        )
      )
        continue;
      yield [replaced(site.node, ''), put(use, operand(source, init))];
    }
  },
};

const inlineFunction: Family = {
  name: 'inline a function',
  *edits(source) {
    for (const [name, statement] of topLevel(source)) {
      const arrow = childOf(
        statement.type === 'VariableDeclaration' ? nodesIn(statement['declarations'])[0] : undefined,
        'init',
      );
      const body = childOf(arrow, 'body');
      if (arrow?.type !== 'ArrowFunctionExpression' || body === undefined || body.type === 'BlockStatement') continue;
      const params = nodesIn(arrow['params']);
      const uses = usesOf(source, name);
      const isCall = ({ parent, key }: Site): boolean =>
        parent?.type === 'CallExpression' &&
        key === 'callee' &&
        nodesIn(parent['arguments']).every(({ type }) => SIMPLE.has(type));
      if (uses.length === 0 || !uses.every(isCall) || params.some(({ type }) => type !== 'Identifier')) continue;
      if (namesBoundBelow(source, body).size > 0) continue;
      const written = (call: Node): string => {
        const given = nodesIn(call['arguments']);
        const edits = referencesIn(source, body).flatMap((use): Edit[] => {
          const at = params.findIndex((param) => param['name'] === use.node['name']);
          const argument = given[at];
          return at === -1 ? [] : [put(use, argument === undefined ? 'undefined' : operand(source, argument))];
        });
        const moved = edits.map(({ start, end, text }) => ({ start: start - body.start, end: end - body.start, text }));
        return `(${applied(textOf(source, body), moved)})`;
      };
      yield [replaced(statement, ''), ...uses.map(({ parent }) => replaced(parent as Node, written(parent as Node)))];
    }
  },
};

const SIMPLE = new Set(['Identifier', 'Literal', 'MemberExpression']);

/** With all that it alone may take along: what it names must not be imported. */
const moveHelper: Family = {
  name: 'move a helper to another module',
  *edits(source) {
    const known = topLevel(source);
    for (const [name, statement] of known) {
      if (!isHelper(statement)) continue;
      const moved = new Map<string, Node>([[name, statement]]);
      let queue = [statement];
      let isAllowed = true;
      while (queue.length > 0) {
        const names = queue.flatMap((each) => referencesIn(source, each)).map(({ node }) => String(node['name']));
        queue = [];
        for (const used of names) {
          const declared = known.get(used);
          if (declared === undefined || moved.has(used)) continue;
          if (!isHelper(declared) && !isConstant(declared)) isAllowed = false;
          moved.set(used, declared);
          queue.push(declared);
        }
      }
      const statements = [...new Set(moved.values())].toSorted((a, b) => a.start - b.start);
      if (!isAllowed || statements.some(isExported)) continue;
      const first = source.body.find(({ type }) => type !== 'ImportDeclaration') as Node;
      const path = posix.relative(posix.dirname(source.module), 'lib/moved.ts');
      yield {
        edits: [
          inserted(first.start, `import { ${[...moved.keys()].join(', ')} } from '${path}';\n`),
          ...statements.map((each) => replaced(each, '')),
        ],
        added: { 'lib/moved.ts': statements.map((each) => `export ${textOf(source, each)}\n`).join('') },
      };
    }
  },
};

function isHelper(statement: Node): boolean {
  if (statement.type === 'FunctionDeclaration') return true;
  return isFunction(childOf(nodesIn(statement['declarations'])[0], 'init'));
}

const isConstant = (statement: Node): boolean =>
  ['Literal', 'BinaryExpression', 'ArrayExpression', 'ObjectExpression'].includes(
    childOf(nodesIn(statement['declarations'])[0], 'init')?.type ?? '',
  );

const reorderDeclarations: Family = {
  name: 'reorder declarations',
  *edits(source) {
    const helpers = source.body.filter((each) => isHelper(childOf(each, 'declaration') ?? each));
    const first = source.body.find(({ type }) => type !== 'ImportDeclaration') as Node;
    for (const each of helpers) {
      if (each !== first) yield [inserted(first.start, `${textOf(source, each)}\n`), replaced(each, '')];
      yield [replaced(each, ''), inserted(source.text.length, `${textOf(source, each)}\n`)];
    }
  },
};

export const REFACTORINGS_OF_PARTS: readonly Family[] = [
  extractConstant,
  extractFunction,
  extractVariable,
  splitStatement,
  inlineConstant,
  inlineVariable,
  inlineFunction,
  moveHelper,
  reorderDeclarations,
];
