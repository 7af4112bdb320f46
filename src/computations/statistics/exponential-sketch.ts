/** Quantiles of any number of values in bounded space, with a bound on their error: counts in base-2 exponential buckets. */

/** As OpenTelemetry's SDKs have by default, of each sign. https://opentelemetry.io/docs/specs/otel/metrics/sdk/#base2-exponential-bucket-histogram-aggregation */
export const MAX_BUCKETS = 160;

/**
 * A bucket of index i at scale s counts values in (b^i, b^(i+1)], b = 2^(2^-s); those of negative values mirror them. At a scale lower by one,
 * two buckets are one: so sketches of different scales merge without any error beyond that of the coarser one, in any order.
 *
 * Source: OpenTelemetry, "Metrics Data Model", ExponentialHistogram. It is the sketch of C. Masson, J. E. Rim & H. K. Lee, "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12 (2019), with gamma = b.
 */
export interface ExponentialSketch {
  scale: number;
  zero: number;
  /** Counts by index. */
  positive: Map<number, number>;
  negative: Map<number, number>;
}

export interface QuantileEstimate {
  readonly value: number;
  /** The quantile lies within these; `high` is null where nothing bounds it. */
  readonly low: number | null;
  readonly high: number | null;
}

export const emptySketch = (scale: number): ExponentialSketch => ({
  scale,
  zero: 0,
  positive: new Map(),
  negative: new Map(),
});

export const sketchCount = ({ zero, positive, negative }: ExponentialSketch): number =>
  zero + sum(positive) + sum(negative);

/** How far, relatively, a quantile may be off: (b - 1) / (b + 1), reached at the ends of a bucket. */
export const relativeErrorOf = ({ scale }: ExponentialSketch): number => Math.tanh((Math.LN2 * 2 ** -scale) / 2);

/** Adds `other` to `sketch`, in place. Counts may be negative, of what is taken away. */
export function mergeSketch(sketch: ExponentialSketch, other: ExponentialSketch): void {
  fallTo(sketch, other.scale);
  const by = Math.max(0, other.scale - sketch.scale);
  sketch.zero += other.zero;
  addShifted(sketch.positive, other.positive, by);
  addShifted(sketch.negative, other.negative, by);
  while (sketch.positive.size > MAX_BUCKETS || sketch.negative.size > MAX_BUCKETS) fallTo(sketch, sketch.scale - 1);
}

/** The same at a scale that is not above its own. */
export function atScale(sketch: ExponentialSketch, scale: number): ExponentialSketch {
  const coarser = { ...sketch };
  fallTo(coarser, scale);
  return coarser;
}

/**
 * By the nearest rank: the value that ⌈p n⌉ of n values are not above, off by at most `relativeErrorOf`, as the harmonic mean of a bucket's ends is
 * equally far from both, relatively. Undefined of nothing.
 */
export function sketchQuantile(sketch: ExponentialSketch, probability: number): QuantileEstimate | undefined {
  const { zero, positive, negative, scale } = sketch;
  let rank = Math.max(1, Math.ceil(probability * sketchCount(sketch)));
  const isIn = (count: number): boolean => (rank -= count) <= 0;
  for (const [index, count] of [...negative].sort(([a], [b]) => b - a)) {
    const { value, low, high } = ends(index, scale);
    if (count > 0 && isIn(count)) return { value: -value, low: -high, high: -low };
  }
  if (zero > 0 && isIn(zero)) return { value: 0, low: 0, high: 0 };
  for (const [index, count] of [...positive].sort(([a], [b]) => a - b))
    if (count > 0 && isIn(count)) return ends(index, scale);
  return undefined;
}

function ends(index: number, scale: number): { value: number; low: number; high: number } {
  const step = 2 ** -scale;
  const low = 2 ** (index * step);
  const high = 2 ** ((index + 1) * step);
  // 2 low high / (low + high), which would overflow.
  return { value: low * (2 / (1 + 2 ** -step)), low, high };
}

const sum = (counts: ReadonlyMap<number, number>): number =>
  [...counts.values()].reduce((all, count) => all + count, 0);

function fallTo(sketch: ExponentialSketch, scale: number): void {
  const by = sketch.scale - scale;
  if (by <= 0) return;
  const { positive, negative } = sketch;
  sketch.scale = scale;
  sketch.positive = new Map();
  sketch.negative = new Map();
  addShifted(sketch.positive, positive, by);
  addShifted(sketch.negative, negative, by);
}

/** Not `>>`: scales of -10 to 20 take indexes beyond 32 bits. */
function addShifted(into: Map<number, number>, counts: ReadonlyMap<number, number>, by: number): void {
  for (const [index, count] of counts) {
    const coarser = Math.floor(index / 2 ** by);
    into.set(coarser, (into.get(coarser) ?? 0) + count);
  }
}
