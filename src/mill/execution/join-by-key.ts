/** Streams in key order, side by side: a merge join, with one chunk of each in memory. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TerminalError } from '../../errors.ts';
import type { Entry } from '../model/artifact.ts';

/**
 * An entity, and what each of the streams beside it has under its key, in their order. Of a stream that cannot be read it is the
 * error: whoever looks at it fails with it, and nobody else.
 */
export type JoinedEntry = readonly [key: string, value: unknown, ...beside: unknown[]];

/** A stream beside the entities, as one computation is given it. */
export interface Beside {
  /** Its place among them, from 0. */
  readonly at: number;
  /** The author's key of what is joined; absent where it is the day before. */
  readonly key?: string | undefined;
}

/** What a stream has beside an entity. @throws {TerminalError} when that stream cannot be read */
export function besideIn(entry: JoinedEntry, at: number): unknown {
  const value = entry[2 + at];
  if (value instanceof TerminalError) throw value;
  return value;
}

/** An entity beside days that are in memory as a whole. */
export const entryBeside = (
  id: string,
  entity: unknown,
  others: readonly ReadonlyMap<string, unknown>[],
): JoinedEntry => [id, entity, ...others.map((other) => other.get(id))];

/** All entries of `left`, each with the values that the other streams have under its key. */
export async function* joinByKey(
  left: AsyncIterable<readonly Entry[]>,
  others: readonly AsyncIterable<readonly Entry[]>[],
): AsyncGenerator<readonly JoinedEntry[]> {
  const cursors = others.map((other) => new Cursor(other));
  const blank = Array.from({ length: 2 + cursors.length });
  try {
    for await (const entries of left) {
      const joined: JoinedEntry[] = [];
      for (const entry of entries) {
        for (const cursor of cursors) if (!cursor.seek(entry[0])) await cursor.advanceTo(entry[0]);
        joined.push(joinedEntry(blank, entry, cursors));
      }
      yield joined;
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** A copy of `blank`, which has the final length: an array that grows takes several times the room, and the time. */
function joinedEntry(blank: readonly unknown[], [key, value]: Entry, cursors: readonly Cursor[]): JoinedEntry {
  const entry = blank.slice();
  entry[0] = key;
  entry[1] = value;
  for (const [at, cursor] of cursors.entries()) entry[2 + at] = cursor.valueOf(key);
  return entry as unknown as JoinedEntry;
}

/** Where a stream is. Keys are asked for in ascending order. */
class Cursor {
  readonly #chunks: AsyncIterator<readonly Entry[]>;
  #chunk: readonly Entry[] = [];
  #at = 0;
  #isOver = false;
  #failure: TerminalError | undefined;

  constructor(stream: AsyncIterable<readonly Entry[]>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** To the first entry that is not before the key. False when its chunk is not here yet. */
  seek(key: string): boolean {
    if (this.#isOver) return true;
    let found = this.#chunk[this.#at];
    while (found !== undefined && found[0] < key) found = this.#chunk[++this.#at];
    return found !== undefined;
  }

  /** Chunks without a key that is asked for are many at times, and in memory: others get their turn between them. */
  async advanceTo(key: string): Promise<void> {
    for (let skipped = -1; !this.seek(key); skipped++) {
      if (skipped >= 0) await nextTurn();
      const next = await this.#next();
      this.#isOver = next === undefined;
      this.#chunk = next ?? [];
      this.#at = 0;
    }
  }

  /** Once it was sought. */
  valueOf(key: string): unknown {
    const found = this.#chunk[this.#at];
    return found?.[0] === key ? found[1] : this.#failure;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** What may pass is the whole scan's; what would fail again is told to those who look. */
  async #next(): Promise<readonly Entry[] | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (thrown) {
      if (!(thrown instanceof TerminalError)) throw thrown;
      this.#failure = thrown;
      return undefined;
    }
  }
}
