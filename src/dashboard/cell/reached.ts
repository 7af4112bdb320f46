/** What comes from a computation or a dataset, by who reads whom. */

interface Reader {
  readonly name: string;
  /** Computations and datasets that it reads. */
  readonly needs: readonly string[];
}

/**
 * The computations of a selection of the three kinds that the root of a chain has (see `reachOf`): `name+`, `dataset:name+`, `*`. In the
 * order of `all`.
 */
export function reached(all: readonly Reader[], select: string): string[] {
  if (select === '*') return all.map(({ name }) => name);
  const start = select.replace(/^dataset:/, '').replace(/\+$/, '');
  const found = new Set([start]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { name, needs } of all) if (needs.some((need) => found.has(need))) found.add(name);
  }
  return all.filter(({ name }) => found.has(name)).map(({ name }) => name);
}

/** Those that read it directly. */
export const readersOf = <R extends Reader>(all: readonly R[], name: string): R[] =>
  all.filter(({ needs }) => needs.includes(name));
