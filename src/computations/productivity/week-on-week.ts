/** The last seven days against the seven before: each has every day of the week once. */
import { z } from 'zod';
import { type Dated, defineComputation, dependency, history } from '../../index.ts';
import { dispersion, type Trials } from '../statistics/dispersion.ts';
import { twoProportionTest } from '../statistics/two-proportion-test.ts';
import { activeUsers } from './active-users.ts';
import { AS_SENT } from './checks.ts';
import { daysBetween } from './days.ts';
import { entryOf, organizationOf, wholeOf } from './keys.ts';
import { teamAgentDay } from './team-agent-day.ts';
import { teamDay } from './team-day.ts';
import type { TeamFigures } from './team-figures.ts';

const WEEK = 7;
/** Runs that ended, in each of the two weeks: with fewer a rate is not compared. */
const MIN_RUNS = 30;
/** Two rates are tested, so each at half of 5 %: with nothing to find, an organization has any finding on 5 % of days at most. */
const SIGNIFICANCE = 0.025;

const Change = z.object({
  /** Of the last 7 days, today among them, and of the 7 days before those. */
  now: z.number().nonnegative(),
  before: z.number().nonnegative(),
  /** now / before - 1: 0.1 is a tenth more; null where there was none before. */
  change: z.number().nullable(),
});

const RateChange = z.object({
  /** Successes by successes and failures, 0 to 1; null without any. */
  now: z.number().min(0).max(1).nullable(),
  before: z.number().min(0).max(1).nullable(),
  /** now - before, -1 to 1; null where one of them is. */
  change: z.number().min(-1).max(1).nullable(),
  /** How much more the rate differs between the days of a week than chance has it: 1 not at all, 4 by twice as much. */
  dispersion: z.number().min(1),
  /** Of the two-sided two-proportion test that nothing has changed, of counts divided by the dispersion; null where there are too few. */
  p: z.number().min(0).max(1).nullable(),
  /**
   * Better or worse where p is at most 0.025. Too few where one of the weeks has below 30 runs that ended, or is expected to have fewer than
   * five successes or failures.
   */
  verdict: z.enum(['better', 'unchanged', 'worse', 'too-few']),
});

export const WeekOnWeek = z.object({
  /** Commands that ran, and what share of them succeeded. */
  commands: Change,
  commandSuccess: RateChange,
  /** Runs of agents, and what share of them succeeded. */
  agentRuns: Change,
  agentSuccess: RateChange,
  /** Tokens in and out. */
  tokens: Change,
  /** Dollars, of runs that say their cost. */
  costDollars: Change,
  /** Different users, exact. */
  activeUsers: Change,
});
export type WeekOnWeek = z.infer<typeof WeekOnWeek>;

/**
 * By organization: `acme/`, of those with active users in the last 28 days. A day without events counts as one with none. Runs are not independent of
 * each other; how little they are is taken from how the days of the two weeks differ, where seven have runs.
 */
export const weekOnWeek = defineComputation({
  name: 'week-on-week',
  category: 'organizations',
  productLines: ['productivity'],
  tags: ['trend', 'success'],
  description: 'Every organization’s last seven days against the seven before, with the significance of changed rates',
  needs: {
    users: dependency(activeUsers),
    commands: dependency(teamDay),
    agents: dependency(teamAgentDay),
    pastCommands: history(teamDay, 2 * WEEK - 1),
    pastAgents: history(teamAgentDay, 2 * WEEK - 1),
  },
  output: z.record(z.string(), WeekOnWeek),
  checks: AS_SENT,
  headline: (organizations) => {
    const all = Object.values(organizations);
    const worse = all.filter(({ commandSuccess, agentSuccess }) =>
      [commandSuccess.verdict, agentSuccess.verdict].includes('worse'),
    ).length;
    return `${all.length} organizations compared with their week before, ${worse} with a rate that fell`;
  },
  compute: ({ users, commands, agents, pastCommands, pastAgents }, { date }) => {
    const ran = weeksOf<TeamFigures>([...pastCommands, { date, value: commands }], date);
    const worked = weeksOf<TeamFigures & Partial<Used>>([...pastAgents, { date, value: agents }], date);
    return Object.fromEntries(
      Object.entries(users).map(([key, { weekly, weeklyBefore }]) => {
        const [commandsNow, commandsBefore] = ran.get(organizationOf(key)) ?? [noRuns(), noRuns()];
        const [agentsNow, agentsBefore] = worked.get(organizationOf(key)) ?? [noRuns(), noRuns()];
        const value: WeekOnWeek = {
          commands: changeOf(commandsNow.runs, commandsBefore.runs),
          commandSuccess: rateChangeOf(commandsNow, commandsBefore),
          agentRuns: changeOf(agentsNow.runs, agentsBefore.runs),
          agentSuccess: rateChangeOf(agentsNow, agentsBefore),
          tokens: changeOf(agentsNow.tokens, agentsBefore.tokens),
          costDollars: changeOf(agentsNow.costDollars, agentsBefore.costDollars),
          activeUsers: changeOf(weekly, weeklyBefore),
        };
        return [wholeOf(organizationOf(key)), value];
      }),
    );
  },
});

