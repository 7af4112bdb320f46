/** Nodes and edges of the graph, as drawings and other tools want them. */
import { z } from 'zod';
import type { Manifest, ManifestNeed } from '../model/manifest.ts';

export const GraphNode = z.object({
  /** `computation:rsi` or `dataset:prices`: a computation and a dataset never share one. */
  id: z.string(),
  kind: z.enum(['computation', 'dataset']),
  name: z.string(),
  /** Of computations only. */
  category: z.string().optional(),
  /** From 1; root datasets are before all passes, at 0. */
  pass: z.number(),
});
export type GraphNode = z.infer<typeof GraphNode>;

export const GraphEdge = z.object({
  from: z.string(),
  to: z.string(),
  /** `history` reads earlier days; a pair of nodes with both kinds of edges has the `same-day` one only. */
  kind: z.enum(['same-day', 'history']),
});
export type GraphEdge = z.infer<typeof GraphEdge>;

export const Graph = z.object({ nodes: z.array(GraphNode), edges: z.array(GraphEdge) });
export type Graph = z.infer<typeof Graph>;

/** The computations named (all, by default), the datasets that they read, and the edges among these; edges point to the reader. */
export function graphOf(manifest: Manifest, names?: ReadonlySet<string>): Graph {
  const computations = manifest.computations.filter(({ name }) => names?.has(name) ?? true);
  const nodes = computations.map(({ name, category, pass }): GraphNode => ({
    id: `computation:${name}`,
    kind: 'computation',
    name,
    category,
    pass,
  }));
  const ids = new Set(nodes.map(({ id }) => id));
  const datasets = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  for (const { name, needs } of computations) {
    for (const need of needs) {
      const source = sourceOf(need);
      if (source?.kind === 'dataset') datasets.set(source.id, source);
      else if (source === undefined || !ids.has(source.id)) continue;
      const to = `computation:${name}`;
      const key = `${source.id} ${to}`;
      const kind = need.kind === 'history' || need.kind === 'latest' ? 'history' : 'same-day';
      if (kind === 'same-day' || !edges.has(key)) edges.set(key, { from: source.id, to, kind });
    }
  }
  const roots = [...datasets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { nodes: [...roots, ...nodes], edges: [...edges.values()] };
}

function sourceOf(need: ManifestNeed): GraphNode | undefined {
  if (!('of' in need)) return undefined;
  const isComputation = need.kind === 'dependency' || (need.kind === 'history' && need.source === 'computation');
  const kind = isComputation ? 'computation' : 'dataset';
  return { id: `${kind}:${need.of}`, kind, name: need.of, pass: 0 };
}
