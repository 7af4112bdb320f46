/**
 * The memory of records: the head that all have (count, extremes, last value, sum, when it begins, the next of the same series), and room for
 * what follows it. Pure.
 */
import { type Arena, type Handle, MAX_UNITS, NONE } from './arena.ts';
import { addExactly } from './exact-sum.ts';
import type { Minute } from './minute.ts';
import { MAX_SCALE } from './sketch.ts';

/** Places in a record, in doubles … */
export const COUNT = 0;
export const MIN = 1;
export const MAX = 2;
export const LAST = 3;
export const LAST_AT = 4;
const SUM = 5;
/** … the integers that some of them hold, in integers … */
export const ENTRIES = 16;
const SUM_PARTS = 17;
const START = 18;
export const SCALE = 19;
const NEXT = 20;
/** … and what follows. */
export const BODY = 11;

/** Of a sum; more are rare, and lie beside. */
const INLINE_PARTS = 3;

export class RecordMemory {
  protected readonly arena: Arena;
  /** Sums of more than three parts. */
  readonly #long = new Map<Handle, number[]>();
  readonly #scratch: number[] = [];

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** An empty one that begins at `start`. */
  create(start: number, units = BODY + 1): Handle {
    const handle = this.arena.allocate(units);
    if (handle === NONE) return NONE;
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    const integers = this.arena.integersOf(handle);
    doubles[at + COUNT] = 0;
    doubles[at + MIN] = Infinity;
    doubles[at + MAX] = -Infinity;
    doubles[at + LAST] = NaN;
    doubles[at + LAST_AT] = -Infinity;
    integers[2 * at + ENTRIES] = 0;
    integers[2 * at + SUM_PARTS] = 0;
    integers[2 * at + START] = start;
    integers[2 * at + SCALE] = MAX_SCALE;
    integers[2 * at + NEXT] = NONE;
    return handle;
  }

  free(handle: Handle): void {
    this.#long.delete(handle);
    this.arena.free(handle);
  }

  startOf(handle: Handle): number {
    return this.arena.integersOf(handle)[2 * this.arena.offsetOf(handle) + START] as number;
  }

  /** Another record of the same series, or `NONE`. */
  nextOf(handle: Handle): Handle {
    return this.arena.integersOf(handle)[2 * this.arena.offsetOf(handle) + NEXT] as number;
  }

  setNext(handle: Handle, next: Handle): void {
    this.arena.integersOf(handle)[2 * this.arena.offsetOf(handle) + NEXT] = next;
  }

  protected commonOf(handle: Handle): Pick<Minute, 'count' | 'min' | 'max' | 'last' | 'lastAtMs'> {
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    return {
      count: doubles[at + COUNT] as number,
      min: doubles[at + MIN] as number,
      max: doubles[at + MAX] as number,
      last: doubles[at + LAST] as number,
      lastAtMs: doubles[at + LAST_AT] as number,
    };
  }

  protected addToSum(handle: Handle, value: number): void {
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    const integers = this.arena.integersOf(handle);
    const before = doubles[at + SUM] as number;
    const sum = before + value;
    const isWhole = Number.isInteger(before) && Number.isInteger(value) && Number.isSafeInteger(sum);
    // As most are: nothing is lost, and nothing has to be made.
    if (integers[2 * at + SUM_PARTS] === 1 && isWhole && sum !== 0) {
      doubles[at + SUM] = sum;
      return;
    }
    const parts = this.sumOf(handle, this.#scratch);
    addExactly(parts, value);
    this.keepSum(handle, parts);
  }

  protected sumOf(handle: Handle, into: number[] = []): number[] {
    const at = this.arena.offsetOf(handle);
    const parts = this.arena.integersOf(handle)[2 * at + SUM_PARTS] as number;
    if (parts > INLINE_PARTS) return [...(this.#long.get(handle) ?? [])];
    const doubles = this.arena.doublesOf(handle);
    into.length = parts;
    for (let part = 0; part < parts; part++) into[part] = doubles[at + SUM + part] as number;
    return into;
  }

  protected entriesOf(handle: Handle): number {
    return this.arena.integersOf(handle)[2 * this.arena.offsetOf(handle) + ENTRIES] as number;
  }

  protected keepSum(handle: Handle, sum: readonly number[]): void {
    const at = this.arena.offsetOf(handle);
    this.arena.integersOf(handle)[2 * at + SUM_PARTS] = sum.length;
    if (sum.length > INLINE_PARTS) this.#long.set(handle, [...sum]);
    else {
      const doubles = this.arena.doublesOf(handle);
      for (let part = 0; part < sum.length; part++) doubles[at + SUM + part] = sum[part] as number;
      if (this.#long.size > 0) this.#long.delete(handle);
    }
  }

  /** The record itself, or a larger copy for it. */
  protected withRoom(handle: Handle, units: number): Handle {
    const has = this.arena.unitsOf(handle);
    if (has >= units) return handle;
    const larger = this.arena.allocate(Math.min(units, MAX_UNITS));
    if (larger === NONE) return NONE;
    const from = this.arena.offsetOf(handle);
    this.arena
      .doublesOf(larger)
      .set(this.arena.doublesOf(handle).subarray(from, from + has), this.arena.offsetOf(larger));
    const long = this.#long.get(handle);
    this.free(handle);
    if (long !== undefined) this.#long.set(larger, long);
    return larger;
  }
}
