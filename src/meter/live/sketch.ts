/**
 * Quantiles of what cannot be kept: counts in base-2 exponential buckets, as OTLP's exponential histogram and Prometheus's native one have
 * them. https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram A bucket of index i at scale s covers
 * (b^i, b^(i+1)] with b = 2^(2^-s), and negative values have buckets of their own. When there are more than 160, the scale falls by one, and
 * two buckets become one. Pure.
 *
 * K1. The scale is the highest at which all that was counted takes no more than 160 buckets, whatever came in which order and from where:
 *     buckets never split, an index at a lower scale is the index at a higher one shifted, and more values never take fewer buckets.
 *     So merging is exact: in any order, by any path, it gives the same counts.
 * K2. A quantile is off by at most the relative error of the scale, `relativeErrorOf`: a bucket's value is the harmonic mean of its ends.
 */

/** Beyond this two buckets are two parts in a million apart. */
export const MAX_SCALE = 18;

/** Here two buckets hold all doubles there are. */
export const MIN_SCALE = -11;

/** As OpenTelemetry's SDKs by default. https://opentelemetry.io/docs/specs/otel/metrics/sdk/#base2-exponential-bucket-histogram-aggregation */
export const MAX_BUCKETS = 160;

/** What a bucket is known by: its index at the scale, doubled, one more for a negative one. */
export type BucketCode = number;

/** The bucket of zero, which no scale changes. */
export const ZERO_CODE: BucketCode = 0x7fffffff;

const PER_OCTAVE = 2 ** MAX_SCALE;

/** At `MAX_SCALE`, of a finite value. `Math.log2` is V8's own, the same on every machine. */
export function codeOf(value: number): BucketCode {
  if (value === 0) return ZERO_CODE;
  const index = Math.ceil(Math.log2(Math.abs(value)) * PER_OCTAVE) - 1;
  return index * 2 + (value < 0 ? 1 : 0);
}

/** The bucket that this one is part of when the scale falls. */
export const coarser = (code: BucketCode, by: number): BucketCode =>
  code === ZERO_CODE ? code : ((code >> 1) >> by) * 2 + (code & 1);

/** How far, relatively, a quantile may be off: (b - 1) / (b + 1). */
export const relativeErrorOf = (scale: number): number => Math.tanh((Math.LN2 * 2 ** -scale) / 2);

/** The middle of a bucket, from where both ends are equally far, relatively. */
function valueOf(code: BucketCode, scale: number): number {
  if (code === ZERO_CODE) return 0;
  const step = 2 ** -scale;
  const middle = 2 ** ((code >> 1) * step) * (2 / (1 + 2 ** -step));
  return (code & 1) === 1 ? -middle : middle;
}

export class QuantileSketch {
  #scale = MAX_SCALE;
  #buckets = new Map<BucketCode, number>();

  static of(values: Iterable<number>): QuantileSketch {
    const sketch = new QuantileSketch();
    for (const value of values) sketch.add(value);
    return sketch;
  }

  /** From what `buckets` gave. */
  static from(scale: number, buckets: Iterable<readonly [code: BucketCode, count: number]>): QuantileSketch {
    const sketch = new QuantileSketch();
    sketch.#scale = scale;
    for (const [code, count] of buckets) sketch.#count(code, count);
    sketch.#fit();
    return sketch;
  }

  get scale(): number {
    return this.#scale;
  }

  get count(): number {
    return this.#buckets.values().reduce((sum, count) => sum + count, 0);
  }

  get relativeError(): number {
    return relativeErrorOf(this.#scale);
  }

  /** Ascending by code, which is not by value. */
  buckets(): [code: BucketCode, count: number][] {
    return [...this.#buckets].sort(([a], [b]) => a - b);
  }

  /** False, and not counted, of what is not finite. */
  add(value: number, count = 1): boolean {
    if (!Number.isFinite(value)) return false;
    this.#count(coarser(codeOf(value), MAX_SCALE - this.#scale), count);
    this.#fit();
    return true;
  }

  merge(other: QuantileSketch): void {
    this.#fallTo(other.#scale);
    for (const [code, count] of other.#buckets) this.#count(coarser(code, other.#scale - this.#scale), count);
    this.#fit();
  }

  /** Of 0 to 1, by the nearest rank: the value that ⌈q·n⌉ of n are not above. Undefined of nothing. */
  quantile(q: number): number | undefined {
    return this.quantiles([q])[0];
  }

  quantiles(qs: readonly number[]): (number | undefined)[] {
    const ascending = [...this.#buckets]
      .map(([code, count]) => ({ value: valueOf(code, this.#scale), count }))
      .sort((a, b) => a.value - b.value);
    const total = ascending.reduce((sum, { count }) => sum + count, 0);
    return qs.map((q) => {
      let rank = Math.max(1, Math.ceil(q * total));
      return ascending.find(({ count }) => (rank -= count) <= 0)?.value;
    });
  }

  #count(code: BucketCode, count: number): void {
    this.#buckets.set(code, (this.#buckets.get(code) ?? 0) + count);
  }

  #fit(): void {
    // Zero is no bucket of these.
    while (this.#buckets.size - (this.#buckets.has(ZERO_CODE) ? 1 : 0) > MAX_BUCKETS) this.#fallTo(this.#scale - 1);
  }

  #fallTo(scale: number): void {
    if (scale >= this.#scale) return;
    const by = this.#scale - scale;
    const before = this.#buckets;
    this.#buckets = new Map();
    this.#scale = scale;
    for (const [code, count] of before) this.#count(coarser(code, by), count);
  }
}
