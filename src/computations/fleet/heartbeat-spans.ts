/** When each series of heartbeats was alive. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { quantile } from '../statistics/quantile.ts';
import { DAY_MS, dayBefore, heartbeats, originOf, type Reading, readingsOf, startOf } from './fleet.ts';
import { Instant, Span } from './spans.ts';

/** As the registry has it: a runtime that has missed three heartbeats is offline, which are 30 s apart where it says nothing else. */
const MISSED_HEARTBEATS = 3;
const INTERVAL_MS = 30_000;

export const HeartbeatSpans = z.object({
  organization: z.string(),
  service: z.string(),
  runtime: z.string(),
  /** When it was alive: from a heartbeat to the last that follows without a silence; milliseconds since 1970, within the day. */
  spans: z.array(Span),
  /** From when on it was to be there: midnight, if it was there the day before, or its first heartbeat. */
  expectedFrom: Instant,
  lastHeard: Instant,
  /** Milliseconds without a heartbeat that are a silence. */
  silenceMs: z.number().positive(),
});
export type HeartbeatSpans = z.infer<typeof HeartbeatSpans>;

/**
 * A silence is more than three times the series' own median interval, or 90 s if that is more. It lasts from the heartbeat before to the one after. A series
 * without a single heartbeat, of stale markers alone, is left out. Ids are those of the series.
 */
export const heartbeatSpans = defineComputation({
  name: 'heartbeat-spans',
  category: 'availability',
  productLines: ['fleet'],
  tags: ['availability'],
  description: 'When each series of heartbeats was alive',
  needs: { heartbeats: dataset(heartbeats, { dayBefore: true }) },
  output: z.record(z.string(), HeartbeatSpans),
  // On a good day all are the same.
  checks: { flatLine: false },
  headline: (series) => `${Object.keys(series).length} series of heartbeats`,
  perEntity: (series, { date, before }) => {
    const beats = timesOf(series, date);
    const [first] = beats;
    if (first === undefined) return undefined;
    const lastBefore = before === undefined ? undefined : timesOf(before, dayBefore(date)).at(-1);
    const intervals = beats.slice(1).map((time, at) => time - (beats[at] as number));
    intervals.sort((a, b) => a - b);
    const silenceMs = MISSED_HEARTBEATS * Math.max(INTERVAL_MS, quantile(intervals, 0.5) ?? 0);
    const start = startOf(date);
    const isFromBefore = lastBefore !== undefined && first - lastBefore <= silenceMs;
    const spans: Span[] = [[isFromBefore ? start : first, first]];
    for (const time of beats) {
      const last = spans.at(-1) as Span;
      if (time - last[1] <= silenceMs || time === first) last[1] = time;
      else spans.push([time, time]);
    }
    const last = spans.at(-1) as Span;
    const [, lastHeard] = last;
    if (start + DAY_MS - last[1] <= silenceMs) last[1] = start + DAY_MS;
    const expectedFrom = lastBefore === undefined ? first : start;
    return { ...originOf(series), spans, expectedFrom, lastHeard, silenceMs };
  },
});

type Beats = Parameters<typeof readingsOf>[0] & { readonly labels: Readonly<Record<string, string>> };

/** What Prometheus itself found out by scraping is a heartbeat only where it is 1. */
const timesOf = (series: Beats, date: string): number[] =>
  readingsOf(series, date)
    .filter(({ value }: Reading) => series.labels['__name__'] !== 'up' || value !== 0)
    .map(({ time }) => time);
