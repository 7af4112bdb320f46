/** Commands that fail more than they used to. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { dispersion, type Trials } from '../statistics/dispersion.ts';
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
  /** How much more the failures of those days differ from day to day than chance has it: 1 not at all, 4 by twice as much. */
  dispersion: z.number().min(1),
  /** How likely as many failures, or more, are today if nothing has changed: Fisher's exact test, one-sided, of counts divided by the dispersion. */
  p: z.number().min(0).max(1),
  /** The smallest false discovery rate at which it is a finding, among the organization's commands of the day (Benjamini & Hochberg 1995). */
  q: z.number().min(0).max(1),
  /** Failing where q is at most 0.01. */
  verdict: z.enum(['failing', 'usual']),
});
export type FailureHotspot = z.infer<typeof FailureHotspot>;

/**
 * By organization and command: `acme/build`, of commands with at least 10 runs today and 50 in the 28 days before. Runs are not independent of each
 * other: a flaky machine fails many on one day. How much so is taken from the command's own past, where it has seven days with runs; before that,
 * and for a kind of trouble that was never there before, the test takes them to be independent.
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
    const usual = new Map<string, Trials[]>();
    for (const { value } of past)
      for (const [key, figures] of Object.entries(value)) entryOf(usual, key, () => []).push(figures);
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

function judge(
  { failures, successes }: Pick<RunFigures, 'failures' | 'successes'>,
  days: readonly Trials[] = [],
): Omit<FailureHotspot, 'q' | 'verdict'> | undefined {
  const runs = failures + successes;
  const usual = { failures: 0, successes: 0 };
  for (const day of days) {
    usual.failures += day.failures;
    usual.successes += day.successes;
  }
  const usualRuns = usual.failures + usual.successes;
  if (runs < MIN_TODAY || usualRuns < MIN_BEFORE) return undefined;
  const spread = dispersion(days);
  const worth = (count: number): number => Math.round(count / spread);
  return {
    runs,
    failures,
    failureRate: failures / runs,
    failsAtLeast: wilsonLowerBound(failures, runs),
    usualRuns,
    usualRate: usual.failures / usualRuns,
    dispersion: spread,
    p: fisherExact({
      both: worth(failures),
      onlyFirst: worth(usual.failures),
      onlySecond: worth(successes),
      neither: worth(usual.successes),
    }),
  };
}
