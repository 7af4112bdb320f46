/**
 * What is kept of a series and a window: enough that questions over many windows are answered as from the samples themselves. Windows join exactly:
 * two neighbours come to what one window over both of their samples comes to. A window is open on its left and closed on its right, as ranges of
 * PromQL are. Pure.
 */
import { addExactly, MAX_SUMMAND, rounded } from '../live/exact-sum.ts';

/** Minutes are what the others are made of: at a sample each 15 s they would be larger than the samples, and are not kept. */
export const MINUTE_MS = 60_000;

/** Those that are kept: 5 and 15 minutes, an hour, a day. Each is a multiple of the one before. */
export const RESOLUTIONS_MS = [300_000, 900_000, 3_600_000, 86_400_000] as const;

export interface RollupWindow {
  /** Milliseconds since 1970. */
  readonly endMs: number;
  /** Of numbers; stale markers are none of them. */
  count: number;
  /** Summands without what rounding takes, and what has no exact sum: infinities, NaN, and beyond `MAX_SUMMAND`. */
  readonly sum: number[];
  special: number;
  min: number;
  max: number;
  readonly first: number;
  readonly firstAtMs: number;
  last: number;
  lastAtMs: number;
  /** Summands of what a counter had each time before it fell, from the first to the last: it began anew at 0. */
  readonly lost: number[];
  /** When the series ended after its last number, in whatever window; NaN when it did not. */
  staleAtMs: number;
}

export const endOfWindow = (timeMs: number, resolutionMs: number): number =>
  Math.ceil(timeMs / resolutionMs) * resolutionMs;

/** Of one sample. */
const windowOf = (endMs: number, atMs: number, value: number): RollupWindow => ({
  endMs,
  count: 1,
  sum: isSummand(value) ? expansionOf(value) : [],
  special: isSummand(value) ? 0 : value,
  min: value,
  max: value,
  first: value,
  firstAtMs: atMs,
  last: value,
  lastAtMs: atMs,
  lost: [],
  staleAtMs: NaN,
});

const isSummand = (value: number): boolean => Math.abs(value) <= MAX_SUMMAND;

const expansionOf = (value: number): number[] => (value === 0 ? [] : [value]);

/** Samples of one series in the order of their times, no time twice; undefined is a stale marker. */
export function minutesOf(timesMs: ArrayLike<number>, valueAt: (at: number) => number | undefined): RollupWindow[] {
  const windows: RollupWindow[] = [];
  let open: RollupWindow | undefined;
  for (let at = 0; at < timesMs.length; at++) {
    const time = timesMs[at] as number;
    const value = valueAt(at);
    if (value === undefined) {
      if (open !== undefined && Number.isNaN(open.staleAtMs)) open.staleAtMs = time;
      continue;
    }
    const endMs = endOfWindow(time, MINUTE_MS);
    const next = windowOf(endMs, time, value);
    if (open?.endMs === endMs) join(open, next);
    else windows.push((open = next));
  }
  return windows;
}

/** Windows of a coarser resolution, of which that of `windows` is a divisor. */
export function coarser(windows: readonly RollupWindow[], resolutionMs: number): RollupWindow[] {
  const joined: RollupWindow[] = [];
  for (const window of windows) {
    const endMs = endOfWindow(window.endMs, resolutionMs);
    const open = joined.at(-1);
    if (open?.endMs === endMs) join(open, window);
    else joined.push({ ...window, endMs, sum: [...window.sum], lost: [...window.lost] });
  }
  return joined;
}

/** Takes in the one that follows. */
export function join(into: RollupWindow, next: RollupWindow): void {
  into.count += next.count;
  for (const part of next.sum) addExactly(into.sum, part);
  into.special += next.special;
  // A NaN is beaten by any number, as in Prometheus.
  if (next.min < into.min || Number.isNaN(into.min)) into.min = next.min;
  if (next.max > into.max || Number.isNaN(into.max)) into.max = next.max;
  if (next.first < into.last && isSummand(into.last)) addExactly(into.lost, into.last);
  for (const part of next.lost) addExactly(into.lost, part);
  into.last = next.last;
  into.lastAtMs = next.lastAtMs;
  into.staleAtMs = next.staleAtMs;
}

/** The nearest double. */
export const sumOf = ({ sum, special }: RollupWindow): number => rounded(sum) + special;
export const lostOf = ({ lost }: RollupWindow): number => rounded(lost);
