/** Syntax trees as this room walks them: ESTree nodes, read by property name, since it must treat unknown kinds alike. */

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

export const nodesIn = (value: unknown): SyntaxNode[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** The node and all below it, types left out. */
export function* nodesBelow(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? nodesIn(value) : nodesIn([value])) {
      if (!isTypeOnly(child)) yield* nodesBelow(child);
    }
  }
}

/** The text of an identifier or of a string in its place (`export { a as 'b' }`, `{ 'a': 1 }`). */
export function nameOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Identifier' && typeof value['name'] === 'string') return value['name'];
  return value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}

const FUNCTION_LIKE = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassDeclaration',
  'ClassExpression',
]);

/** A function or a class, written out. */
export const isFunctionLike = (value: unknown): value is SyntaxNode =>
  isNode(value) && FUNCTION_LIKE.has(withoutTypeWrappers(value).type);

const TYPE_WRAPPERS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

/** `x!`, `x as T` and `x satisfies T` are `x`. */
export function withoutTypeWrappers(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (TYPE_WRAPPERS.has(inner.type) && isNode(inner['expression'])) inner = inner['expression'];
  return inner;
}

/** Interfaces, type aliases, annotations, overloads, `declare`d and abstract members: all that Node strips before it runs a module. */
export const isTypeOnly = (node: SyntaxNode): boolean =>
  (node.type.startsWith('TS') && !TYPE_WRAPPERS.has(node.type)) ||
  node['declare'] === true ||
  (isNode(node['value']) && node['value'].type === 'TSEmptyBodyFunctionExpression');
