/**
 * Contents of objects, in chunks of the state file. A content is written once and never changed, so that a reader goes on with the one that it
 * began with. It goes when no object and no upload has it, and nobody reads it; what a crash leaves is collected after the next start.
 */
import type { State } from '../state.ts';
import { CHUNK_BYTES } from './limits.ts';
import type { Span } from './ranges.ts';
import type { Store } from './store.ts';

/** Of a content that is deleted in one commit. More would hold up everybody. */
const CHUNKS_A_COMMIT = 16;

export class Contents {
  readonly #state: State;
  readonly #store: Store;
  readonly #log: (line: string) => void;
  /** By content: who reads or writes it now. */
  readonly #holds = new Map<number, number>();
  #last: number;
  #collecting = false;
  #collected = Promise.resolve();
  #closed = false;

  constructor(state: State, store: Store, log: (line: string) => void) {
    this.#state = state;
    this.#store = store;
    this.#log = log;
    this.#last = store.lastContent();
    this.#collect();
  }

  /** The number of a new one. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Keeps a content until it is released. */
  hold(content: number): void {
    this.#holds.set(content, (this.#holds.get(content) ?? 0) + 1);
  }

  release(content: number): void {
    const holds = (this.#holds.get(content) ?? 0) - 1;
    if (holds > 0) this.#holds.set(content, holds);
    else this.#holds.delete(content);
    if (holds === 0) this.#collect();
  }

  /** Bytes of a content, a chunk at a time. Whoever reads holds it. */
  *read(content: number, { start, end }: Span): Generator<Buffer, void, void> {
    for (let offset = start; offset < end;) {
      const chunk = this.#store.chunkAt(content, offset);
      const from = offset - (chunk?.start ?? 0);
      const data = chunk?.data.subarray(from, from + end - offset);
      if (data === undefined || data.length === 0) throw new Error(`content ${content} has no byte ${offset}`);
      offset += data.length;
      yield Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    }
  }

  /** Belongs inside `state.write`, after the object or the upload that had it: if it was the last, the content goes. */
  discard(content: number, size: number): void {
    if (this.#store.holders(content) > 0) return;
    if (!this.#holds.has(content) && size <= CHUNK_BYTES) this.#store.dropChunks(content, CHUNKS_A_COMMIT);
    else {
      this.#store.putGarbage(content);
      setImmediate(() => this.#collect());
    }
  }

  /** Ends what is under way in the background. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#collected;
  }

  #collect(): void {
    if (this.#collecting) return;
    this.#collecting = true;
    this.#collected = this.#sweep();
  }

  async #sweep(): Promise<void> {
    try {
      for (;;) {
        if (this.#closed) return;
        const content = this.#nextGarbage();
        if (content === undefined) return;
        await this.#state.write(() => {
          if (this.#store.dropChunks(content, CHUNKS_A_COMMIT) < CHUNKS_A_COMMIT) this.#store.dropGarbage(content);
        });
      }
    } catch (error) {
      this.#log(`Storage: what no object has could not be deleted: ${(error as Error).message}`);
    } finally {
      this.#collecting = false;
    }
  }

  /** What nobody reads or writes. */
  #nextGarbage(): number | undefined {
    let content = this.#store.garbageAfter(0);
    while (content !== undefined && this.#holds.has(content)) content = this.#store.garbageAfter(content);
    return content;
  }
}
