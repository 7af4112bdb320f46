/** Edits of what is looked up and what stands in tables: keys, elements, members, defaults, case and space of texts, dates. */
import { put, sitesOf } from './sites.ts';
import {
  childOf,
  type Edit,
  methodOf,
  type Node,
  nodesIn,
  operand,
  replaced,
  runsLater,
  type Source,
  textOf,
} from './syntax.ts';
import type { Family } from './variant.ts';

const calls = (source: Source) =>
  [...sitesOf(source, 'CallExpression')].map((site) => ({
    site,
    method: methodOf(site.node),
    callee: childOf(site.node, 'callee') as Node,
    given: nodesIn(site.node['arguments']),
  }));

const swapped = (source: Source, a: Node, b: Node): Edit[] => [
  replaced(a, textOf(source, b)),
  replaced(b, textOf(source, a)),
];

const elements: Family = {
  name: 'array element swap',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ArrayExpression')) {
      const list = nodesIn(node['elements']);
      for (const [at, element] of list.entries()) {
        const next = list[at + 1];
        if (next === undefined) continue;
        yield swapped(source, element, next);
        yield [replaced({ start: element.start, end: next.start }, '')];
      }
    }
  },
};

const properties: Family = {
  name: 'object value swap',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ObjectExpression')) {
      const list = nodesIn(node['properties']);
      for (const [at, property] of list.entries()) {
        const next = list[at + 1];
        if (next === undefined || next.type !== 'Property' || property.type !== 'Property') continue;
        const [a, b] = [childOf(property, 'value'), childOf(next, 'value')];
        if (a === undefined || b === undefined || property['method'] === true || next['method'] === true) continue;
        const key = (each: Node): string => textOf(source, childOf(each, 'key') as Node);
        yield [
          replaced(property, `${key(property)}: ${textOf(source, b)}`),
          replaced(next, `${key(next)}: ${textOf(source, a)}`),
        ];
        yield [replaced({ start: property.start, end: next.start }, '')];
      }
    }
  },
};

const chaining: Family = {
  name: 'optional chaining dropped',
  *edits(source) {
    for (const { node } of sitesOf(source, 'MemberExpression', 'CallExpression')) {
      if (node['optional'] !== true) continue;
      const at = (childOf(node, 'object') ?? childOf(node, 'callee') ?? node).end;
      const call = node['computed'] === true || node.type === 'CallExpression';
      yield [replaced({ start: at, end: at + 2 }, call ? '' : '.')];
    }
  },
};

const defaults: Family = {
  name: 'default changed',
  *edits(source) {
    for (const { node } of sitesOf(source, 'AssignmentPattern')) {
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      yield [replaced(node, textOf(source, left))];
      if (typeof right['value'] === 'number') yield [replaced(right, String(right['value'] + 1))];
      if (typeof right['value'] === 'string') yield [replaced(right, JSON.stringify(`${right['value']}x`))];
    }
    for (const site of sitesOf(source, 'LogicalExpression')) {
      const right = childOf(site.node, 'right') as Node;
      if (site.node['operator'] === '??' && typeof right['value'] === 'number')
        yield [replaced(right, String(right['value'] + 1))];
    }
  },
};

/** Texts that are looked up, compared or searched. */
function* lookedUp(source: Source): Generator<Node> {
  for (const site of source.sites) {
    if (!runsLater(site)) continue;
    const { node } = site;
    if (node.type === 'MemberExpression' && node['computed'] === true) {
      const property = childOf(node, 'property') as Node;
      if (property.type !== 'Literal' && property.type !== 'UpdateExpression') yield property;
    }
    if (['get', 'has', 'includes'].includes(methodOf(node) ?? '')) {
      const [first] = nodesIn(node['arguments']);
      if (first !== undefined && first.type !== 'Literal') yield first;
    }
    if (node.type === 'BinaryExpression' && ['===', '!=='].includes(String(node['operator']))) {
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      if (typeof right['value'] === 'string' && left.type !== 'UnaryExpression') yield left;
    }
    if (['startsWith', 'endsWith'].includes(methodOf(node) ?? ''))
      yield childOf(childOf(node, 'callee'), 'object') as Node;
    if (node['type'] === 'MemberExpression' && childOf(node, 'property')?.['name'] === 'length') {
      const object = childOf(node, 'object') as Node;
      if (/name|text|code|title|path|at|word/i.test(textOf(source, object))) yield object;
    }
  }
}

