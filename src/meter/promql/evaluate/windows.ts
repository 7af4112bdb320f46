/** Samples as selectors see them: the last before a time, or all of a stretch that ends there. */
import { STALE_BITS } from '../../model/samples.ts';
import type { Labels } from '../../model/series.ts';
import type { SelectedSeries } from '../selection.ts';
import { emptySeries, type Steps, timeAt, type VectorSeries } from './series.ts';

/** A series without stale markers, in ascending order of time. */
export interface Points {
  readonly labels: Labels;
  readonly dropsName: boolean;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly length: number;
  /** See `SelectedSeries`. */
  readonly weights?: Float64Array | undefined;
  readonly corrections?: Float64Array | undefined;
}

/** What a range function sees: places `from` to `to`, the latter not included; never empty. */
export interface Window {
  readonly times: Float64Array;
  readonly values: Float64Array;
  from: number;
  to: number;
  /** Milliseconds; samples lie after the first, and not after the second. */
  startMs: number;
  endMs: number;
  /** When it is evaluated: not the end where there is an offset. */
  atMs: number;
  /** Added to values where a counter began anew, so that it only rises; undefined where it never did. */
  readonly corrections: () => Float64Array | undefined;
  /** How many samples each stands for; one when absent. */
  readonly weights: Float64Array | undefined;
}

const words = (values: Float64Array): BigUint64Array =>
  new BigUint64Array(values.buffer, values.byteOffset, values.length);

/** Where there are NaNs, some of them may say that the series has ended. */
function staleTest(values: Float64Array): (at: number) => boolean {
  let bits: BigUint64Array | undefined;
  return (at) => {
    const value = values[at] as number;
    if (value === value) return false;
    bits ??= words(values);
    return bits[at] === STALE_BITS;
  };
}

/** The last sample within the lookback before each step. `times`: the samples' own, in seconds, in place of values. */
export function lastBefore(
  { labels, timesMs, values, holdsMs }: SelectedSeries,
  steps: Steps,
  shiftMs: number,
  lookbackMs: number,
  ownTimes = false,
): VectorSeries {
  const made = emptySeries(labels, steps.count);
  const isStale = staleTest(values);
  const back = Math.max(lookbackMs, holdsMs ?? 0);
  let next = 0;
  for (let step = 0; step < steps.count; step++) {
    const at = timeAt(steps, step) - shiftMs;
    while (next < timesMs.length && (timesMs[next] as number) <= at) next++;
    const last = next - 1;
    if (last < 0 || (timesMs[last] as number) <= at - back || isStale(last)) continue;
    made.values[step] = ownTimes ? (timesMs[last] as number) / 1_000 : (values[last] as number);
    made.has[step] = 1;
  }
  return made;
}

export function pointsOf({ labels, timesMs, values, weights, corrections }: SelectedSeries): Points {
  const isStale = staleTest(values);
  let stale = 0;
  for (let at = 0; at < values.length; at++) if (isStale(at)) stale++;
  const common = { labels, dropsName: false };
  if (stale === 0) return { ...common, timesMs, values, length: values.length, weights, corrections };
  const kept = (column: Float64Array): Float64Array => column.filter((_, at) => !isStale(at));
  return {
    ...common,
    timesMs: kept(timesMs),
    values: kept(values),
    length: values.length - stale,
    weights: weights === undefined ? undefined : kept(weights),
    corrections: corrections === undefined ? undefined : kept(corrections),
  };
}

export interface Stretch {
  readonly rangeMs: number;
  /** How far before the step, or before the one time that is said, it ends. */
  readonly shiftMs: number;
  readonly fixedMs?: number | undefined;
}

/** Calls for each step at which there is something. The window is one object, changed from step to step. */
export function eachWindow(
  { timesMs, values, length, weights, corrections }: Points,
  steps: Steps,
  { rangeMs, shiftMs, fixedMs }: Stretch,
  act: (window: Window, step: number) => void,
): void {
  let corrected: Float64Array | undefined | null = null;
  const window: Window = {
    times: timesMs,
    values,
    from: 0,
    to: 0,
    startMs: 0,
    endMs: 0,
    atMs: 0,
    corrections: () => {
      if (corrected === null) corrected = corrections ?? correctionsOf(values, length);
      return corrected;
    },
    weights,
  };
  for (let step = 0; step < steps.count; step++) {
    window.atMs = timeAt(steps, step);
    window.endMs = (fixedMs ?? window.atMs) - shiftMs;
    window.startMs = window.endMs - rangeMs;
    while (window.to < length && (timesMs[window.to] as number) <= window.endMs) window.to++;
    while (window.from < window.to && (timesMs[window.from] as number) <= window.startMs) window.from++;
    if (window.from < window.to) act(window, step);
  }
}

/** What a counter had before it began anew, summed up to each sample. */
function correctionsOf(values: Float64Array, length: number): Float64Array | undefined {
  let first = 1;
  while (first < length && !((values[first] as number) < (values[first - 1] as number))) first++;
  if (first >= length) return undefined;
  const sums = new Float64Array(length);
  let sum = 0;
  for (let at = first; at < length; at++) {
    if ((values[at] as number) < (values[at - 1] as number)) sum += values[at - 1] as number;
    sums[at] = sum;
  }
  return sums;
}

/** How many samples a window holds. */
export function weightOf({ weights, from, to }: Window): number {
  if (weights === undefined) return to - from;
  let sum = 0;
  for (let at = from; at < to; at++) sum += weights[at] as number;
  return sum;
}
