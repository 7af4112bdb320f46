/** How much of the time something was to be there it was, and when it was not. */
import { z } from 'zod';
import { DAY_MS, MINUTE_MS, startOf } from './fleet.ts';
import { lengthOf, type Span, union, without } from './spans.ts';

const LISTED = 10;

/** One that is not heard of for longer was taken away, and is expected no more. */
const FORGOTTEN_AFTER_MS = 7 * DAY_MS;

export const Outage = z.object({
  /** The last heartbeat before it, or midnight. */
  from: z.iso.datetime(),
  /** Of this day. */
  minutes: z.number().nonnegative(),
  /** Whether there was a heartbeat again before midnight. */
  isOver: z.boolean(),
});

export const Uptime = z.object({
  /** 1 - downMinutes / expectedMinutes. */
  availability: z.number().min(0).max(1),
  /** From its first heartbeat ever, or midnight, to midnight. */
  expectedMinutes: z.number().positive(),
  downMinutes: z.number().nonnegative(),
  outages: z.number().int().nonnegative(),
  /** The ten longest, in the order of time. */
  longestOutages: z.array(Outage).max(LISTED),
  /** Its last heartbeat, of this day or of one before. */
  lastHeard: z.iso.datetime(),
});
export type Uptime = z.infer<typeof Uptime>;

export interface Heard {
  readonly spans: readonly Span[];
  readonly expectedFrom: number;
  readonly lastHeard: number;
}

/**
 * Of all that was heard of it, by whatever series. `before` is its result of the day before: what was there is expected from midnight on, for seven days after
 * its last heartbeat even if nothing of it is heard. Undefined when it is not expected, or was first heard of in the day's last instant.
 */
export function uptimeOf(heard: readonly Heard[], before: Uptime | undefined, date: string): Uptime | undefined {
  const start = startOf(date);
  const end = start + DAY_MS;
  const spans = union(heard.flatMap((one) => one.spans));
  const isKnown = before !== undefined && start - Date.parse(before.lastHeard) < FORGOTTEN_AFTER_MS;
  if (heard.length === 0 && !isKnown) return undefined;
  const from = isKnown ? start : Math.max(start, Math.min(...heard.map(({ expectedFrom }) => expectedFrom)));
  if (from >= end) return undefined;
  const silences = without([from, end], spans);
  const down = lengthOf(silences);
  return {
    availability: 1 - down / (end - from),
    expectedMinutes: (end - from) / MINUTE_MS,
    downMinutes: down / MINUTE_MS,
    outages: silences.length,
    longestOutages: silences
      .toSorted((a, b) => b[1] - b[0] - (a[1] - a[0]))
      .slice(0, LISTED)
      .sort(([a], [b]) => a - b)
      .map(([from, to]) => ({ from: timeOf(from), minutes: (to - from) / MINUTE_MS, isOver: to < end })),
    lastHeard:
      heard.length === 0 ? (before as Uptime).lastHeard : timeOf(Math.max(...heard.map((one) => one.lastHeard))),
  };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();
