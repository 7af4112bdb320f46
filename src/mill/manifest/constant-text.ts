/** The text that an expression always is: a literal, a template or a sum of such, or a constant that is one. */
import type { ModuleGraph } from './module-graph.ts';
import type { SourceModule } from './source-module.ts';
import { isNode, nameOf, nodesIn, type SyntaxNode, withoutTypeWrappers } from './syntax-node.ts';

/** Constants that lead to constants, at most. */
const MAX_STEPS = 20;

/** Undefined when it is only known at run time. `isLocal` says which names are those of local variables, of which nothing is known. */
export function constantText(
  wrapped: SyntaxNode,
  module: SourceModule,
  graph: ModuleGraph,
  isLocal: (name: string) => boolean,
  steps = MAX_STEPS,
): string | undefined {
  if (steps === 0) return undefined;
  const node = withoutTypeWrappers(wrapped);
  const below = (child: unknown): string | undefined =>
    isNode(child) ? constantText(child, module, graph, isLocal, steps - 1) : undefined;
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' ? node['value'] : undefined;
    case 'BinaryExpression': {
      const [left, right] = node['operator'] === '+' ? [below(node['left']), below(node['right'])] : [];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    case 'TemplateLiteral': {
      const texts = nodesIn(node['expressions']).map(below);
      const pieces = nodesIn(node['quasis']).map(({ value }) => (value as { cooked?: string }).cooked);
      if ([...texts, ...pieces].includes(undefined)) return undefined;
      return pieces.map((piece, index) => `${piece}${texts[index] ?? ''}`).join('');
    }
    case 'Identifier': {
      const name = nameOf(node) ?? '';
      const meaning = isLocal(name) ? undefined : graph.meaningOf(name, module);
      if (meaning?.kind !== 'declaration' || meaning.unit.kind !== 'const') return undefined;
      const { id, init } = meaning.unit.node;
      if (!isNode(id) || id.type !== 'Identifier' || !isNode(init)) return undefined;
      return constantText(init, meaning.module, graph, () => false, steps - 1);
    }
    default:
      return undefined;
  }
}
