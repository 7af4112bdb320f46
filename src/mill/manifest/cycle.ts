/** The first cycle of a graph, for people to read: `a -> b -> c -> a`. */
import type { NeedsGraph } from './passes.ts';

/**
 * Names along one cycle, each needing the next, the first again at the end; undefined when there is none. Of all cycles it
 * takes a shortest one through the first name (in the graph's order) that lies on any, so that the answer is always the same.
 */
export function findCycle(graph: NeedsGraph): readonly string[] | undefined {
  const componentOf = stronglyConnected(graph);
  const sizes = new Map<number, number>();
  for (const component of componentOf.values()) sizes.set(component, (sizes.get(component) ?? 0) + 1);
  for (const [name, needs] of graph) {
    const component = componentOf.get(name);
    if (component === undefined) continue;
    if (needs.includes(name)) return [name, name];
    if ((sizes.get(component) ?? 0) > 1) return shortestWayRound(name, graph);
  }
  return undefined;
}

/** Breadth first from `start` back to `start`; there is a way, since its component has other names. */
function shortestWayRound(start: string, graph: NeedsGraph): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const need of graph.get(name) ?? []) {
      if (need === start) {
        const path = [start];
        for (let at: string | undefined = name; at !== undefined; at = cameFrom.get(at)) path.push(at);
        return path.reverse();
      }
      if (cameFrom.has(need)) continue;
      cameFrom.set(need, name);
      queue.push(need);
    }
  }
  return undefined;
}

/**
 * R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972; with its own stack of frames,
 * so that a long chain does not overflow JavaScript's.
 */
function stronglyConnected(graph: NeedsGraph): ReadonlyMap<string, number> {
  const indexOf = new Map<string, number>();
  const lowest = new Map<string, number>();
  const componentOf = new Map<string, number>();
  const open: string[] = [];
  let components = 0;
  for (const root of graph.keys()) {
    if (indexOf.has(root)) continue;
    const frames = [{ name: root, next: 0 }];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { name } = frame;
      if (frame.next === 0) {
        lowest.set(name, indexOf.size);
        indexOf.set(name, indexOf.size);
        open.push(name);
      }
      const need = graph.get(name)?.[frame.next++];
      if (need !== undefined) {
        if (!indexOf.has(need)) frames.push({ name: need, next: 0 });
        else if (!componentOf.has(need)) lower(lowest, name, indexOf.get(need));
        continue;
      }
      frames.pop();
      if (lowest.get(name) === indexOf.get(name)) {
        for (const member of open.splice(open.lastIndexOf(name))) componentOf.set(member, components);
        components++;
      }
      const parent = frames.at(-1);
      if (parent !== undefined && !componentOf.has(name)) lower(lowest, parent.name, lowest.get(name));
    }
  }
  return componentOf;
}

function lower(lowest: Map<string, number>, name: string, index: number | undefined): void {
  if (index !== undefined && index < (lowest.get(name) ?? Infinity)) lowest.set(name, index);
}
