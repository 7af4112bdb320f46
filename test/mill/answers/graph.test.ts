import { expect, test } from 'vitest';
import { graphAnswer, graphLayoutAnswer, GraphLayoutAnswer } from '../../../src/mill/answers/graph.ts';
import { graph } from '../../support/graph.ts';

const manifest = graph('closes: dataset prices', 'rsi: closes', 'regime: rsi');
const ports = (...changed: string[]) => ({ manifest, changed: () => Promise.resolve(new Set(changed)) });

test('a part of the graph is laid out as itself: a box for each node, a path for each edge', async () => {
  const asked = { select: 'rsi+' };
  const plain = await graphAnswer(asked, ports());
  const layout = await graphLayoutAnswer(asked, ports());
  expect(GraphLayoutAnswer.strict().parse(layout)).toEqual(layout);
  expect(layout.nodes.map(({ id }) => id).toSorted()).toEqual(plain.nodes.map(({ id }) => id).toSorted());
  expect(layout.edges.map(({ from, to, kind }) => ({ from, to, kind }))).toEqual(plain.edges);
  const [left, right] = layout.nodes.map(({ x }) => x).toSorted((a, b) => a - b);
  expect(left).toBeLessThan(right ?? 0);
});

test('what has changed is asked for where it is selected', async () => {
  const { nodes } = await graphLayoutAnswer({ select: 'state:changed' }, ports('closes'));
  expect(nodes.map(({ name }) => name)).toEqual(['prices', 'closes']);
});
