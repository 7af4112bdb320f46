/** A `SeriesResolver` that knows series by their bytes in an open-addressed table: what a reader costs must not be hidden behind a Map of strings. */
import type { SeriesResolver } from '../src/meter/model/series-resolver.ts';
import { SymbolNumbers } from '../src/meter/model/symbol-numbers.ts';

const SLOTS = 1 << 17;
const WORD_PRIME = 0x01000193;

export class ByteResolver implements SeriesResolver {
  readonly symbols = new SymbolNumbers();
  readonly #slots = new Int32Array(SLOTS).fill(-1);
  readonly #hashes = new Int32Array(SLOTS);
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #keys = new Uint8Array(1 << 20);
  #used = 0;

  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const number = this.#slots[slot] as number;
      if (number < 0) return -1;
      if (this.#hashes[slot] === hash && this.#isSame(number, bytes, start, end)) return number;
    }
  }

  add(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    let slot = hash & (SLOTS - 1);
    while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & (SLOTS - 1);
    while (this.#used + end - start > this.#keys.length) {
      const larger = new Uint8Array(this.#keys.length * 2);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys.set(bytes.subarray(start, end), this.#used);
    const number = this.#starts.push(this.#used) - 1;
    this.#used += end - start;
    this.#ends.push(this.#used);
    this.#slots[slot] = number;
    this.#hashes[slot] = hash;
    return number;
  }

  #isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[number] as number;
    if ((this.#ends[number] as number) - from !== end - start) return false;
    const keys = this.#keys;
    for (let at = start, key = from; at < end; at++, key++) if (bytes[at] !== keys[key]) return false;
    return true;
  }
}

/** Four bytes at a time, of which each is multiplied in. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = (end - start) | 0;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ word, WORD_PRIME);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), WORD_PRIME);
  return hash ^ (hash >>> 13);
}
