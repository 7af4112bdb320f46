/** What was planted into simulated weeks is found, and where nothing was, nothing is: at the levels that are claimed. */
import { beforeAll, describe, expect, test } from 'vitest';
import { runDay } from '../../../src/testing/index.ts';
import { type ActiveUsers, activeUsers } from '../../../src/computations/productivity/active-users.ts';
import { failureHotspots } from '../../../src/computations/productivity/failure-hotspots.ts';
import { productivityBriefing } from '../../../src/computations/productivity/productivity-briefing.ts';
import { emptyUse } from '../../../src/computations/productivity/agent-use.ts';
import { emptyRunTally, type RunFigures, runFigures } from '../../../src/computations/productivity/run-figures.ts';
import type { TeamAgentDay } from '../../../src/computations/productivity/team-agent-day.ts';
import type { TeamFigures } from '../../../src/computations/productivity/team-figures.ts';
import { tokenUse } from '../../../src/computations/productivity/token-use.ts';
import { toolAdoption } from '../../../src/computations/productivity/tool-adoption.ts';
import { weekOnWeek } from '../../../src/computations/productivity/week-on-week.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { type Chance, chanceOf } from '../../differential/chance.ts';
import { type Results, runComputations } from '../../support/run-computations.ts';
import { collectedDays } from '../../support/collected-days.ts';
import {
  ORGANIZATIONS,
  type SimulationOptions,
  simulatedEvents,
  TRUTH,
} from '../../../src/cli/templates/productivity/src/simulated-events.ts';

const FROM = '2024-01-29';
const LAST = addDays(FROM, 27);
/** A Thursday, and the second one. */
const [BROKEN_ON, ADOPTED_ON] = [24, 10];

/** Of 2 organizations and 27 days with a past, at 1 %: more is less likely than one in a hundred. */
const MOST_BY_CHANCE = 3;

async function simulated(seed: number, happens: Partial<SimulationOptions>): Promise<Results> {
  const data = collectedDays(simulatedEvents({ seed, from: FROM, days: 28, ...happens }));
  return runComputations([productivityBriefing], { data, from: FROM, to: LAST });
}

describe('in four simulated weeks', () => {
  let results: Results;
  beforeAll(async () => {
    results = await simulated(7, { brokenOn: BROKEN_ON, adoptedOn: ADOPTED_ON, isHungry: true });
  });

  test('the command that breaks is found on each working day since, and next to no other', () => {
    const failing = daysFrom(FROM, LAST).flatMap((day) =>
      Object.entries(results.on(failureHotspots, day))
        .filter(([, { verdict }]) => verdict === 'failing')
        .map(([key]) => `${day} ${key}`),
    );
    // The last two of the days since are a weekend, on which few people deploy.
    const [thursday, friday] = [addDays(FROM, BROKEN_ON), addDays(FROM, BROKEN_ON + 1)];
    const key = `${TRUTH.broken.organization}/${TRUTH.broken.command}`;
    expect(failing).toEqual(expect.arrayContaining([`${thursday} ${key}`, `${friday} ${key}`]));
    // By chance, as in four weeks in which nothing happens.
    expect(failing.filter((one) => !one.endsWith(key) || one < thursday).length).toBeLessThanOrEqual(MOST_BY_CHANCE);
  });

  test('its week is worse than the one before, and that of the other organization is not', () => {
    const weeks = results.on(weekOnWeek, LAST);
    expect(weeks['acme/']?.commandSuccess.verdict).toBe('worse');
    expect(weeks['globex/']?.commandSuccess.verdict).toBe('unchanged');
  });

  test('the tool that is taken up appears on its day, spreads, and stays with its users', () => {
    const key = `${TRUTH.adopted.organization}/${TRUTH.adopted.command}`;
    const first = addDays(FROM, ADOPTED_ON);
    expect(results.on(toolAdoption, addDays(first, -1))[key]).toBeUndefined();
    const days = daysFrom(first, LAST).map((day) => results.on(toolAdoption, day)[key]);
    expect(days[0]).toMatchObject({ firstUsed: first, adopters: days[0]?.newUsers, usersToday: days[0]?.newUsers });
    const adopters = days.map((one) => one?.adopters ?? 0);
    expect(adopters).toEqual(adopters.toSorted((a, b) => a - b));
    expect(adopters.at(-1)).toBeGreaterThan(20);
    expect(days.reduce((sum, one) => sum + (one?.newUsers ?? 0), 0)).toBe(adopters.at(-1));
    expect(results.on(productivityBriefing, addDays(first, 1))['globex/']?.spreadingTool?.name).toBe(
      TRUTH.adopted.command,
    );
    expect(results.on(toolAdoption, LAST)[`acme/${TRUTH.adopted.command}`]).toBeUndefined();
  });

  test('one user takes most tokens of acme, and nobody does of globex', () => {
    const shares = (organization: string): number[] =>
      daysFrom(FROM, LAST).map((day) => results.on(tokenUse, day)[organization]?.largestShare ?? 0);
    const of = (organization: string, above: number): number =>
      shares(organization).filter((share) => share > above).length;
    expect(of('acme/', 0.5)).toBeGreaterThan(10);
    expect(of('globex/', 0.5)).toBeLessThan(3);
  });

  test('the briefing says it on one card', () => {
    const day = addDays(FROM, BROKEN_ON);
    const card = results.on(productivityBriefing, day)['acme/'];
    expect(card).toMatchObject({
      activeUsers: results.on(activeUsers, day)['acme/']?.daily,
      failing: [{ command: 'deploy' }],
      budgetShare: null,
    });
    expect(card?.monthlyUsers).toBe(ORGANIZATIONS.acme.users);
    expect(ORGANIZATIONS.acme.teams).toContain(card?.busiestTeam);
    expect(productivityBriefing.headline?.(results.on(productivityBriefing, day))).toBe(
      '2 organizations, 1 with commands that fail more than they used to',
    );
  });
});

