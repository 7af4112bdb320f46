/** Nodes and edges of the graph, as drawings and other tools want them. */
import type { Manifest, ManifestNeed } from '../model/manifest.ts';

export interface GraphNode {
  /** `computation:rsi` or `dataset:prices`: a computation and a dataset never share one. */
  readonly id: string;
  readonly kind: 'computation' | 'dataset';
  readonly name: string;
  /** Of computations only. */
  readonly category?: string;
  /** From 1; root datasets are before all passes, at 0. */
  readonly pass: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** `history` reads earlier days; a pair of nodes with both kinds of edges has the `same-day` one only. */
  readonly kind: 'same-day' | 'history';
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

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
