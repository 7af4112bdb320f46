/** Conditions whose second outcome runs no code of its own: an `if` without `else`, and the left side of `&&`, `||` and `??`. */
import { isNode, isTypeOnly, type SyntaxNode } from './syntax-node.ts';

/** Offsets of what decides and of what runs by it: as often as the former when it came out one way only. */
export type Branch = [condition: number, guarded: number];

export function branchesIn(node: SyntaxNode, omitted: readonly (readonly [start: number, end: number])[]): Branch[] {
  if (isTypeOnly(node) || omitted.some(([start, end]) => node.start >= start && node.end <= end)) return [];
  const own: Branch[] = [];
  const { test, consequent, alternate, left, right } = node;
  if (node.type === 'IfStatement' && !isNode(alternate) && isNode(test) && isNode(consequent))
    own.push([test.start, consequent.start]);
  if (node.type === 'LogicalExpression' && isNode(left) && isNode(right)) own.push([left.start, right.start]);
  const below = Object.values(node).flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]));
  return [...own, ...below.filter(isNode).flatMap((child) => branchesIn(child, omitted))];
}
