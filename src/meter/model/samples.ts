/**
 * Samples as columns: what a request brings, and what a segment is made from. A sample is a series' number, a time, and eight bytes that
 * are a double, a 64-bit integer, or the number of a compound value. The bytes are copied as they came: a number of JavaScript would lose
 * which NaN it was, and 2^53 + 1.
 */
import type { Compound } from './compound.ts';

export const KIND = { double: 0, int64: 1, compound: 2 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Prometheus's stale marker: the series has ended, or is not known for now. Bits of a NaN. */
export const STALE_BITS = 0x7ff0000000000002n;

const FIRST_CAPACITY = 256;

/** One that a client attached to a sample, for a trace that it comes from. */
export interface Exemplar {
  /** Of the sample, within these; -1 when it came without one. */
  readonly sample: number;
  /** That it is of, where it came without a sample, as remote write may send it. */
  readonly series?: number | undefined;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  /** Undefined where it is said of no time. */
  readonly timestampMs?: number | undefined;
  /** JSON of what labels and a double cannot say: of OTLP a 64-bit integer, nanoseconds, attributes that are no strings. */
  readonly origin?: string | undefined;
}

export class Samples {
  length = 0;
  /** Numbers that a `SeriesResolver` gave. */
  series = new Uint32Array(FIRST_CAPACITY);
  /** Milliseconds since 1970; whole ones. */
  timestampsMs = new Float64Array(FIRST_CAPACITY);
  kinds = new Uint8Array(FIRST_CAPACITY);
  /** Nanoseconds that a time lies after its millisecond, 0 to 999,999; undefined while all are 0. */
  nanos: Uint32Array | undefined;
  /** Since when a counter counts, milliseconds; NaN where it is not said; undefined while it is said of none. Nanoseconds are dropped. */
  startsMs: Float64Array | undefined;
  compounds: Compound[] = [];
  exemplars: Exemplar[] = [];
  #values = new Uint8Array(FIRST_CAPACITY * 8);
  #doubles = new Float64Array(this.#values.buffer);
  #integers = new BigInt64Array(this.#values.buffer);

  /** Eight bytes a sample, little-endian. */
  get bytes(): Uint8Array {
    return this.#values;
  }
  /** The same bytes. A NaN that is read here may come out as another; see `bits`. */
  get doubles(): Float64Array {
    return this.#doubles;
  }
  /** The same bytes: integers, bits of doubles, and numbers of compounds. */
  get bits(): BigInt64Array {
    return this.#integers;
  }

  /** A double as it lies in a message, little-endian, from `offset` on. */
  pushBytes(series: number, timestampMs: number, from: Uint8Array, offset: number): void {
    const at = this.#next(series, timestampMs, KIND.double) * 8;
    for (let byte = 0; byte < 8; byte++) this.#values[at + byte] = from[offset + byte] as number;
  }

  pushDouble(series: number, timestampMs: number, value: number): void {
    const at = this.#next(series, timestampMs, KIND.double);
    this.#doubles[at] = value;
  }

  /** Doubles of one series, with their bits, as many as there are times. */
  pushDoubles(series: number, timestampsMs: Float64Array, values: Float64Array): void {
    const start = this.length;
    const end = start + timestampsMs.length;
    while (this.series.length < end) this.#grow();
    this.series.fill(series, start, end);
    this.timestampsMs.set(timestampsMs, start);
    this.kinds.fill(KIND.double, start, end);
    // Of one type to the other: bytes are copied, NaNs as they are.
    this.#doubles.set(values, start);
    this.length = end;
  }

  /** A double by its bits: the only way to say which NaN it is. */
  pushBits(series: number, timestampMs: number, bits: bigint): void {
    const at = this.#next(series, timestampMs, KIND.double);
    this.#integers[at] = bits;
  }

  /** -2^63 to 2^63 - 1. */
  pushInt64(series: number, timestampMs: number, value: bigint): void {
    const at = this.#next(series, timestampMs, KIND.int64);
    this.#integers[at] = value;
  }

  /** That a series has no value at this time. */
  pushStale(series: number, timestampMs: number): void {
    this.pushBits(series, timestampMs, STALE_BITS);
  }

  pushCompound(series: number, timestampMs: number, value: Compound): void {
    const at = this.#next(series, timestampMs, KIND.compound);
    this.#integers[at] = BigInt(this.compounds.push(value) - 1);
  }

  /** Says more of the sample that was pushed last. */
  setNanos(nanos: number): void {
    if (nanos === 0) return;
    this.nanos ??= new Uint32Array(this.series.length);
    this.nanos[this.length - 1] = nanos;
  }

  /** Of the last sample, or of one before it: the exposition format may say it later. */
  setStart(startMs: number, sample = this.length - 1): void {
    this.startsMs ??= new Float64Array(this.series.length).fill(NaN);
    this.startsMs[sample] = startMs;
  }

  addExemplar(exemplar: Omit<Exemplar, 'sample' | 'series'>): void {
    this.exemplars.push({ ...exemplar, sample: this.length - 1 });
  }

  /** One that came without a sample. */
  addExemplarOf(series: number, exemplar: Omit<Exemplar, 'sample' | 'series'>): void {
    this.exemplars.push({ ...exemplar, sample: -1, series });
  }

  isStale(sample: number): boolean {
    return this.kinds[sample] === KIND.double && this.#integers[sample] === STALE_BITS;
  }

  /** Of a double or an integer, as a number that may be less exact; undefined of a compound. */
  numberAt(sample: number): number | undefined {
    const kind = this.kinds[sample];
    if (kind === KIND.double) return this.#doubles[sample];
    return kind === KIND.int64 ? Number(this.#integers[sample]) : undefined;
  }

  compoundAt(sample: number): Compound | undefined {
    return this.kinds[sample] === KIND.compound ? this.compounds[Number(this.#integers[sample])] : undefined;
  }

  /** Copies one of another's samples, with all that is said of it but exemplars, as one of `series`. */
  copy(from: Samples, sample: number, series: number): void {
    const timestampMs = from.timestampsMs[sample] as number;
    const compound = from.compoundAt(sample);
    if (compound !== undefined) this.pushCompound(series, timestampMs, compound);
    else {
      const at = this.#next(series, timestampMs, from.kinds[sample] as Kind);
      this.#integers[at] = from.#integers[sample] as bigint;
    }
    if (from.nanos !== undefined) this.setNanos(from.nanos[sample] as number);
    const startMs = from.startsMs?.[sample];
    if (startMs !== undefined && !Number.isNaN(startMs)) this.setStart(startMs);
  }

  /** Appends all of another's samples, of the same series' numbers. */
  append(from: Samples): void {
    const start = this.length;
    while (this.series.length < start + from.length) this.#grow();
    this.series.set(from.series.subarray(0, from.length), start);
    this.timestampsMs.set(from.timestampsMs.subarray(0, from.length), start);
    this.kinds.set(from.kinds.subarray(0, from.length), start);
    this.#values.set(from.#values.subarray(0, from.length * 8), start * 8);
    this.length += from.length;
    if (from.nanos !== undefined) {
      this.nanos ??= new Uint32Array(this.series.length);
      this.nanos.set(from.nanos.subarray(0, from.length), start);
    }
    if (from.startsMs !== undefined) {
      this.startsMs ??= new Float64Array(this.series.length).fill(NaN);
      this.startsMs.set(from.startsMs.subarray(0, from.length), start);
    }
    for (const exemplar of from.exemplars)
      this.exemplars.push({ ...exemplar, sample: exemplar.sample < 0 ? -1 : exemplar.sample + start });
    if (from.compounds.length === 0) return;
    for (let at = start; at < this.length; at++) {
      if (this.kinds[at] !== KIND.compound) continue;
      this.#integers[at] = BigInt(this.compounds.push(from.compounds[Number(this.#integers[at])] as Compound) - 1);
    }
  }

  /** Columns may be others afterwards: who writes into one looks for it then. `column[this.#next()] = value` would write into the old one. */
  #next(series: number, timestampMs: number, kind: Kind): number {
    if (this.length === this.series.length) this.#grow();
    const at = this.length++;
    this.series[at] = series;
    this.timestampsMs[at] = timestampMs;
    this.kinds[at] = kind;
    return at;
  }

  #grow(): void {
    const capacity = this.series.length * 2;
    this.series = copied(new Uint32Array(capacity), this.series);
    this.timestampsMs = copied(new Float64Array(capacity), this.timestampsMs);
    this.kinds = copied(new Uint8Array(capacity), this.kinds);
    if (this.nanos !== undefined) this.nanos = copied(new Uint32Array(capacity), this.nanos);
    if (this.startsMs !== undefined) this.startsMs = copied(new Float64Array(capacity).fill(NaN), this.startsMs);
    this.#values = copied(new Uint8Array(capacity * 8), this.#values);
    this.#doubles = new Float64Array(this.#values.buffer);
    this.#integers = new BigInt64Array(this.#values.buffer);
  }
}

function copied<A extends Uint8Array | Uint32Array | Float64Array>(to: A, from: A): A {
  to.set(from);
  return to;
}
