/** The graph as text for other tools: Mermaid, Graphviz DOT, JSON and SVG. */
import { UserError } from '../../errors.ts';
import type { Graph, GraphNode } from './graph.ts';
import { renderSvg } from './render-svg.ts';

export const GRAPH_FORMATS = ['mermaid', 'dot', 'json', 'svg'] as const;

/** @throws {UserError} BAD_ARGUMENT for a format that is none of `GRAPH_FORMATS`. */
export function renderGraph(graph: Graph, format: string): string {
  switch (format) {
    case 'mermaid':
      return mermaid(graph);
    case 'dot':
      return dot(graph);
    case 'json':
      return `${JSON.stringify(graph, undefined, 2)}\n`;
    case 'svg':
      return renderSvg(graph);
    default:
      throw new UserError('BAD_ARGUMENT', `"${format}" is no graph format. Choose ${GRAPH_FORMATS.join(', ')}.`);
  }
}

/** https://mermaid.js.org/syntax/flowchart.html; ids are numbered, since words like `end` would be its own. */
function mermaid({ nodes, edges }: Graph): string {
  const idOf = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const lines = ['flowchart LR'];
  const show = ({ id, kind, name }: GraphNode): string =>
    kind === 'dataset' ? `${idOf.get(id)}[("${name}")]` : `${idOf.get(id)}["${name}"]`;
  for (const node of nodes) if (node.kind === 'dataset') lines.push(`  ${show(node)}`);
  for (const [index, [category, members]] of [...byCategory(nodes)].entries()) {
    lines.push(`  subgraph c${index}["${category}"]`, ...members.map((node) => `    ${show(node)}`), '  end');
  }
  for (const { from, to, kind } of edges) {
    lines.push(`  ${idOf.get(from)} ${kind === 'history' ? '-.->' : '-->'} ${idOf.get(to)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** https://graphviz.org/doc/info/lang.html */
function dot({ nodes, edges }: Graph): string {
  const lines = ['digraph daymill {', '  rankdir=LR;', '  node [shape=box, style=rounded, fontname="Helvetica"];'];
  for (const { id, kind, name } of nodes) {
    if (kind === 'dataset') lines.push(`  "${id}" [label="${name}", shape=cylinder, style=solid];`);
  }
  for (const [index, [category, members]] of [...byCategory(nodes)].entries()) {
    lines.push(`  subgraph cluster_${index} {`, `    label="${category}";`);
    lines.push(...members.map(({ id, name }) => `    "${id}" [label="${name}"];`), '  }');
  }
  for (const { from, to, kind } of edges) {
    lines.push(`  "${from}" -> "${to}"${kind === 'history' ? ' [style=dashed]' : ''};`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

function byCategory(nodes: readonly GraphNode[]): Map<string, GraphNode[]> {
  const categories = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    if (node.category === undefined) continue;
    const members = categories.get(node.category);
    if (members === undefined) categories.set(node.category, [node]);
    else members.push(node);
  }
  return categories;
}
