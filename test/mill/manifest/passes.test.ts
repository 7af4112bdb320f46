import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { passesOf, type NeedsGraph } from '../../../src/mill/manifest/passes.ts';
import { acyclicGraph, anyGraph } from './random-graph.ts';

/** Length of the longest chain of needs that starts at the name, by plain recursion; only for graphs without cycles. */
const longestChain = (graph: NeedsGraph, name: string): number =>
  1 + Math.max(0, ...(graph.get(name) ?? []).map((need) => longestChain(graph, need)));

/** Everything that the name reaches, itself only when it lies on a cycle. */
function reachedFrom(graph: NeedsGraph, name: string): Set<string> {
  const reached = new Set(graph.get(name));
  for (const next of reached) for (const need of graph.get(next) ?? []) reached.add(need);
  return reached;
}

test('a pass is the length of the longest chain of needs', () => {
  fc.assert(
    fc.property(acyclicGraph, (graph) => {
      const { passOf, leftOver } = passesOf(graph);
      expect(leftOver).toEqual([]);
      for (const name of graph.keys()) expect(passOf.get(name)).toBe(longestChain(graph, name));
    }),
    { numRuns: 500 },
  );
});

test('left over are exactly the names that lie on a cycle or need one that does', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const onCycle = (name: string): boolean => reachedFrom(graph, name).has(name);
      const expected = [...graph.keys()].filter((name) => onCycle(name) || [...reachedFrom(graph, name)].some(onCycle));
      expect(passesOf(graph).leftOver).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('a chain of 50,000 names takes no stack', () => {
  const graph = new Map(
    Array.from({ length: 50_000 }, (_, index) => [`n${index}`, index === 0 ? [] : [`n${index - 1}`]]),
  );
  expect(passesOf(graph).passOf.get('n49999')).toBe(50_000);
});
