/** What a gauge was like over a day. */
import { z } from 'zod';
import type { CollectedSeries } from '../../index.ts';
import { DAY_MS, LOOKBACK_MS, MINUTE_MS, originOf, type Reading, readingsOf, startOf } from './fleet.ts';

export const Saturation = z.object({
  organization: z.string(),
  service: z.string(),
  runtime: z.string(),
  /** The line above which it is saturated, 0 to 1. */
  line: z.number(),
  /** Minutes that are known: a reading holds until the next, for five minutes at most. */
  minutes: z.number().nonnegative(),
  minutesAbove: z.number().nonnegative(),
  /** minutesAbove / minutes, 0 to 1. */
  shareAbove: z.number().min(0).max(1),
  /** Weighted by time, in the gauge's own unit, as is `peak`. */
  mean: z.number(),
  peak: z.number(),
  /** When the peak was first reached. */
  peakAt: z.iso.datetime(),
});
export type Saturation = z.infer<typeof Saturation>;

/** Undefined without a reading. */
export function saturationOf(series: CollectedSeries, date: string, line: number): Saturation | undefined {
  const readings = readingsOf(series, date);
  const [first] = readings;
  if (first === undefined) return undefined;
  // The day's end is beyond every reading: each holds for some time.
  const end = startOf(date) + DAY_MS;
  let [known, above, mean, peak] = [0, 0, 0, first];
  for (const [at, reading] of readings.entries()) {
    const held = heldFor(reading, readings[at + 1]?.time ?? end);
    known += held;
    // Shares of a running mean: a sum of large values would lose digits, or overflow.
    mean += (reading.value - mean) * (held / known);
    if (reading.value > line) above += held;
    if (reading.value > peak.value) peak = reading;
  }
  return {
    ...originOf(series),
    line,
    minutes: known / MINUTE_MS,
    minutesAbove: above / MINUTE_MS,
    shareAbove: above / known,
    mean,
    peak: peak.value,
    peakAt: new Date(peak.time).toISOString(),
  };
}

const heldFor = ({ time }: Reading, next: number): number => Math.min(next - time, LOOKBACK_MS);

export function saturationHeadline(what: string, series: Readonly<Record<string, Saturation>>): string {
  const all = Object.values(series);
  const [worst] = all.filter(({ shareAbove }) => shareAbove > 0).sort((a, b) => b.shareAbove - a.shareAbove);
  return worst === undefined
    ? `${all.length} runtimes, ${what} never above its line`
    : `${all.length} runtimes, ${worst.runtime} longest with ${what} above its line for ${Math.round(worst.minutesAbove)} minutes`;
}
