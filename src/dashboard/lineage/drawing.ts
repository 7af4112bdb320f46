/** A drawing of the graph, as GET /api/mill/graph?layout=1 answers it. */
import type { GraphAnswer } from '../../mill/answers/graph.ts';

/** In pixels from the top left. */
export type DrawnNode = GraphAnswer['nodes'][number] & {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export type DrawnEdge = GraphAnswer['edges'][number] & {
  /** Of an SVG path. */
  readonly path: string;
};

export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  readonly width: number;
  readonly height: number;
}
