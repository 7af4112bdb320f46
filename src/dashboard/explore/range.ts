/** Which time is looked at: the link's own, the page's days, or the last while. Pure. */

export interface Range {
  /** Milliseconds since 1970; the same as the end for one moment. */
  readonly startMs: number;
  readonly endMs: number;
  /** It ends now, and goes along. */
  readonly isMoving: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What `?range=` may say; 0 is one moment, now. */
export const RANGES: Readonly<Record<string, number>> = {
  '0': 0,
  '1h': HOUR,
  '6h': 6 * HOUR,
  '1d': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
};

/** Those that rolled up samples answer are among them: 5 and 15 minutes, an hour, a day. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 6, 12, 24].map((count) => count * HOUR),
];

/** Of one point, in pixels. */
const POINT = 2;

/** Of an answer, as Prometheus has it. */
const MAX_POINTS = 11_000;

/** As short as makes no more points than can be seen. */
export function stepOf({ startMs, endMs }: Range, width: number): number {
  const most = Math.min(MAX_POINTS, Math.max(50, width / POINT));
  const least = (endMs - startMs) / most;
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
}

/** To whole steps: a range that moves asks again when there is a new point, and not before. */
export function aligned(range: Range, stepMs: number): Range {
  const down = (ms: number): number => Math.floor(ms / stepMs) * stepMs;
  return { ...range, startMs: down(range.startMs), endMs: down(range.endMs) };
}

const timeOf = (text: string | null): number => (text === null || text === '' ? NaN : Date.parse(text));

/** `2026-01-31T04:05:06Z`, as `start` and `end` have it. */
export const isoOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Of the query's `start` and `end`, else `range`, else its days `from` and `to`; what is none of a kind counts as absent. */
export function rangeOf(query: URLSearchParams, nowMs: number, otherwise = '1h'): Range {
  const [startMs, endMs] = [timeOf(query.get('start')), timeOf(query.get('end'))];
  if (startMs <= endMs) return { startMs, endMs, isMoving: false };
  const named = RANGES[query.get('range') ?? ''];
  if (named !== undefined) return { startMs: nowMs - named, endMs: nowMs, isMoving: true };
  const [fromMs, toMs] = [timeOf(query.get('from')), timeOf(query.get('to')) + DAY];
  if (fromMs < toMs) return { startMs: fromMs, endMs: Math.min(toMs, Math.max(nowMs, fromMs)), isMoving: false };
  return { startMs: nowMs - (RANGES[otherwise] ?? HOUR), endMs: nowMs, isMoving: true };
}

/** Which of `RANGES` the query means; undefined for a range of its own. */
export function nameOf(query: URLSearchParams, otherwise = '1h'): string | undefined {
  if (timeOf(query.get('start')) <= timeOf(query.get('end'))) return undefined;
  const name = query.get('range') ?? '';
  if (RANGES[name] !== undefined) return name;
  return timeOf(query.get('from')) <= timeOf(query.get('to')) ? undefined : otherwise;
}

/** Days of UTC that it touches, inclusive both. */
export const daysOf = ({ startMs, endMs }: Range): { readonly from: string; readonly to: string } => ({
  from: isoOf(startMs).slice(0, 10),
  to: isoOf(Math.max(startMs, endMs - 1)).slice(0, 10),
});
