/** Two streams in key order, side by side: a merge join, with one chunk of each in memory. */
import type { Entry } from '../model/artifact.ts';

/** An entity, and what it was on the day before where that is read beside it. */
export type JoinedEntry = readonly [key: string, value: unknown, before?: unknown];

/** All entries of `left`, each with the value that `right` has under its key. */
export async function* joinByKey(
  left: AsyncIterable<readonly Entry[]>,
  right: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<readonly JoinedEntry[]> {
  const chunks = right[Symbol.asyncIterator]();
  let chunk: readonly Entry[] = [];
  let at = 0;
  let isOver = false;
  try {
    for await (const entries of left) {
      const joined: JoinedEntry[] = [];
      for (const [key, value] of entries) {
        let found = chunk[at];
        while (!isOver && (found === undefined || found[0] < key)) {
          if (found !== undefined) at++;
          if (at >= chunk.length) {
            const next = await chunks.next();
            isOver = next.done === true;
            chunk = next.done === true ? [] : next.value;
            at = 0;
          }
          found = chunk[at];
        }
        joined.push([key, value, found?.[0] === key ? found[1] : undefined]);
      }
      yield joined;
    }
  } finally {
    await chunks.return?.();
  }
}
