import { expect, test } from 'vitest';
import type { Drawing } from '../../../src/dashboard/lineage/drawing.ts';
import { fold } from '../../../src/dashboard/lineage/fold.ts';

const node = (name: string, category: string | undefined, pass: number, y: number) => ({
  id: category === undefined ? `dataset:${name}` : `computation:${name}`,
  kind: category === undefined ? ('dataset' as const) : ('computation' as const),
  name,
  ...(category === undefined ? {} : { category }),
  pass,
  x: pass * 200,
  y,
  width: 100,
  height: 30,
});

const DRAWING: Drawing = {
  nodes: [
    node('prices', undefined, 0, 100),
    node('a', 'one', 1, 10),
    node('b', 'one', 1, 60),
    node('c', 'two', 1, 110),
    node('d', 'one', 2, 60),
  ],
  edges: [
    { from: 'dataset:prices', to: 'computation:a', kind: 'history', path: 'M0 0' },
    { from: 'dataset:prices', to: 'computation:b', kind: 'same-day', path: 'M0 0' },
    { from: 'computation:a', to: 'computation:d', kind: 'history', path: 'M0 0' },
    { from: 'computation:a', to: 'computation:b', kind: 'same-day', path: 'M0 0' },
    { from: 'computation:c', to: 'computation:d', kind: 'same-day', path: 'M0 0' },
  ],
  width: 500,
  height: 200,
};

test('with nothing folded everything is where it was', () => {
  const { nodes, edges } = fold(DRAWING, new Set(['none']));
  expect(nodes.map(({ x, y }) => [x, y])).toEqual(DRAWING.nodes.map(({ x, y }) => [x, y]));
  expect(edges).toEqual(DRAWING.edges);
});

test('a category is one box for each pass, that says how many are in it', () => {
  const { nodes } = fold(DRAWING, new Set(['one']));
  expect(nodes.map(({ name, pass, members }) => [name, pass, members])).toEqual([
    ['prices', 0, []],
    ['one (2)', 1, ['a', 'b']],
    ['c', 1, []],
    ['one (1)', 2, ['d']],
  ]);
});

test('no two boxes of a column lie on each other, and all lie in the drawing', () => {
  const { nodes, width, height } = fold(DRAWING, new Set(['one']));
  for (const box of nodes) {
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height).toBeLessThanOrEqual(height);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    for (const other of nodes)
      if (other !== box && other.pass === box.pass)
        expect(Math.abs(other.y - box.y)).toBeGreaterThanOrEqual(box.height);
  }
});

test('between two boxes there is one edge, none within one, and it is dashed only when all of them read earlier days', () => {
  const { edges } = fold(DRAWING, new Set(['one']));
  expect(edges.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    ['dataset:prices', 'category:one 1', 'same-day'],
    ['category:one 1', 'category:one 2', 'history'],
    ['computation:c', 'category:one 2', 'same-day'],
  ]);
  for (const { path } of edges) expect(path).toMatch(/^M[\d.]+ [\d.]+ C[\d. -]+$/);
});
