/**
 * Texts by number, so that what is made of the same few texts again and again has a short key. Bounded: a text that finds no place has no
 * number, and whoever asks must do without.
 */

/** Texts, and bytes of them together: names and values of the labels of some 100,000 series. */
export const MAX_SYMBOLS = 262_144;
export const MAX_SYMBOL_BYTES = 16_777_216;
/** Places that are looked at for one text. A crowd that somebody made on purpose must not slow everybody down. */
const MAX_PROBES = 32;
const FIRST_SLOTS = 1_024;
const FIRST_BYTES = 16_384;

export class SymbolNumbers {
  #count = 0;
  /** Numbers by hash; -1 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS).fill(-1);
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  /** Where each text ends in `#bytes`: it begins where the one before it ends. */
  #ends = new Uint32Array(FIRST_SLOTS / 2);
  #bytes = new Uint8Array(FIRST_BYTES);

  /** The number of a text, which it has from now on; -1 when there is no place for it. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & mask;
      const number = this.#slots[slot] as number;
      if (number < 0) return this.#add(hash, slot, bytes, start, end);
      if (this.#hashes[number] === hash && this.#isSame(number, bytes, start, end)) return number;
    }
    return -1;
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] as number);
  }

  #isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#startOf(number);
    if ((this.#ends[number] as number) - from !== end - start) return false;
    const own = this.#bytes;
    for (let at = start, to = from; at < end; at++, to++) if (bytes[at] !== own[to]) return false;
    return true;
  }

  #add(hash: number, slot: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.#count;
    const from = this.#startOf(number);
    const to = from + end - start;
    if (number === MAX_SYMBOLS || to > MAX_SYMBOL_BYTES) return -1;
    while (to > this.#bytes.length) this.#bytes = larger(this.#bytes, new Uint8Array(this.#bytes.length * 2));
    this.#bytes.set(bytes.subarray(start, end), from);
    this.#ends[number] = to;
    this.#hashes[number] = hash;
    this.#slots[slot] = number;
    this.#count++;
    if (this.#count === this.#ends.length) this.#grow();
    return number;
  }

  /** Twice the slots, of which half may be taken. One that finds no place in them is looked for in vain, and added again under another number. */
  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    this.#hashes = larger(this.#hashes, new Int32Array(this.#hashes.length * 2));
    this.#ends = larger(this.#ends, new Uint32Array(this.#ends.length * 2));
    for (let number = 0; number < this.#count; number++) {
      let slot = (this.#hashes[number] as number) & (slots.length - 1);
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}

function larger<A extends Uint8Array | Int32Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** FNV-1a, mixed at the end: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
