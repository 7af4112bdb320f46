/** Edits of calls: another method, none, other arguments, another order, one more or one less. */
import { sitesOf } from './sites.ts';
import { childOf, type Edit, methodOf, type Node, nodesIn, operand, replaced, type Source, textOf } from './syntax.ts';
import type { Family } from './variant.ts';

/** A method to others of the same shape. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  startsWith: ['includes', 'endsWith'],
  includes: ['startsWith', 'endsWith'],
  endsWith: ['includes'],
  min: ['max'],
  max: ['min'],
  some: ['every'],
  every: ['some'],
  floor: ['ceil', 'round', 'trunc'],
  ceil: ['floor', 'round'],
  round: ['floor', 'trunc'],
  trunc: ['floor', 'round'],
  find: ['findLast'],
  findLast: ['find'],
  findIndex: ['findLastIndex'],
  indexOf: ['lastIndexOf'],
  lastIndexOf: ['indexOf'],
  push: ['unshift'],
  unshift: ['push'],
  pop: ['shift'],
  shift: ['pop'],
  keys: ['values'],
  values: ['keys'],
  entries: ['keys'],
  toUpperCase: ['toLowerCase'],
  toLowerCase: ['toUpperCase'],
  trim: ['trimStart', 'trimEnd'],
  trimStart: ['trim'],
  trimEnd: ['trim'],
  padStart: ['padEnd'],
  padEnd: ['padStart'],
  replace: ['replaceAll'],
  replaceAll: ['replace'],
  sqrt: ['cbrt'],
  log: ['log2', 'log1p'],
  abs: ['sign'],
  slice: ['with'],
  reduce: ['reduceRight'],
  toFixed: ['toPrecision'],
  getUTCDate: ['getUTCDay'],
  getUTCDay: ['getUTCDate'],
  getUTCMonth: ['getUTCDay', 'getUTCDate'],
  getUTCFullYear: ['getFullYear'],
  add: ['delete'],
  set: ['get'],
};

/** Methods that may be left out, so that what they are called on remains. */
const DROPPABLE = new Set([
  'trim',
  'trimStart',
  'trimEnd',
  'toLowerCase',
  'toUpperCase',
  'normalize',
  'sort',
  'toSorted',
  'reverse',
  'toReversed',
  'filter',
  'slice',
  'map',
  'replace',
  'replaceAll',
  'flat',
  'padStart',
  'padEnd',
  'concat',
]);

const calls = (source: Source) =>
  [...sitesOf(source, 'CallExpression')].map((site) => ({
    site,
    method: methodOf(site.node),
    callee: childOf(site.node, 'callee') as Node,
    given: nodesIn(site.node['arguments']),
  }));

const methods: Family = {
  name: 'method swapped',
  *edits(source) {
    for (const { method, callee } of calls(source))
      for (const other of METHODS[method ?? ''] ?? []) yield [replaced(childOf(callee, 'property') as Node, other)];
  },
};

const methodsDropped: Family = {
  name: 'method dropped',
  *edits(source) {
    for (const { site, method, callee, given } of calls(source)) {
      const object = childOf(callee, 'object');
      const [first] = given;
      if (method === 'sort' || method === 'toSorted' || object === undefined) continue;
      if (method !== undefined && DROPPABLE.has(method)) yield [replaced(site.node, textOf(source, object))];
      if (object['name'] === 'Math' && first !== undefined) yield [replaced(site.node, operand(source, first))];
      if (object['name'] === 'Math' && given[1] !== undefined) yield [replaced(site.node, operand(source, given[1]))];
    }
  },
};

const sorts: Family = {
  name: 'sort removed or reversed',
  *edits(source) {
    for (const { site, method, callee, given } of calls(source)) {
      if (method !== 'sort' && method !== 'toSorted') continue;
      yield [replaced(site.node, textOf(source, childOf(callee, 'object') as Node))];
      yield [replaced(site.node, `${textOf(source, site.node)}.reverse()`)];
      const [compare] = given;
      if (compare === undefined) continue;
      yield [replaced(compare, '')];
      const [a, b] = nodesIn(compare['params']);
      if (a !== undefined && b !== undefined) yield [replaced(a, textOf(source, b)), replaced(b, textOf(source, a))];
    }
  },
};

const swapped = (source: Source, a: Node, b: Node): Edit[] => [
  replaced(a, textOf(source, b)),
  replaced(b, textOf(source, a)),
];

const argumentsSwapped: Family = {
  name: 'argument swap',
  *edits(source) {
    for (const { given } of calls(source))
      for (const [at, argument] of given.entries()) {
        const next = given[at + 1];
        if (next !== undefined) yield swapped(source, argument, next);
      }
  },
};

const operands: Family = {
  name: 'operand swap',
  *edits(source) {
    for (const { node } of sitesOf(source, 'BinaryExpression')) {
      if (!['-', '/', '%', '**', '<', '<=', '>', '>='].includes(String(node['operator']))) continue;
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      yield [replaced(left, operand(source, right)), replaced(right, operand(source, left))];
    }
  },
};

const offByOne: Family = {
  name: 'off by one',
  *edits(source) {
    for (const { node } of sitesOf(source, 'MemberExpression')) {
      const property = childOf(node, 'property') as Node;
      if (node['computed'] === true && property.type !== 'Literal') {
        yield [replaced(property, `${operand(source, property)} + 1`)];
        yield [replaced(property, `${operand(source, property)} - 1`)];
      }
      if (property['name'] === 'length') {
        yield [replaced(node, `(${textOf(source, node)} - 1)`)];
        yield [replaced(node, `(${textOf(source, node)} + 1)`)];
      }
    }
    for (const { method, given } of calls(source)) {
      if (!['slice', 'at', 'splice', 'with'].includes(method ?? '')) continue;
      for (const each of given) {
        yield [replaced(each, `${operand(source, each)} + 1`)];
        yield [replaced(each, `${operand(source, each)} - 1`)];
      }
    }
  },
};

const awaits: Family = {
  name: 'await removed',
  *edits(source) {
    for (const { node } of sitesOf(source, 'AwaitExpression'))
      yield [replaced(node, operand(source, childOf(node, 'argument') as Node))];
  },
};

export const MUTATIONS_OF_CALLS: readonly Family[] = [
  methods,
  methodsDropped,
  sorts,
  argumentsSwapped,
  operands,
  offByOne,
  awaits,
];
