/**
 * The bytes that a 2.0 series is known by: the symbols that it refers to, in their order; by the numbers that the resolver has for them, or
 * whole, each with its length before it.
 */
import type { SymbolNumbers } from '../../model/symbol-numbers.ts';
import type { Symbols } from './symbols.ts';

/** Instead of a length: a reference is beyond the symbols, or the key would be too long. */
export const NO_SYMBOL = -1;
export const TOO_LONG = -2;

/** The first byte of a key, so that it is none of another kind or format: 1.0's begin with a field's tag. */
const WHOLE = 0;
const BY_NUMBER = 1;

/** Of a symbol's number: nobody asked for it yet. */
const UNASKED = -2;
/** Most bytes of a number; the resolver has fewer than 2^28 of them. */
const NUMBER_BYTES = 4;

export class SeriesKey {
  bytes = new Uint8Array(4_096);
  readonly #symbols: Symbols;
  readonly #numbers: SymbolNumbers | undefined;
  #numberOfRef = new Int32Array(0);

  constructor(symbols: Symbols, numbers: SymbolNumbers | undefined) {
    this.#symbols = symbols;
    this.#numbers = numbers;
  }

  /** How long the key is that lies in `bytes` now. */
  make(refs: Uint32Array, count: number, maxBytes: number): number {
    for (let at = 0; at < count; at++) if ((refs[at] as number) >= this.#symbols.count) return NO_SYMBOL;
    return this.#byNumber(refs, count) || this.#whole(refs, count, maxBytes);
  }

  /** 0 when one of them has no number, or when there are none. */
  #byNumber(refs: Uint32Array, count: number): number {
    if (this.#numbers === undefined || count * NUMBER_BYTES >= this.bytes.length) return 0;
    if (this.#numberOfRef.length < this.#symbols.count)
      this.#numberOfRef = new Int32Array(this.#symbols.count).fill(UNASKED);
    const { bytes } = this;
    let to = 0;
    bytes[to++] = BY_NUMBER;
    for (let at = 0; at < count; at++) {
      const ref = refs[at] as number;
      let number = this.#numberOfRef[ref] as number;
      if (number === UNASKED) number = this.#ask(this.#numbers, ref);
      if (number < 0) return 0;
      for (; number >= 0x80; number >>>= 7) bytes[to++] = (number & 0x7f) | 0x80;
      bytes[to++] = number;
    }
    return to;
  }

  #ask(numbers: SymbolNumbers, ref: number): number {
    const { bytes, starts, ends } = this.#symbols;
    return (this.#numberOfRef[ref] = numbers.numberOf(bytes, starts[ref] as number, ends[ref] as number));
  }

  #whole(refs: Uint32Array, count: number, maxBytes: number): number {
    const { bytes, froms, ends } = this.#symbols;
    let length = 1;
    for (let at = 0; at < count; at++) {
      const ref = refs[at] as number;
      const from = froms[ref] as number;
      const end = ends[ref] as number;
      const longer = length + end - from;
      if (longer > maxBytes) return TOO_LONG;
      if (longer > this.bytes.length) this.#grow(longer);
      this.bytes.set(bytes.subarray(from, end), length);
      length = longer;
    }
    this.bytes[0] = WHOLE;
    return length;
  }

  #grow(bytes: number): void {
    const larger = new Uint8Array(bytes * 2);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
