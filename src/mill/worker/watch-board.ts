/**
 * What is watched, in memory that the thread which works and the one that watches see at once. It is written for every cell: a message for
 * each, and one when it is over, took a worker 20 µs of the 200 that a cell without work of its own takes it.
 */

/** Calls of author code that are watched at once in a process; a worker has a few tasks at a time. */
export const MAX_WATCHED = 128;

/** Of a call, as JSON: names of 100 letters, ids made of them, and a sentence. */
export const MAX_WATCHED_BYTES = 4_096;

export interface Board {
  /** Notes a call; answers how to take it off. @throws {Error} when there are too many, or too much is said of it */
  note(what: object, withinMs: number): () => void;
  /** Calls whose time is over. */
  overdue(): unknown[];
}

const HEAD_BYTES = 2 * BigInt64Array.BYTES_PER_ELEMENT;

/** Memory for a board. */
export const boardMemory = (): SharedArrayBuffer =>
  new SharedArrayBuffer(MAX_WATCHED * (HEAD_BYTES + MAX_WATCHED_BYTES));

/** Of the same `memory` in each thread. Only one of them may note. */
export function openBoard(memory: SharedArrayBuffer): Board {
  /** Of each slot: when the call's time is over, in milliseconds of `steadyMs`, 0 of a free one; and how many bytes it has. */
  const heads = new BigInt64Array(memory, 0, MAX_WATCHED * 2);
  const texts = new Uint8Array(memory, MAX_WATCHED * HEAD_BYTES);
  const bytesOf = (slot: number): Uint8Array =>
    texts.subarray(slot * MAX_WATCHED_BYTES, (slot + 1) * MAX_WATCHED_BYTES);
  const encoder = new TextEncoder();
  return {
    note(what, withinMs) {
      let slot = 0;
      while (slot < MAX_WATCHED && heads[slot * 2] !== 0n) slot++;
      if (slot === MAX_WATCHED) throw new Error(`more than ${MAX_WATCHED} calls are watched at once`);
      const text = JSON.stringify(what);
      const { read, written } = encoder.encodeInto(text, bytesOf(slot));
      if (read < text.length) throw new Error(`a call takes more than ${MAX_WATCHED_BYTES} bytes to tell: ${text}`);
      heads[slot * 2 + 1] = BigInt(written);
      // Last: whoever sees it sees the rest.
      Atomics.store(heads, slot * 2, steadyMs() + BigInt(Math.ceil(withinMs)));
      return () => void Atomics.store(heads, slot * 2, 0n);
    },
    overdue() {
      const now = steadyMs();
      const found: unknown[] = [];
      for (let slot = 0; slot < MAX_WATCHED; slot++) {
        const until = Atomics.load(heads, slot * 2);
        if (until === 0n || until > now) continue;
        // A copy: what is shared cannot be decoded.
        const text = Buffer.from(bytesOf(slot).slice(0, Number(heads[slot * 2 + 1]))).toString('utf8');
        // Taken off, or noted anew, meanwhile: then it was not stuck.
        if (Atomics.load(heads, slot * 2) === until) found.push(JSON.parse(text));
      }
      return found;
    },
  };
}

/** The same in all threads, and never set back. */
const steadyMs = (): bigint => process.hrtime.bigint() / 1_000_000n;