const texts: Family = {
  name: 'case, trim, normalize, prefix',
  *edits(source) {
    for (const node of lookedUp(source))
      for (const call of ['trim()', 'toUpperCase()', 'toLowerCase()', 'normalize()', 'slice(1)', 'slice(0, 3)'])
        yield [replaced(node, `${operand(source, node)}.${call}`)];
  },
};

const dates: Family = {
  name: 'date-time offsets',
  *edits(source) {
    for (const { site, method, callee, given } of calls(source)) {
      const object = childOf(callee, 'object');
      const [from, to] = given;
      if (method === 'slice' && object !== undefined && from?.['value'] === 0 && typeof to?.['value'] === 'number')
        if ([4, 7, 10].includes(to['value']))
          yield [replaced(site.node, `new Date(${textOf(source, object)}).toISOString().slice(0, ${to['value']})`)];
      if (/^(?:get|set)UTC/.test(method ?? ''))
        yield [replaced(childOf(callee, 'property') as Node, (method ?? '').replace('UTC', ''))];
      if (method === 'parse' && object?.['name'] === 'Date' && from !== undefined)
        yield [replaced(from, `${operand(source, from)}.slice(0, 10)`)];
    }
    for (const { node } of sitesOf(source, 'NewExpression')) {
      const [only, ...others] = nodesIn(node['arguments']);
      if (childOf(node, 'callee')?.['name'] !== 'Date' || only === undefined || others.length > 0) continue;
      if (only.type === 'Identifier' || only.type === 'MemberExpression')
        yield [replaced(only, `String(${textOf(source, only)}).slice(0, 10)`)];
    }
  },
};

const keys: Family = {
  name: 'key of a table',
  *edits(source) {
    for (const { node, parent, key } of sitesOf(source, 'Identifier', 'Literal')) {
      if (parent?.type !== 'Property' || key !== 'key' || parent['shorthand'] === true || parent['computed'] === true)
        continue;
      const name = String(node['name'] ?? node['value']);
      // A table, not what a library is told.
      if (!/^[A-Z]{2,}$|^\d/.test(name)) continue;
      yield [replaced(node, JSON.stringify(name.toLowerCase()))];
      yield [replaced(node, JSON.stringify(`${name}x`))];
    }
  },
};

/** Members of the same object, as its pattern or its uses name them. */
const members: Family = {
  name: 'another member',
  *edits(source) {
    const used = new Map<string, Set<string>>();
    for (const { node } of sitesOf(source, 'MemberExpression')) {
      if (node['computed'] === true) continue;
      const object = textOf(source, childOf(node, 'object') as Node);
      used.set(object, (used.get(object) ?? new Set()).add(String(childOf(node, 'property')?.['name'])));
    }
    for (const site of sitesOf(source, 'MemberExpression')) {
      const { node } = site;
      if (node['computed'] === true || !runsLater(site)) continue;
      const property = childOf(node, 'property') as Node;
      const others = [...(used.get(textOf(source, childOf(node, 'object') as Node)) ?? [])].filter(
        (other) => other !== property['name'],
      );
      if (['Math', 'Object', 'Number', 'z'].includes(String(childOf(node, 'object')?.['name']))) continue;
      for (const other of others.slice(0, 2)) yield [put({ ...site, node: property, parent: node }, other)];
    }
  },
};

export const MUTATIONS_OF_DATA: readonly Family[] = [
  elements,
  properties,
  chaining,
  defaults,
  texts,
  dates,
  keys,
  members,
];
