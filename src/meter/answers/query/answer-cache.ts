/**
 * Answers of questions as they were written, by organization and question: many look at the same panel. What is of times that are over is kept for
 * longer than what still changes, and nothing so long that a late sample would not be seen soon.
 */
import { hashOf } from '../../../values/hash.ts';

/** Of a question whose times are over: late samples change even those, for a week. */
export const CLOSED_MS = 60_000;

/** Of one that reaches up to now: a panel is drawn anew each few seconds at most. */
export const OPEN_MS = 3_000;

/** How long ago a time must be that nothing is expected for any more, but what is late. */
const OVER_AFTER_MS = 3_600_000;

/** Of all answers together. */
const MAX_BYTES = 32_000_000;

export interface CachedAnswer {
  readonly body: Uint8Array;
  readonly etag: string;
  /** Seconds for which it is still good. */
  readonly maxAge: number;
}

interface Entry {
  readonly answer: Promise<{ readonly body: Uint8Array; readonly etag: string }>;
  readonly untilMs: number;
  bytes: number;
}

export class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #maxBytes: number;
  #bytes = 0;
  readonly counts = { hits: 0, misses: 0 };

  /** `now`: milliseconds, steady. */
  constructor(now: () => number, maxBytes = MAX_BYTES) {
    this.#now = now;
    this.#maxBytes = maxBytes;
  }

  /**
   * `endMs`: the last time that is asked about, and `nowMs`, both since 1970. Who asks the same at once waits for one answer; one that fails is not
   * kept, and the next asks anew.
   */
  async read(
    key: readonly [organization: string, ...question: string[]],
    { endMs, nowMs }: { readonly endMs: number; readonly nowMs: number },
    make: () => Promise<unknown>,
  ): Promise<CachedAnswer> {
    const name = JSON.stringify(key);
    const found = this.#entries.get(name);
    if (found !== undefined && found.untilMs > this.#now()) {
      this.counts.hits++;
      return { ...(await found.answer), maxAge: this.#left(found) };
    }
    this.counts.misses++;
    const keptMs = nowMs - endMs > OVER_AFTER_MS ? CLOSED_MS : OPEN_MS;
    const answer = make().then((value) => {
      const body = Buffer.from(JSON.stringify(value));
      return { body, etag: `"${hashOf(body.toString('latin1'))}"` };
    });
    const entry: Entry = { answer, untilMs: this.#now() + keptMs, bytes: 0 };
    this.#drop(name);
    this.#entries.set(name, entry);
    try {
      const made = await answer;
      if (this.#entries.get(name) === entry) {
        entry.bytes = made.body.byteLength;
        this.#bytes += entry.bytes;
        this.#forget();
      }
      return { ...made, maxAge: this.#left(entry) };
    } catch (thrown) {
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
      throw thrown;
    }
  }

  #left = ({ untilMs }: Entry): number => Math.max(0, Math.floor((untilMs - this.#now()) / 1_000));

  #drop(name: string): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.delete(name);
  }

  /** What is oldest goes first. */
  #forget(): void {
    for (const name of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(name);
    }
  }
}
