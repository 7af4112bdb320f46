/** A drawing of the graph, and what is in it: in pixels from the top left. */
import type { GraphLayoutAnswer } from '../../mill/answers/graph.ts';

export type Drawing = Readonly<GraphLayoutAnswer>;
export type DrawnNode = Drawing['nodes'][number];
export type DrawnEdge = Drawing['edges'][number];
