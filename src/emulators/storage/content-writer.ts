/** Takes the bytes of an upload and puts them on disk, a chunk at a time; the last stay in memory for the commit that makes the object. */
import type { State } from '../state.ts';
import { type Checksums, Hasher } from './checksums.ts';
import { CHUNK_BYTES } from './limits.ts';

export class ContentWriter {
  readonly #state: State;
  readonly #hasher: Hasher;
  readonly #append: (start: number, data: Buffer) => void;
  /** Not yet on disk. */
  #pieces: Buffer[] = [];
  #pending = 0;

  /**
   * @param append stores bytes that begin at `start`, inside `state.write`
   * @param hasher has seen what is on disk already
   */
  constructor(state: State, append: (start: number, data: Buffer) => void, hasher = new Hasher()) {
    this.#state = state;
    this.#append = append;
    this.#hasher = hasher;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#hasher.length + this.#pending;
  }

  /** Waits for the disk when a chunk is full. */
  async write(piece: Buffer): Promise<void> {
    this.#pieces.push(piece);
    this.#pending += piece.length;
    if (this.#pending >= CHUNK_BYTES) await this.flush(CHUNK_BYTES);
  }

  /** Puts as much on disk as comes in whole units of `unit` bytes. */
  async flush(unit: number): Promise<void> {
    const pending = Buffer.concat(this.#pieces);
    const bytes = pending.subarray(0, pending.length - (pending.length % unit));
    if (bytes.length > 0) {
      await this.#state.write(() => this.#append(this.#hasher.length, bytes));
      this.#hasher.update(bytes);
    }
    this.#pending -= bytes.length;
    this.#pieces = this.#pending > 0 ? [pending.subarray(bytes.length)] : [];
  }

  /** Ends it. `store`, of what begins at `start`, belongs inside the `state.write` that makes the object. */
  end(): { start: number; size: number; checksums: Checksums; store: () => void } {
    const start = this.#hasher.length;
    const rest = Buffer.concat(this.#pieces);
    this.#hasher.update(rest);
    return {
      start,
      size: start + rest.length,
      checksums: this.#hasher.checksums(),
      store: () => {
        if (rest.length > 0) this.#append(start, rest);
      },
    };
  }
}
