import { describe, expect, test } from 'vitest';
import type { Graph, GraphEdge, GraphNode } from '../../../src/mill/manifest/graph.ts';
import { GraphLayout, layOut, MAX_LANES, MAX_WORK } from '../../../src/mill/manifest/graph-layout.ts';

const NODES = 2_000;

/** Nodes in `passes` passes, each reading `reads` others of any earlier pass, chosen by a fixed rule. */
function large(passes: number, reads: number): Graph {
  const nodes = Array.from({ length: NODES }, (_, index): GraphNode => {
    const pass = Math.floor((index * passes) / NODES) + 1;
    return { id: `computation:c${index}`, kind: 'computation', name: `computation-${index}`, category: 'x', pass };
  });
  const edges: GraphEdge[] = [];
  for (const [index, { id, pass }] of nodes.entries()) {
    const earlier = Math.floor(((pass - 1) * NODES) / passes);
    for (let read = 0; read < (earlier === 0 ? 0 : reads); read++) {
      const from = (index * 7_919 + read * 104_729) % earlier;
      edges.push({ from: `computation:c${from}`, to: id, kind: 'same-day' });
    }
  }
  return { nodes, edges };
}

describe.each([
  ['flat', 1, 0],
  ['wide', 5, 20],
  ['deep', 200, 10],
  ['a pass for each', NODES, 3],
] as const)('2,000 computations, %s', (_, passes, reads) => {
  const graph = large(passes, reads);
  const layout = layOut(graph);

  test('are laid out within the work that is allowed, sorted as far as it goes', () => {
    expect(layout.work).toBeLessThanOrEqual(MAX_WORK);
    expect(layout.work).toBeGreaterThanOrEqual(NODES);
  });

  test('have a box each, in the order of passes, and every edge from a box to a box', () => {
    const places = new Map(layout.nodes.map((node) => [node.id, node]));
    expect(places.size).toBe(NODES);
    expect(layout.edges).toHaveLength(graph.edges.length);
    for (const { from, to, path } of layout.edges) {
      const [start, end] = [places.get(from), places.get(to)];
      if (start === undefined || end === undefined) throw new Error('an edge from or to nothing');
      expect(start.x).toBeLessThan(end.x);
      const [, x, y] = /^M([\d.]+) ([\d.]+)H/.exec(path)?.map(Number) ?? [];
      const [, endX, endY] = / ([\d.]+) ([\d.]+)$/.exec(path)?.map(Number) ?? [];
      expect([x, y, endX, endY]).toEqual([
        start.x + start.width,
        start.y + start.height / 2,
        end.x,
        end.y + end.height / 2,
      ]);
    }
  });

  test('lead no more edges around boxes than there are lanes', () => {
    const lanes = layout.edges.reduce((sum, { path }) => sum + (path.match(/H/g)?.length ?? 0) - 1, 0);
    expect(lanes).toBeLessThanOrEqual(MAX_LANES);
  });
});

test('an empty graph is an empty picture', () => {
  expect(GraphLayout.parse(layOut({ nodes: [], edges: [] }))).toEqual({ nodes: [], edges: [], width: 32, height: 32 });
});

test('an edge to a node that is left out is left out too', () => {
  const nodes: GraphNode[] = [{ id: 'computation:a', kind: 'computation', name: 'a', pass: 1 }];
  const edges: GraphEdge[] = [{ from: 'computation:a', to: 'computation:b', kind: 'history' }];
  expect(layOut({ nodes, edges }).edges).toEqual([]);
});
