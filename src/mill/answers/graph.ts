/** Graph: computations, the datasets that they read, and who reads whom. */
import { Graph, graphOf } from '../manifest/graph.ts';
import { GraphLayout, layOut } from '../manifest/graph-layout.ts';
import { selectComputations } from '../manifest/select.ts';
import type { Manifest } from '../model/manifest.ts';

export const GraphAnswer = Graph;
export type GraphAnswer = Graph;

/** The same, with where everything lies in a drawing. */
export const GraphLayoutAnswer = GraphLayout;
export type GraphLayoutAnswer = GraphLayout;

export interface GraphPorts {
  readonly manifest: Manifest;
  /** What `state:changed` stands for: asked for only where it is selected, since all else needs no state. */
  readonly changed: () => Promise<ReadonlySet<string>>;
}

/** `select`: see `selectComputations`. @throws {UserError} as that, before anything is opened */
export async function graphAnswer(
  { select }: { readonly select: string },
  { manifest, changed }: GraphPorts,
): Promise<GraphAnswer> {
  const selected = selectComputations(manifest, select, { changed: new Set() });
  if (!select.includes('state:')) return graphOf(manifest, selected);
  return graphOf(manifest, selectComputations(manifest, select, { changed: await changed() }));
}

/** @throws {UserError} as `graphAnswer` */
export async function graphLayoutAnswer(
  asked: { readonly select: string },
  ports: GraphPorts,
): Promise<GraphLayoutAnswer> {
  const { nodes, edges, width, height } = layOut(await graphAnswer(asked, ports));
  return { nodes, edges, width, height };
}