interface Used {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costDollars: number | null;
}

interface WeekRuns {
  readonly days: Trials[];
  runs: number;
  successes: number;
  failures: number;
  tokens: number;
  costDollars: number;
}

const noRuns = (): WeekRuns => ({ days: [], runs: 0, successes: 0, failures: 0, tokens: 0, costDollars: 0 });

interface Ended {
  successes: number;
  failures: number;
}

/** By organization: this week, and the one before. */
function weeksOf<F extends TeamFigures & Partial<Used>>(
  days: readonly Dated<Readonly<Record<string, F>>>[],
  today: string,
): ReadonlyMap<string, readonly [now: WeekRuns, before: WeekRuns]> {
  const organizations = new Map<string, readonly [WeekRuns, WeekRuns]>();
  for (const { date, value } of days) {
    const isNow = daysBetween(date, today) < WEEK;
    const ended = new Map<string, Ended>();
    for (const [key, team] of Object.entries(value)) {
      const organization = organizationOf(key);
      const [now, before] = entryOf(organizations, organization, () => [noRuns(), noRuns()] as const);
      const week = isNow ? now : before;
      const day = entryOf(ended, organization, () => {
        const first = { successes: 0, failures: 0 };
        week.days.push(first);
        return first;
      });
      day.successes += team.successes;
      day.failures += team.failures;
      addTeam(week, team);
    }
  }
  return organizations;
}

function addTeam(week: WeekRuns, team: TeamFigures & Partial<Used>): void {
  week.runs += team.runs;
  week.successes += team.successes;
  week.failures += team.failures;
  week.tokens += (team.inputTokens ?? 0) + (team.outputTokens ?? 0);
  week.costDollars += team.costDollars ?? 0;
}

const changeOf = (now: number, before: number): z.infer<typeof Change> => ({
  now,
  before,
  change: before === 0 ? null : now / before - 1,
});

function rateChangeOf(now: WeekRuns, before: WeekRuns): z.infer<typeof RateChange> {
  const rates = { now: rateOf(now), before: rateOf(before), dispersion: dispersion(now.days, before.days) };
  if (rates.now === null || rates.before === null) return { ...rates, change: null, p: null, verdict: 'too-few' };
  const change = rates.now - rates.before;
  const isEnough = Math.min(endedOf(now), endedOf(before)) >= MIN_RUNS;
  const p = isEnough ? twoProportionTest(worth(now, rates.dispersion), worth(before, rates.dispersion)) : undefined;
  if (p === undefined) return { ...rates, change, p: null, verdict: 'too-few' };
  const verdict = p > SIGNIFICANCE ? 'unchanged' : change > 0 ? 'better' : 'worse';
  return { ...rates, change, p, verdict };
}

const endedOf = ({ successes, failures }: WeekRuns): number => successes + failures;

const rateOf = (week: WeekRuns): number | null => (endedOf(week) === 0 ? null : week.successes / endedOf(week));

/** As many independent runs as they are worth. */
const worth = (week: WeekRuns, spread: number): { successes: number; trials: number } => ({
  successes: week.successes / spread,
  trials: endedOf(week) / spread,
});
