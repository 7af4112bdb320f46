/** Checksums of resumable uploads between their requests; after a restart they are made again from what is on disk. */
import { setImmediate } from 'node:timers/promises';
import { Hasher } from './checksums.ts';
import type { Contents } from './contents.ts';
import type { StoredUpload } from './store.ts';

export class Hashers {
  readonly #contents: Contents;
  /** By upload. */
  readonly #kept = new Map<string, Hasher>();

  constructor(contents: Contents) {
    this.#contents = contents;
  }

  /** One that has seen what is on disk, for one request alone. */
  async take({ id, content, received }: StoredUpload): Promise<Hasher> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept?.length === received) return kept;
    const hasher = new Hasher();
    for (const bytes of this.#contents.read(content, { start: 0, end: received })) {
      hasher.update(bytes);
      // A large upload must not hold up everybody.
      await setImmediate();
    }
    return hasher;
  }

  /** For the next request; one that has ended is forgotten. */
  keep(id: string, hasher: Hasher): void {
    if (!hasher.ended) this.#kept.set(id, hasher);
  }
}
