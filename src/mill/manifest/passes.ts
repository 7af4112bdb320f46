/** Levels of the graph by Kahn's algorithm. */

/** Each name to the names that it needs; every needed name must be a key. */
export type NeedsGraph = ReadonlyMap<string, readonly string[]>;

export interface Passes {
  /** Name to level: 1 for names that need nothing, else one more than the highest level that it needs. */
  readonly passOf: ReadonlyMap<string, number>;
  /** Names on a cycle or behind one, in the graph's order; empty when the graph has no cycle. */
  readonly leftOver: readonly string[];
}

/**
 * A. B. Kahn, "Topological sorting of large networks", CACM 5(11), 1962: take names whose needs are all taken, level by level.
 * Linear in names and edges; a need that is listed twice counts once.
 */
export function passesOf(graph: NeedsGraph): Passes {
  const waitingFor = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const [name, needs] of graph) {
    const distinct = new Set(needs);
    waitingFor.set(name, distinct.size);
    for (const need of distinct) {
      const known = readers.get(need);
      if (known === undefined) readers.set(need, [name]);
      else known.push(name);
    }
  }
  const passOf = new Map<string, number>();
  let level = [...graph.keys()].filter((name) => waitingFor.get(name) === 0);
  for (let pass = 1; level.length > 0; pass++) {
    const next: string[] = [];
    for (const name of level) {
      passOf.set(name, pass);
      for (const reader of readers.get(name) ?? []) {
        const left = (waitingFor.get(reader) ?? 0) - 1;
        waitingFor.set(reader, left);
        if (left === 0) next.push(reader);
      }
    }
    level = next;
  }
  return { passOf, leftOver: [...graph.keys()].filter((name) => !passOf.has(name)) };
}
