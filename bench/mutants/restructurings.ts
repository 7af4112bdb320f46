/** Edits that keep every part of the code and change what it belongs to: statements, brackets, signs, calls. */
import { sitesOf } from './sites.ts';
import { childOf, methodOf, type Node, nodesIn, operand, replaced, textOf } from './syntax.ts';
import type { Family } from './variant.ts';

const statementOrder: Family = {
  name: 'two statements swapped',
  *edits(source) {
    for (const { node } of sitesOf(source, 'BlockStatement')) {
      const list = nodesIn(node['body']);
      for (const [at, statement] of list.entries())
        for (const other of list.slice(at + 1, at + 3))
          yield [replaced(statement, textOf(source, other)), replaced(other, textOf(source, statement))];
    }
  },
};

/** A statement into the block before it, out of the block that it ends, or from the loop to behind it. */
const statementMoves: Family = {
  name: 'statement moved into or out of a block',
  *edits(source) {
    for (const { node } of sitesOf(source, 'BlockStatement')) {
      const list = nodesIn(node['body']);
      for (const [at, statement] of list.entries()) {
        const next = list[at + 1];
        const block = blockOf(statement);
        if (block === undefined) continue;
        if (next !== undefined && next.type === 'ExpressionStatement')
          yield [{ start: block.end - 1, end: block.end - 1, text: ` ${textOf(source, next)} ` }, replaced(next, ';')];
        const inner = nodesIn(block['body']);
        const [first, last] = [inner[0], inner.at(-1)];
        if (last?.type === 'ExpressionStatement')
          yield [replaced(last, ';'), { start: statement.end, end: statement.end, text: ` ${textOf(source, last)}` }];
        if (first?.type === 'ExpressionStatement' || first?.type === 'IfStatement')
          yield [
            replaced(first, ';'),
            { start: statement.start, end: statement.start, text: `${textOf(source, first)} ` },
          ];
      }
    }
  },
};

const blockOf = (statement: Node): Node | undefined => {
  const body = childOf(statement, 'consequent') ?? childOf(statement, 'body');
  return body?.type === 'BlockStatement' ? body : undefined;
};

/** `(a - b) - c` to `a - (b - c)`, `a * (b + c)` to `a * b + c`. */
const association: Family = {
  name: 'brackets moved',
  *edits(source) {
    for (const { node } of sitesOf(source, 'BinaryExpression', 'LogicalExpression')) {
      const [left, right] = [childOf(node, 'left') as Node, childOf(node, 'right') as Node];
      const operator = String(node['operator']);
      const isPair = (side: Node): boolean => side.type === 'BinaryExpression' || side.type === 'LogicalExpression';
      const part = (side: Node, which: 'left' | 'right'): string => operand(source, childOf(side, which) as Node);
      if (isPair(left))
        yield [
          replaced(
            node,
            `(${part(left, 'left')} ${String(left['operator'])} (${part(left, 'right')} ${operator} ${operand(source, right)}))`,
          ),
        ];
      if (isPair(right))
        yield [
          replaced(
            node,
            `((${operand(source, left)} ${operator} ${part(right, 'left')}) ${String(right['operator'])} ${part(right, 'right')})`,
          ),
        ];
    }
  },
};

/** `-a * b + c` to `a * -b + c`; `!a && b` to `a && !b`. */
const signs: Family = {
  name: 'sign or negation moved',
  *edits(source) {
    for (const { node, path } of sitesOf(source, 'UnaryExpression')) {
      if (!['-', '!'].includes(String(node['operator']))) continue;
      const argument = childOf(node, 'argument') as Node;
      const others = source.sites.filter(
        ({ node: other, path: around, parent }) =>
          around[0] === path[0] &&
          isOperand(parent) &&
          (other.end <= node.start || other.start >= node.end) &&
          other.type !== 'Literal',
      );
      for (const { node: other } of others.slice(0, 3))
        yield [
          replaced(node, operand(source, argument)),
          replaced(other, `(${String(node['operator'])}${operand(source, other)})`),
        ];
    }
  },
};

const isOperand = (parent: Node | undefined): boolean =>
  parent?.type === 'BinaryExpression' || parent?.type === 'LogicalExpression';

/** `f(g(x))` to `g(f(x))`. */
const nesting: Family = {
  name: 'calls nested the other way',
  *edits(source) {
    for (const { node } of sitesOf(source, 'CallExpression')) {
      const [inner] = nodesIn(node['arguments']);
      const [outerName, innerName] = [childOf(node, 'callee') as Node, childOf(inner, 'callee')];
      if (
        inner?.type === 'CallExpression' &&
        innerName !== undefined &&
        textOf(source, outerName) !== textOf(source, innerName)
      )
        yield [replaced(outerName, textOf(source, innerName)), replaced(innerName, textOf(source, outerName))];
    }
    for (const { node } of sitesOf(source, 'CallExpression')) {
      const callee = childOf(node, 'callee');
      const before = childOf(callee, 'object');
      if (methodOf(node) === undefined || methodOf(before) === undefined || before === undefined) continue;
      const root = childOf(childOf(before, 'callee'), 'object') as Node;
      const tail = (call: Node, object: Node): string => source.text.slice(object.end, call.end);
      yield [replaced(node, `${textOf(source, root)}${tail(node, before)}${tail(before, root)}`)];
    }
  },
};

export const RESTRUCTURINGS: readonly Family[] = [statementOrder, statementMoves, association, signs, nesting];
