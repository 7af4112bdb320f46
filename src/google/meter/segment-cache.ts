/** Chunks and rollups as they were decoded: they never change under their names, and a dashboard asks for the same again and again. */
import type { Samples } from '../../meter/model/samples.ts';

/** Samples that an instance keeps, some 25 bytes each. What was asked for longest ago goes first. */
const MAX_CACHED_SAMPLES = 3_000_000;

export class SegmentCache {
  readonly #most: number;
  readonly #segments = new Map<string, Samples>();
  #samples = 0;

  constructor(most = MAX_CACHED_SAMPLES) {
    this.#most = most;
  }

  get(path: string): Samples | undefined {
    const found = this.#segments.get(path);
    if (found === undefined) return undefined;
    // In the order of their last use.
    this.#segments.delete(path);
    this.#segments.set(path, found);
    return found;
  }

  /** Nobody writes into it from now on. */
  set(path: string, samples: Samples): void {
    if (samples.length > this.#most / 2) return;
    this.#segments.set(path, samples);
    this.#samples += samples.length;
    for (const [oldest, { length }] of this.#segments) {
      if (this.#samples <= this.#most) break;
      this.#segments.delete(oldest);
      this.#samples -= length;
    }
  }
}
