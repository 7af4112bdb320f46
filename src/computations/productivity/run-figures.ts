/** How often something ran, how it ended, and how long it took. */
import { z } from 'zod';
import { addLogarithm, emptyLogHistogram, logQuantile } from '../statistics/log-histogram.ts';
import type { LogHistogram } from '../statistics/log-histogram.ts';
import { wilsonLowerBound } from '../statistics/wilson-bound.ts';

export const RunFigures = z.object({
  /** Runs, however they ended. */
  runs: z.number().int().nonnegative(),
  /** Runs that ended as they should. */
  successes: z.number().int().nonnegative(),
  /** Ended with an error, or by a timeout. */
  failures: z.number().int().nonnegative(),
  /** Somebody stopped it: neither a success nor a failure. */
  cancelled: z.number().int().nonnegative(),
  /** Successes of successes and failures, 0 to 1; null without any. */
  successRate: z.number().min(0).max(1).nullable(),
  /** Ends of the 95 % interval of that rate (Wilson 1927): few runs say little. */
  successAtLeast: z.number().min(0).max(1).nullable(),
  successAtMost: z.number().min(0).max(1).nullable(),
  /** Milliseconds of all runs that say how long they took. */
  totalMs: z.number().nonnegative(),
  /** Median, 90th and 99th percentile in milliseconds, within 1 % or 1 ms; null where no run says how long it took. */
  p50Ms: z.number().nonnegative().nullable(),
  p90Ms: z.number().nonnegative().nullable(),
  p99Ms: z.number().nonnegative().nullable(),
});
export type RunFigures = z.infer<typeof RunFigures>;

export type RunStatus = 'success' | 'error' | 'timeout' | 'cancelled';

/** Bounded by the range of durations, however many runs there are: 4 kB at most. */
export interface RunTally {
  runs: number;
  successes: number;
  failures: number;
  cancelled: number;
  totalMs: number;
  readonly durations: LogHistogram;
}

export const emptyRunTally = (): RunTally => ({
  runs: 0,
  successes: 0,
  failures: 0,
  cancelled: 0,
  totalMs: 0,
  durations: emptyLogHistogram(),
});

/** What a run does not say is undefined, and is not counted. */
export function addRun(tally: RunTally, status: RunStatus | undefined, ms: number | undefined): void {
  tally.runs++;
  if (status === 'success') tally.successes++;
  else if (status === 'cancelled') tally.cancelled++;
  else if (status !== undefined) tally.failures++;
  if (ms === undefined) return;
  tally.totalMs += ms;
  addLogarithm(tally.durations, ms);
}

export function runFigures({ runs, successes, failures, cancelled, totalMs, durations }: RunTally): RunFigures {
  return {
    runs,
    successes,
    failures,
    cancelled,
    ...successFigures(successes, failures),
    totalMs,
    p50Ms: logQuantile(durations, 0.5) ?? null,
    p90Ms: logQuantile(durations, 0.9) ?? null,
    p99Ms: logQuantile(durations, 0.99) ?? null,
  };
}

function successFigures(
  successes: number,
  failures: number,
): Pick<RunFigures, 'successRate' | 'successAtLeast' | 'successAtMost'> {
  const ended = successes + failures;
  if (ended === 0) return { successRate: null, successAtLeast: null, successAtMost: null };
  return {
    successRate: successes / ended,
    successAtLeast: wilsonLowerBound(successes, ended),
    // The interval of failures is that of successes, mirrored.
    successAtMost: 1 - wilsonLowerBound(failures, ended),
  };
}
