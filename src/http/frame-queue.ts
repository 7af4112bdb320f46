/** Frames on their way to one reader: as many as it takes, and no more than so many bytes that it does not. */
import type { Frame } from '../meter/live/frame.ts';

/** What a reader may be behind; then it is let go, with a word. */
export const MAX_BEHIND_BYTES = 1_000_000;

/** A proxy that hears nothing closes the connection. */
export const HEARTBEAT_MS = 15_000;

export type Ending = 'bye' | 'slow';

export class FrameQueue<F = Frame> {
  #texts: string[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;
  #ending: Ending | undefined;
  readonly #write: (frame: F) => string;
  readonly #last: (ending: Ending) => string;

  constructor(write: (frame: F) => string, last: (ending: Ending) => string) {
    this.#write = write;
    this.#last = last;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  push(frame: F): void {
    if (this.#ending !== undefined) return;
    const text = this.#write(frame);
    if (this.#bytes + text.length > MAX_BEHIND_BYTES) this.end('slow');
    else this.add(text);
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#bytes += text.length;
    this.#wake?.();
  }

  /** What waits still is dropped where the reader is too slow for it. */
  end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    if (ending === 'slow') this.#texts = [];
    this.add(this.#last(ending));
  }

  /** Until it has ended; a text each time something waits, or `idle` after a while of nothing. */
  async *read(idle: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        if (this.#texts.length > 0) {
          const text = this.#texts.join('');
          this.#texts = [];
          yield Buffer.from(text);
          // Taken by the connection only now: until then they counted.
          this.#bytes -= text.length;
        } else if (this.#ending !== undefined) return;
        else if (!(await this.#something(signal))) yield Buffer.from(idle);
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  async #something(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
    this.#wake = () => resolve(true);
    if (signal.aborted) resolve(true);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}
