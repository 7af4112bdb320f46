import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { graphOf } from '../../../src/mill/manifest/graph.ts';
import { renderGraph } from '../../../src/mill/manifest/render-graph.ts';
import { graph } from '../../support/graph.ts';
import { aManifest } from './a-manifest.ts';
import { acyclicGraph } from './random-graph.ts';

const MANIFEST = aManifest('closes/market: @prices', 'rsi/signals: closes closes~3 -', 'regime/signals: rsi closes~9');

test('Mermaid shows datasets as drums, categories as boxes and histories dashed', () => {
  expect(renderGraph(graphOf(MANIFEST), 'mermaid')).toBe(`flowchart LR
  n0[("prices")]
  subgraph c0["market"]
    n1["closes"]
  end
  subgraph c1["signals"]
    n2["rsi"]
    n3["regime"]
  end
  n0 --> n1
  n1 --> n2
  n2 --> n3
  n1 -.-> n3
`);
});

test('DOT says the same', () => {
  const lines = renderGraph(graphOf(MANIFEST), 'dot').split('\n');
  expect(lines[0]).toBe('digraph daymill {');
  expect(lines).toContain('  "dataset:prices" [label="prices", shape=cylinder, style=solid];');
  expect(lines).toContain('    "computation:rsi" [label="rsi"];');
  expect(lines).toContain('  "computation:closes" -> "computation:rsi";');
  expect(lines).toContain('  "computation:closes" -> "computation:regime" [style=dashed];');
});

test('JSON is nodes and edges', () => {
  expect(JSON.parse(renderGraph(graphOf(MANIFEST), 'json'))).toEqual({
    nodes: [
      { id: 'dataset:prices', kind: 'dataset', name: 'prices', pass: 0 },
      { id: 'computation:closes', kind: 'computation', name: 'closes', category: 'market', pass: 1 },
      { id: 'computation:rsi', kind: 'computation', name: 'rsi', category: 'signals', pass: 2 },
      { id: 'computation:regime', kind: 'computation', name: 'regime', category: 'signals', pass: 3 },
    ],
    edges: [
      { from: 'dataset:prices', to: 'computation:closes', kind: 'same-day' },
      { from: 'computation:closes', to: 'computation:rsi', kind: 'same-day' },
      { from: 'computation:rsi', to: 'computation:regime', kind: 'same-day' },
      { from: 'computation:closes', to: 'computation:regime', kind: 'history' },
    ],
  });
});

test('a part of the graph has the edges among its own', () => {
  const { nodes, edges } = graphOf(MANIFEST, new Set(['rsi', 'regime']));
  expect(nodes.map(({ name }) => name)).toEqual(['rsi', 'regime']);
  expect(edges).toEqual([{ from: 'computation:rsi', to: 'computation:regime', kind: 'same-day' }]);
});

test('a joined dataset is read on the same day, as the one that is streamed is', () => {
  expect(graphOf(graph('net: dataset orders joined refunds')).edges).toEqual([
    { from: 'dataset:orders', to: 'computation:net', kind: 'same-day' },
    { from: 'dataset:refunds', to: 'computation:net', kind: 'same-day' },
  ]);
});

test('the latest document may be of an earlier day: its arrow is dashed', () => {
  expect(graphOf(graph('open: latest stores')).edges).toEqual([
    { from: 'dataset:stores', to: 'computation:open', kind: 'history' },
  ]);
});

test('an unknown format is refused with the known ones', () => {
  expect(() => renderGraph(graphOf(MANIFEST), 'png')).toThrow(
    '"png" is no graph format. Choose mermaid, dot, json, svg.',
  );
});

interface Box {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const boxesIn = (svg: string): Box[] =>
  [
    ...svg.matchAll(
      /<rect class="\w+" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)".*?<text.*?>(.+?)<\/text>/g,
    ),
  ].map(([, x, y, width, height, name = '']) => ({
    name,
    left: Number(x),
    right: Number(x) + Number(width),
    top: Number(y),
    bottom: Number(y) + Number(height),
  }));

/** The straight parts of all edges; the curves between them lie in the gaps between columns. */
const lanesIn = (svg: string): { from: number; to: number; y: number }[] =>
  [...svg.matchAll(/ d="(.*?)"/g)].flatMap(([, path = '']) =>
    [...path.matchAll(/([\d.]+) ([\d.]+)H([\d.]+)/g)].map(([, from, y, to]) => ({
      from: Number(from),
      y: Number(y),
      to: Number(to),
    })),
  );

test('in the drawing every node has a box inside of the frame, no two overlap, and no edge runs through one', () => {
  fc.assert(
    fc.property(acyclicGraph, (graph) => {
      const manifest = aManifest(...[...graph].map(([name, needs]) => `${name}: ${needs.join(' ')} @prices`));
      const svg = renderGraph(graphOf(manifest), 'svg');
      const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)?.map(Number) ?? [];
      const boxes = boxesIn(svg);
      expect(boxes.map(({ name }) => name).sort()).toEqual(
        [...(graph.size > 0 ? ['prices'] : []), ...graph.keys()].sort(),
      );
      for (const box of boxes) {
        expect(box.left).toBeGreaterThan(0);
        expect(box.right).toBeLessThan(width ?? 0);
        expect(box.top).toBeGreaterThan(0);
        expect(box.bottom).toBeLessThan(height ?? 0);
        const overlaps = (other: Box): boolean =>
          other !== box &&
          other.left < box.right &&
          box.left < other.right &&
          other.top < box.bottom &&
          box.top < other.bottom;
        expect(boxes.filter(overlaps)).toEqual([]);
        const crosses = ({ from, to, y }: { from: number; to: number; y: number }): boolean =>
          y > box.top && y < box.bottom && from < box.right && to > box.left && from !== box.right;
        expect(lanesIn(svg).filter(crosses)).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});