test('four weeks in which nothing happens have next to no findings', async () => {
  const results = await simulated(3, {});
  const judged = daysFrom(FROM, LAST).flatMap((day) => Object.values(results.on(failureHotspots, day)));
  expect(judged.length).toBeGreaterThan(150);
  expect(judged.filter(({ verdict }) => verdict === 'failing').length).toBeLessThanOrEqual(MOST_BY_CHANCE);
  expect(results.on(toolAdoption, LAST)['globex/codegen']).toBeUndefined();
});

const ONE_USER: ActiveUsers = {
  daily: 1,
  weekly: 1,
  weeklyBefore: 1,
  monthly: 1,
  stickiness: 1,
  newUsers: 0,
  commandUsers: 1,
  agentUsers: 1,
  agentShare: 1,
};

/** Of so many organizations, each with its own rates, on one day: the share with any finding is compared with the level. */
const TRIALS = 1_000;

/** Four standard errors above a level. */
const mostAt = (level: number): number => level + 4 * Math.sqrt((level * (1 - level)) / TRIALS);

const figuresOf = (runs: number, fails: number, chance: Chance): RunFigures => {
  let failures = 0;
  for (let run = 0; run < runs; run++) if (chance.below(2 ** 30) < fails * 2 ** 30) failures++;
  return runFigures({ ...emptyRunTally(), runs, failures, successes: runs - failures });
};

