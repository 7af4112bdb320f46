/**
 * The series of an organization that a process knows: by the bytes that name them in requests, with their labels packed, and their ids by day.
 * Some 190 bytes a series of six labels, its own texts included (`npm run bench -- collect`).
 */
import type { Day } from '../../values/date.ts';
import { type Label, type Series, seriesKey, type Temporality } from '../model/series.ts';
import type { Refusal, SeriesResolver } from '../model/series-resolver.ts';
import { SymbolNumbers } from '../model/symbol-numbers.ts';
import { Reader, Writer } from '../model/bytes.ts';
import { keyHash } from './key-hash.ts';

const FIRST_ENTRIES = 256;

/** Days whose ids are at hand: today's and those of late samples. What was let go is asked of the store again. */
const DAYS = 8;

/** Bits of a byte. */
const HAS = { delta: 1, cumulative: 2, origin: 4 } as const;

export interface SeriesIndexOptions {
  /** Of the hash; a secret of the process. */
  readonly seed: number;
  /** Whether a series may be: asked of those that are new. */
  readonly check: (series: Series) => Refusal | undefined;
}

export class SeriesIndex implements SeriesResolver {
  readonly symbols = new SymbolNumbers();
  readonly #options: SeriesIndexOptions;
  readonly #hash = new Int32Array(4);
  readonly #encoder = new TextEncoder();
  /** Entries by hash, counted from 1; 0 where there is none. Half of them at most are taken. */
  #slots = new Int32Array(FIRST_ENTRIES * 2);
  #hashes = new Int32Array(FIRST_ENTRIES * 4);
  #numbers = new Uint32Array(FIRST_ENTRIES);
  #entries = 0;
  /** Series, packed one after the other, and where each begins. */
  readonly #packed = new Writer();
  #starts = new Uint32Array(FIRST_ENTRIES);
  #count = 0;
  readonly #texts: string[] = [];
  readonly #textNumbers = new Map<string, number>();
  readonly #ids = new Map<Day, Uint32Array>();

  constructor(options: SeriesIndexOptions) {
    this.#options = options;
  }

  /** Of what was looked for, what was found; and all of it. */
  readonly lookups = { found: 0, all: 0 };

  get size(): number {
    return this.#count;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    keyHash(bytes, start, end, this.#options.seed, this.#hash);
    const number = this.#look();
    this.lookups.all++;
    if (number >= 0) this.lookups.found++;
    return number;
  }

  add(bytes: Uint8Array, start: number, end: number, series: Series): number | Refusal {
    const known = this.#numberOf(series);
    const number = typeof known === 'number' ? known : this.#options.check(series);
    const added = number ?? this.#keep(series);
    if (typeof added !== 'number') return added;
    keyHash(bytes, start, end, this.#options.seed, this.#hash);
    if (this.#look() < 0) this.#enter(added);
    return added;
  }

  get(number: number): Series {
    const end = number + 1 < this.#count ? (this.#starts[number + 1] as number) : this.#packed.length;
    const reader = new Reader(this.#packed.done().subarray(this.#starts[number], end));
    const text = (): string => this.#texts[reader.varint()] as string;
    const has = reader.byte();
    const labels = Array.from({ length: reader.varint() }, (): Label => [text(), text()]);
    const temporality: Temporality | undefined =
      (has & HAS.delta) !== 0 ? 'delta' : (has & HAS.cumulative) !== 0 ? 'cumulative' : undefined;
    return {
      labels,
      ...(temporality === undefined ? {} : { temporality }),
      ...((has & HAS.origin) === 0 ? {} : { origin: text() }),
    };
  }

  /** By number; 0 where the day does not know it. As long as there are series, at least. */
  idsOf(day: Day): Uint32Array {
    const found = this.#ids.get(day);
    const isLong = found !== undefined && found.length >= this.#count;
    const ids = isLong ? found : new Uint32Array(this.#starts.length);
    if (found !== undefined && !isLong) ids.set(found);
    // In the order of their last use.
    this.#ids.delete(day);
    this.#ids.set(day, ids);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > DAYS && oldest !== undefined) this.#ids.delete(oldest);
    return ids;
  }

  /** Answers `idsOf` the day. */
  setIds(day: Day, numbers: Uint32Array, ids: ArrayLike<number>): Uint32Array {
    const own = this.idsOf(day);
    for (let at = 0; at < numbers.length; at++) own[numbers[at] as number] = ids[at] as number;
    return own;
  }

  /** The hash of what a series is, which is no hash of bytes of a request. */
  #numberOf(series: Series): number | undefined {
    const key = this.#encoder.encode(seriesKey(series));
    keyHash(key, 0, key.byteLength, ~this.#options.seed, this.#hash);
    const number = this.#look();
    return number < 0 ? undefined : number;
  }

  /** After `#numberOf`, whose hash it takes. */
  #keep(series: Series): number {
    const number = this.#count++;
    if (number === this.#starts.length) this.#starts = copied(new Uint32Array(number * 2), this.#starts);
    this.#numberOf(series);
    this.#enter(number);
    this.#starts[number] = this.#packed.length;
    const { labels, temporality, origin } = series;
    this.#packed.byte((temporality === undefined ? 0 : HAS[temporality]) | (origin === undefined ? 0 : HAS.origin));
    this.#packed.varint(labels.length);
    for (const text of labels.flat()) this.#packed.varint(this.#textNumber(text));
    if (origin !== undefined) this.#packed.varint(this.#textNumber(origin));
    return number;
  }

  #textNumber(text: string): number {
    let number = this.#textNumbers.get(text);
    if (number === undefined) {
      number = this.#texts.push(text) - 1;
      this.#textNumbers.set(text, number);
    }
    return number;
  }

  /** The number of who has the hash at hand; -1 for nobody. */
  #look(): number {
    const mask = this.#slots.length - 1;
    const [h0, h1, h2, h3] = this.#hash as unknown as [number, number, number, number];
    for (let slot = h0 & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0) return -1;
      const at = entry * 4;
      const own = this.#hashes;
      if (own[at] === h0 && own[at + 1] === h1 && own[at + 2] === h2 && own[at + 3] === h3)
        return this.#numbers[entry] as number;
    }
  }

  #enter(number: number): void {
    if (this.#entries === this.#numbers.length) this.#grow();
    const entry = this.#entries++;
    this.#numbers[entry] = number;
    this.#hashes.set(this.#hash, entry * 4);
    this.#place(entry);
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[entry * 4] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    const capacity = this.#numbers.length * 2;
    this.#numbers = copied(new Uint32Array(capacity), this.#numbers);
    this.#hashes = copied(new Int32Array(capacity * 4), this.#hashes);
    this.#slots = new Int32Array(capacity * 2);
    for (let entry = 0; entry < this.#entries; entry++) this.#place(entry);
  }
}

function copied<A extends Uint32Array | Int32Array>(to: A, from: A): A {
  to.set(from);
  return to;
}
