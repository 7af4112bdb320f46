/** Commands that fail more than they used to. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { fisherExact } from '../statistics/fisher-exact.ts';
import { wilsonLowerBound } from '../statistics/wilson-bound.ts';
import { AS_SENT } from './checks.ts';
import { byOrganization, entryOf, keyOf } from './keys.ts';
import type { RunFigures } from './run-figures.ts';
import { toolDay } from './tool-day.ts';

const DAYS_BEFORE = 28;
/** Runs that ended, today and in the 28 days before: with fewer a command is not judged. */
const MIN_TODAY = 10;
const MIN_BEFORE = 50;
/**
 * Of an organization's findings of a day this share is false, on average; with nothing to find, there is any finding on this share of days at
 * most: at 1 %, fewer than four false alarms a year.
 */
const FALSE_DISCOVERY_RATE = 0.01;

export const FailureHotspot = z.object({
  /** Runs today that ended, and those of them that failed or timed out; cancelled ones count as neither. */
  runs: z.number().int().min(MIN_TODAY),
  failures: z.number().int().nonnegative(),
  /** Failures by runs today, 0 to 1, and the lower end of its 95 % interval (Wilson 1927). */
  failureRate: z.number().min(0).max(1),
  failsAtLeast: z.number().min(0).max(1),
  /** The same of the 28 days before, today not among them. */
  usualRuns: z.number().int().min(MIN_BEFORE),
  usualRate: z.number().min(0).max(1),
  /** How likely as many failures, or more, are today if nothing has changed: Fisher's exact test, one-sided. */
  p: z.number().min(0).max(1),
  /** The smallest false discovery rate at which it is a finding, among the organization's commands of the day (Benjamini & Hochberg 1995). */
  q: z.number().min(0).max(1),
  /** Failing where q is at most 0.01. */
  verdict: z.enum(['failing', 'usual']),
});
export type FailureHotspot = z.infer<typeof FailureHotspot>;

/**
 * By organization and command: `acme/build`, of commands with at least 10 runs today and 50 in the 28 days before. The test takes runs to be
 * independent of each other: a flaky day on which one machine fails everything is found, too, and is for people to judge.
 */
export const failureHotspots = defineComputation({
  name: 'failure-hotspots',
  category: 'tools',
  productLines: ['productivity'],
  tags: ['commands', 'success', 'anomaly'],
  description: 'Commands that fail more than in their own last 28 days, at a false discovery rate of 1 %',
  needs: { today: dependency(toolDay), past: history(toolDay, DAYS_BEFORE) },
  output: z.record(z.string(), FailureHotspot),
  checks: AS_SENT,
  headline: (tools) => {
    const failing = Object.values(tools).filter(({ verdict }) => verdict === 'failing').length;
    return `${Object.keys(tools).length} commands judged, ${failing} fail more than they used to`;
  },
  compute: ({ today, past }) => {
    const usual = new Map<string, Ended>();
    for (const { value } of past)
      for (const [key, figures] of Object.entries(value)) {
        const tally = entryOf(usual, key, () => ({ failures: 0, successes: 0 }));
        tally.failures += figures.failures;
        tally.successes += figures.successes;
      }
    const hotspots: Record<string, FailureHotspot> = {};
    for (const [organization, tools] of byOrganization(today)) {
      const judged = tools.flatMap(({ name, value }) => {
        const key = keyOf(organization, name);
        const hotspot = judge(value, usual.get(key));
        return hotspot === undefined ? [] : [{ key, hotspot }];
      });
      const qs = benjaminiHochberg(judged.map(({ hotspot }) => hotspot.p));
      for (const [index, { key, hotspot }] of judged.entries()) {
        const q = qs[index] as number;
        hotspots[key] = { ...hotspot, q, verdict: q <= FALSE_DISCOVERY_RATE ? 'failing' : 'usual' };
      }
    }
    return hotspots;
  },
});

interface Ended {
  failures: number;
  successes: number;
}

function judge(
  { failures, successes }: Pick<RunFigures, 'failures' | 'successes'>,
  usual: Ended = { failures: 0, successes: 0 },
): Omit<FailureHotspot, 'q' | 'verdict'> | undefined {
  const runs = failures + successes;
  const usualRuns = usual.failures + usual.successes;
  if (runs < MIN_TODAY || usualRuns < MIN_BEFORE) return undefined;
  return {
    runs,
    failures,
    failureRate: failures / runs,
    failsAtLeast: wilsonLowerBound(failures, runs),
    usualRuns,
    usualRate: usual.failures / usualRuns,
    p: fisherExact({ both: failures, onlyFirst: usual.failures, onlySecond: successes, neither: usual.successes }),
  };
}