describe('where nothing has changed', () => {
  test('no more than 1 % of organizations have a command that fails more than it used to', async () => {
    const chance = chanceOf(11);
    const today: Record<string, RunFigures> = {};
    const before: typeof today = {};
    for (let organization = 0; organization < TRIALS; organization++)
      for (let command = 0; command < 6; command++) {
        const key = `org-${organization}/command-${command}`;
        const fails = 0.02 + chance.below(300) / 1_000;
        today[key] = figuresOf(20 + chance.below(80), fails, chance);
        before[key] = figuresOf(200, fails, chance);
      }
    const found = await runDay(failureHotspots, '2024-02-02', { today, past: [{ date: '2024-02-01', value: before }] });
    expect(Object.keys(found)).toHaveLength(6 * TRIALS);
    const flagged = new Set(
      Object.entries(found)
        .filter(([, { verdict }]) => verdict === 'failing')
        .map(([key]) => key.split('/')[0]),
    );
    expect(flagged.size / TRIALS).toBeLessThanOrEqual(mostAt(0.01));
    // Fisher's test keeps below its level, but it is no test that never finds anything.
    expect(flagged.size).toBeGreaterThan(0);
  });

  test('days that differ by themselves raise no more alarms', async () => {
    const chance = chanceOf(13);
    const trials = 200;
    const days = daysFrom('2024-01-04', '2024-02-01').map((date) => ({
      date,
      value: {} as Record<string, RunFigures>,
    }));
    for (let organization = 0; organization < trials; organization++)
      for (let command = 0; command < 4; command++) {
        const usual = 0.05 + chance.below(150) / 1_000;
        // On each day another rate, between a third and five thirds of the usual one.
        for (const { value } of days)
          value[`org-${organization}/command-${command}`] = figuresOf(
            80,
            usual * (1 / 3 + chance.below(1_000) / 750),
            chance,
          );
      }
    const [today, past] = [days.at(-1), days.slice(0, -1)];
    const found = await runDay(failureHotspots, '2024-02-01', { today: today?.value ?? {}, past });
    const flagged = Object.values(found).filter(({ verdict }) => verdict === 'failing').length;
    expect(flagged / (4 * trials)).toBeLessThanOrEqual(0.01);
  });

  test('weeks whose days differ by themselves are told to differ in one of twenty, not in six', async () => {
    const chance = chanceOf(14);
    const trials = 500;
    const rest = { users: 1, runsPerUser: 1 };
    const users: Record<string, ActiveUsers> = {};
    const days = daysFrom('2024-02-01', '2024-02-14').map((date) => ({
      date,
      value: {} as Record<string, TeamFigures>,
    }));
    for (let organization = 0; organization < trials; organization++) {
      const key = `org-${organization}/`;
      users[key] = ONE_USER;
      for (const { value } of days)
        value[key] = { ...figuresOf(200, 0.1 * (1 / 3 + chance.below(1_000) / 750), chance), ...rest };
    }
    const found = await runDay(weekOnWeek, '2024-02-14', {
      users,
      commands: days.at(-1)?.value ?? {},
      pastCommands: days.slice(0, -1),
      agents: {},
      pastAgents: [],
    });
    const differing = Object.values(found).filter(({ commandSuccess: { verdict } }) => /better|worse/u.test(verdict));
    expect(differing.length / trials).toBeLessThanOrEqual(0.05);
  });

  test('no more than 5 % of organizations have a week that differs', async () => {
    const chance = chanceOf(12);
    const rest = { users: 1, runsPerUser: 1 };
    const commands: Record<string, TeamFigures> = {};
    const pastCommands: typeof commands = {};
    const agents: Record<string, TeamAgentDay> = {};
    const pastAgents: typeof agents = {};
    const users: Record<string, ActiveUsers> = {};
    for (let organization = 0; organization < TRIALS; organization++) {
      const key = `org-${organization}/`;
      const fails = 0.05 + chance.below(300) / 1_000;
      const figures = (): RunFigures => figuresOf(150 + chance.below(150), fails, chance);
      for (const side of [commands, pastCommands]) side[key] = { ...figures(), ...rest };
      for (const side of [agents, pastAgents]) side[key] = { ...figures(), ...rest, ...emptyUse() };
      users[key] = ONE_USER;
    }
    const found = Object.values(
      await runDay(weekOnWeek, '2024-02-14', {
        users,
        commands,
        agents,
        pastCommands: [{ date: '2024-02-05', value: pastCommands }],
        pastAgents: [{ date: '2024-02-05', value: pastAgents }],
      }),
    );
    expect(found).toHaveLength(TRIALS);
    const isFinding = (verdict: string): boolean => verdict === 'better' || verdict === 'worse';
    const differing = found.filter(
      ({ commandSuccess, agentSuccess }) => isFinding(commandSuccess.verdict) || isFinding(agentSuccess.verdict),
    );
    expect(differing.length / TRIALS).toBeLessThanOrEqual(mostAt(0.05));
    expect(differing.length / TRIALS).toBeGreaterThan(0.025);
  });
});
