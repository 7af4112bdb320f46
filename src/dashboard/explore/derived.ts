/** Series that computations made: which cell a point of one is of. Pure. */

/** As src/meter/answers/results/derived-series.ts names them. */
const NAME = /daymill:([a-zA-Z0-9_]+)/;

const plain = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_]/g, '_');

/** The computation that an expression, or a metric, is of: the first that there is. */
export function computationIn(text: string, computations: readonly string[]): string | undefined {
  const found = NAME.exec(text)?.[1];
  return found === undefined ? undefined : computations.find((name) => plain(name) === found);
}
