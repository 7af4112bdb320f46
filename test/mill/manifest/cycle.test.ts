import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCycle } from '../../../src/mill/manifest/cycle.ts';
import { passesOf } from '../../../src/mill/manifest/passes.ts';
import { anyGraph } from './random-graph.ts';

test('a cycle is found exactly when the graph cannot be levelled', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      expect(findCycle(graph) === undefined).toBe(passesOf(graph).leftOver.length === 0);
    }),
    { numRuns: 1000 },
  );
});

test('a cycle is a closed way along needs that meets no name twice', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const cycle = findCycle(graph);
      if (cycle === undefined) return;
      expect(cycle.at(0)).toBe(cycle.at(-1));
      const names = cycle.slice(0, -1);
      expect(new Set(names).size).toBe(names.length);
      for (const [index, name] of names.entries()) expect(graph.get(name)).toContain(cycle[index + 1]);
    }),
    { numRuns: 1000 },
  );
});

test.each<[string, [string, string[]][], string]>([
  [
    'a ring',
    [
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
    ],
    'a -> b -> c -> a',
  ],
  [
    'a ring that others lead to',
    [
      ['x', ['b']],
      ['a', ['b']],
      ['b', ['a']],
    ],
    'a -> b -> a',
  ],
  [
    'the shorter of two ways round',
    [
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['a']],
      ['d', ['a']],
    ],
    'a -> d -> a',
  ],
  [
    'a need for itself',
    [
      ['a', []],
      ['b', ['a', 'b']],
    ],
    'b -> b',
  ],
])('%s is named', (_, graph, cycle) => {
  expect(findCycle(new Map(graph))?.join(' -> ')).toBe(cycle);
});

test('a ring of 50,000 names takes no stack', () => {
  const graph = new Map(Array.from({ length: 50_000 }, (_, index) => [`n${index}`, [`n${(index + 1) % 50_000}`]]));
  expect(findCycle(graph)).toHaveLength(50_001);
});
