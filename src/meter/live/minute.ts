/**
 * What is known of a series' minute, and what minutes come to together. Minutes of many instances merge exactly, in any order; a longer
 * window is made of whole minutes, in the order of time, so that what a counter gained between two of them counts. Pure.
 */
import { addExactly, canonical, rounded } from './exact-sum.ts';
import { QuantileSketch } from './sketch.ts';

export const MINUTE_MS = 60_000;

export const SERIES_KINDS = ['gauge', 'counter', 'delta'] as const;
/** Of a delta each value is what came since the one before; of a counter it is all that came since its last reset. */
export type SeriesKind = (typeof SERIES_KINDS)[number];

/** A counter's value at a time, in milliseconds since 1970. */
export type Point = readonly [atMs: number, value: number];

export interface Minute {
  readonly kind: SeriesKind;
  readonly count: number;
  /** As `canonical` has it. */
  readonly sum: readonly number[];
  readonly min: number;
  readonly max: number;
  /** Of several at the same time the highest. */
  readonly last: number;
  readonly lastAtMs: number;
  /** Of all but counters. */
  readonly sketch?: QuantileSketch | undefined;
  /** Of counters: ascending by time, then by value, none twice. A point between two others that it does not leave may be missing. */
  readonly points?: readonly Point[];
}

/** Of the same series and minute, from two instances. The kind is the first's: they are of one series. */
export function mergeMinutes(one: Minute, other: Minute): Minute {
  const sum = [...one.sum];
  for (const part of other.sum) addExactly(sum, part);
  const [late, early] = isLater(one, other) ? [one, other] : [other, one];
  return {
    kind: early.kind,
    count: one.count + other.count,
    sum: canonical(sum),
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
    last: late.last,
    lastAtMs: late.lastAtMs,
    ...(one.sketch === undefined || other.sketch === undefined
      ? {}
      : { sketch: mergedSketch(one.sketch, other.sketch) }),
    ...(one.points === undefined || other.points === undefined
      ? {}
      : { points: mergedPoints(one.points, other.points) }),
  };
}

const isLater = (one: Minute, other: Minute): boolean =>
  one.lastAtMs === other.lastAtMs ? one.last > other.last : one.lastAtMs > other.lastAtMs;

function mergedSketch(one: QuantileSketch, other: QuantileSketch): QuantileSketch {
  const merged = new QuantileSketch();
  merged.merge(one);
  merged.merge(other);
  return merged;
}

function mergedPoints(one: readonly Point[], other: readonly Point[]): Point[] {
  const all = [...one, ...other].sort(([atA, a], [atB, b]) => atA - atB || a - b);
  return all.filter(([at, value], index) => at !== all[index - 1]?.[0] || value !== all[index - 1]?.[1]);
}

export interface WindowStats {
  readonly count: number;
  /** The double nearest to the exact sum. */
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly lastAtMs: number;
  /**
   * A second: of a counter what it gained from its first value to its last, resets taken for 0, by the time between these; of a delta
   * the sum, by the window's length. Undefined of a gauge, and of a counter with fewer than two times.
   */
  readonly rate?: number;
  /** In the order that they were asked for; of all but counters. */
  readonly quantiles?: readonly number[];
  /** How far, relatively, a quantile may be off. */
  readonly relativeError?: number;
}

/** Minutes of one series, added in the order of time. */
export class WindowFold {
  readonly kind: SeriesKind;
  count = 0;
  sum: number[] = [];
  min = Infinity;
  max = -Infinity;
  last = NaN;
  lastAtMs = -Infinity;
  /** Of counters: since when, and how much. */
  first = NaN;
  firstAtMs = NaN;
  increase = 0;
  sketch = new QuantileSketch();

  constructor(kind: SeriesKind) {
    this.kind = kind;
  }

  add(minute: Minute): void {
    this.count += minute.count;
    for (const part of minute.sum) addExactly(this.sum, part);
    this.min = Math.min(this.min, minute.min);
    this.max = Math.max(this.max, minute.max);
    let before = this.last;
    for (const [atMs, value] of minute.points ?? []) {
      if (Number.isNaN(this.firstAtMs)) [this.first, this.firstAtMs] = [value, atMs];
      else this.increase += gained(before, value);
      before = value;
    }
    this.last = minute.last;
    this.lastAtMs = minute.lastAtMs;
    if (minute.sketch !== undefined) this.sketch.merge(minute.sketch);
  }

  /** Undefined of nothing. */
  stats(windowMs: number, quantiles: readonly number[]): WindowStats | undefined {
    if (this.count === 0) return undefined;
    const { count, min, max, last, lastAtMs, kind } = this;
    const sum = rounded(this.sum);
    const common = { count, sum, min, max, last, lastAtMs };
    if (kind === 'counter') {
      const seconds = (lastAtMs - this.firstAtMs) / 1_000;
      return seconds > 0 ? { ...common, rate: this.increase / seconds } : common;
    }
    return {
      ...common,
      ...(kind === 'delta' ? { rate: sum / (windowMs / 1_000) } : {}),
      // What lies outside of what came is a bucket's middle.
      quantiles: this.sketch.quantiles(quantiles).map((value) => Math.min(max, Math.max(min, value ?? NaN))),
      relativeError: this.sketch.relativeError,
    };
  }
}

/** A counter that falls has begun anew at 0. */
const gained = (before: number, value: number): number => (value >= before ? value - before : value);

/** What minutes of a series come to, whatever order they are in; undefined of none. Minutes of several instances are merged before. */
export function windowOf(
  minutes: readonly (readonly [minute: number, of: Minute])[],
  windowMs: number,
  quantiles: readonly number[],
): WindowStats | undefined {
  const inTime = minutes.toSorted(([a], [b]) => a - b);
  const [first] = inTime;
  if (first === undefined) return undefined;
  const fold = new WindowFold(first[1].kind);
  for (const [, minute] of inTime) fold.add(minute);
  return fold.stats(windowMs, quantiles);
}

/** Minutes of a window by series, merged of all parts that there are of them, in whatever order these come. */
export function mergeParts(
  parts: Iterable<{ readonly minute: number; readonly series: ReadonlyMap<string, Minute> }>,
): Map<string, Map<number, Minute>> {
  const merged = new Map<string, Map<number, Minute>>();
  for (const { minute, series } of parts) {
    for (const [name, of] of series) {
      const minutes = merged.get(name) ?? new Map<number, Minute>();
      merged.set(name, minutes);
      const known = minutes.get(minute);
      minutes.set(minute, known === undefined ? of : mergeMinutes(known, of));
    }
  }
  return merged;
}

/** Points of a counter that an instance keeps of a minute: one a second, about. */
export const MAX_POINTS = 64;

/** Without points at which the counter only went on; where it turns more often than there is room, without the oldest turns. */
export function thinned(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const [index, point] of points.entries()) {
    const before = kept.at(-1)?.[1];
    const after = points[index + 1]?.[1];
    if (before !== undefined && after !== undefined && before <= point[1] && point[1] <= after) continue;
    kept.push(point);
  }
  return kept.slice(-MAX_POINTS);
}
