/** Random graphs of names for property tests. */
import * as fc from 'fast-check';
import type { NeedsGraph } from '../../../src/mill/manifest/passes.ts';

const MAX_NODES = 12;

/** Any graph, cycles, self-loops and doubled edges included. */
export const anyGraph: fc.Arbitrary<NeedsGraph> = fc.integer({ min: 0, max: MAX_NODES }).chain((size) =>
  fc
    .array(fc.tuple(fc.nat(Math.max(0, size - 1)), fc.nat(Math.max(0, size - 1))), {
      maxLength: size === 0 ? 0 : 2 * size,
    })
    .map((edges) => graphFrom(size, edges)),
);

/** A graph without cycles: names need earlier ones only, in an order that their spelling does not tell. */
export const acyclicGraph: fc.Arbitrary<NeedsGraph> = fc
  .tuple(anyGraph, fc.nat())
  .map(
    ([graph, shift]) =>
      new Map(
        [...graph].map(([name, needs]) => [
          renamed(name, graph.size, shift),
          needs.filter((need) => need < name).map((need) => renamed(need, graph.size, shift)),
        ]),
      ),
  );

function graphFrom(size: number, edges: readonly (readonly [number, number])[]): NeedsGraph {
  const graph = new Map(Array.from({ length: size }, (_, index): [string, string[]] => [nameAt(index), []]));
  for (const [from, to] of edges) graph.get(nameAt(from))?.push(nameAt(to));
  return graph;
}

const nameAt = (index: number): string => String.fromCodePoint('a'.codePointAt(0)! + index);
const renamed = (name: string, size: number, shift: number): string =>
  nameAt((name.codePointAt(0)! - 'a'.codePointAt(0)! + shift) % size);
