/** What the computations of productivity do with too little, with what is missing, and with what cannot be. */
import { describe, expect, test } from 'vitest';
import { fabricatedDays, runDay } from '../../../src/testing/index.ts';
import { collected } from '../../../src/index.ts';
import { MAX_ADOPTED } from '../../../src/computations/productivity/adopters.ts';
import { MAX_TEAMS, MAX_TOOLS } from '../../../src/computations/productivity/bounded-entries.ts';
import { MAX_NAMES } from '../../../src/computations/productivity/name-counts.ts';
import { activeUsers } from '../../../src/computations/productivity/active-users.ts';
import { agentActivity } from '../../../src/computations/productivity/agent-activity.ts';
import { agentAdopters } from '../../../src/computations/productivity/agent-adopters.ts';
import { agentAdoption } from '../../../src/computations/productivity/agent-adoption.ts';
import { agentDay } from '../../../src/computations/productivity/agent-day.ts';
import { commandActivity } from '../../../src/computations/productivity/command-activity.ts';
import { commandDay } from '../../../src/computations/productivity/command-day.ts';
import { failureHotspots } from '../../../src/computations/productivity/failure-hotspots.ts';
import { productivityBriefing } from '../../../src/computations/productivity/productivity-briefing.ts';
import { emptyRunTally, type RunFigures, runFigures } from '../../../src/computations/productivity/run-figures.ts';
import { teamAgentDay } from '../../../src/computations/productivity/team-agent-day.ts';
import { teamDay } from '../../../src/computations/productivity/team-day.ts';
import { tokenBudget } from '../../../src/computations/productivity/token-budget.ts';
import { tokenUse } from '../../../src/computations/productivity/token-use.ts';
import { toolAdopters } from '../../../src/computations/productivity/tool-adopters.ts';
import { toolAdoption } from '../../../src/computations/productivity/tool-adoption.ts';
import { toolDay } from '../../../src/computations/productivity/tool-day.ts';
import { weekOnWeek } from '../../../src/computations/productivity/week-on-week.ts';
import { aCommand, anAgentRun } from '../../support/collected-event.ts';
import type { Computation } from '../../../src/mill/model/computation.ts';

const DAY = '2024-02-14';

const ALL: readonly Computation[] = [
  activeUsers,
  agentActivity,
  agentAdopters,
  agentAdoption,
  agentDay,
  commandActivity,
  commandDay,
  failureHotspots,
  productivityBriefing,
  teamAgentDay,
  teamDay,
  tokenBudget,
  tokenUse,
  toolAdopters,
  toolAdoption,
  toolDay,
  weekOnWeek,
];

describe('without events', () => {
  test('there are no results, but for what is remembered', async () => {
    for (const computation of [commandDay, toolDay, teamDay])
      expect(await runDay(computation, DAY, { commands: [] })).toEqual({});
    expect(await runDay(agentDay, DAY, { agents: [] })).toEqual({});
    expect(await runDay(teamAgentDay, DAY, { agents: [] })).toEqual({});
    expect(await runDay(tokenBudget, DAY, { figures: [] })).toEqual({});
    expect(await runDay(toolAdopters, DAY, { commands: [] })).toEqual({});
    expect(await runDay(agentAdopters, DAY, { agents: [] })).toEqual({});
    expect(await runDay(commandActivity, DAY, { today: {} })).toEqual({});
    expect(await runDay(activeUsers, DAY, { commands: {}, agents: {} })).toEqual({});
    expect(await runDay(failureHotspots, DAY, { today: {}, past: [] })).toEqual({});
    expect(await runDay(tokenUse, DAY, { today: {}, budgets: [] })).toEqual({});
  });

  test('every headline is a line', () => {
    for (const { name, headline } of ALL)
      expect([name, headline?.({})]).toEqual([name, expect.stringMatching(/^.{10,90}$/u)]);
  });
});

describe('a single event', () => {
  test('has all percentiles for it, and an interval that says how little it says', async () => {
    const { 'acme/ann': ann } = await runDay(commandDay, DAY, { commands: [aCommand()] });
    expect(ann).toMatchObject({ runs: 1, successRate: 1, successAtMost: 1, totalMs: 1_000, differentCommands: 1 });
    // Wilson: 1 / (1 + z²).
    expect(ann?.successAtLeast).toBeCloseTo(1 / (1 + 1.959963984540054 ** 2), 12);
    expect(ann?.p50Ms).toBe(ann?.p99Ms);
    expect(Math.abs((ann?.p50Ms ?? 0) - 1_000)).toBeLessThanOrEqual(10);
  });

  test('that was cancelled has no success rate', async () => {
    const { 'acme/ann': ann } = await runDay(commandDay, DAY, { commands: [aCommand({ status: 'cancelled' })] });
    expect(ann).toMatchObject({ runs: 1, cancelled: 1, successRate: null, successAtLeast: null, successAtMost: null });
  });
});

test('a hundred and fifty users who all do the same, and say nothing of tokens or cost, fail nothing', async () => {
  const users = Array.from({ length: 150 }, (_, user) => `user-${user}`);
  const commands = users.map((user_id) => aCommand({ user_id, command_name: `run-${user_id}`, team_id: user_id }));
  const agents = users.map((user_id) => anAgentRun({ user_id, agent_name: `for-${user_id}`, team_id: user_id }));
  const today = await runDay(commandDay, DAY, { commands });
  const agentToday = await runDay(agentDay, DAY, { agents });
  const adopters = await runDay(toolAdopters, DAY, { commands });
  const agentKnown = await runDay(agentAdopters, DAY, { agents });
  const tools = await runDay(toolDay, DAY, { commands });
  const results = [
    today,
    agentToday,
    adopters,
    agentKnown,
    tools,
    await runDay(teamDay, DAY, { commands }),
    await runDay(teamAgentDay, DAY, { agents }),
    await runDay(commandActivity, DAY, { today }),

    await runDay(agentActivity, DAY, { today: agentToday }),
    await runDay(toolAdoption, DAY, { adopters, people: today }),
    await runDay(agentAdoption, DAY, { adopters: agentKnown, people: agentToday }),
  ];
  for (const result of results) expect(Object.keys(result)).toHaveLength(150);
});

describe('what an event does not say', () => {
  test('a team, is told together, or read from the context', async () => {
    const contexts = [{}, { context: { team: 'web' } }, { context: { team_id: 'web' } }, { context: { team: 7 } }];
    const teams = await runDay(teamDay, DAY, {
      commands: [
        ...contexts.map((over) => aCommand(over)),
        aCommand({ context: { team: '' } }),
        aCommand({ team_id: 'web' }),
      ],
    });
    expect(Object.entries(teams).map(([key, { runs }]) => [key, runs])).toEqual([
      ['acme/', 3],
      ['acme/web', 3],
    ]);
  });

  test('a user, tokens, a duration or how it ended, is counted as missing', async () => {
    const agents = [
      anAgentRun(),
      anAgentRun({ user_id: 'ann', input_tokens: 10, execution_time_ms: 0, status: 'error' }),
    ];
    const found = await runDay(agentDay, DAY, { agents });
    expect(found['acme/']).toMatchObject({
      runs: 1,
      withoutStatus: 1,
      withoutDuration: 1,
      withoutTokens: 1,
      successRate: null,
      costDollars: null,
      p50Ms: null,
      p90Ms: null,
      p99Ms: null,
      totalMs: 0,
      implausible: 0,
    });
    expect(found['acme/ann']).toMatchObject({ inputTokens: 10, outputTokens: 0, withoutTokens: 0, successRate: 0 });
    expect(found['acme/ann']?.p50Ms).toBeLessThanOrEqual(1);
    const activity = await runDay(agentActivity, DAY, { today: found });
    expect(Object.keys(activity)).toEqual(['acme/ann']);
    expect(await runDay(teamAgentDay, DAY, { agents })).toMatchObject({
      'acme/': { runs: 2, users: 1, runsPerUser: 1 },
    });
    const use = await runDay(tokenUse, DAY, { today: found, budgets: [] });
    expect(use['acme/']).toMatchObject({ tokens: 10, unsignedTokens: 0, users: 1, hhi: 1, largestShare: 1 });
  });
});

describe('what cannot be', () => {
  test.each([
    ['a negative duration', { execution_time_ms: -1 }],
    ['a duration above an hour', { execution_time_ms: 3_600_001 }],
    ['NaN as a duration', { execution_time_ms: Number.NaN }],
    ['a status that there is not', { status: 'exploded' }],
    ['no user', { user_id: undefined }],
  ])('%s is refused, as at the door', async (_, over) => {
    await expect(runDay(commandDay, DAY, { commands: [aCommand(over)] })).rejects.toThrow(
      /was given a wrong commands/u,
    );
  });

  test('a kind that there is not is refused, with those that there are', () => {
    expect(() => collected('nonsense' as 'commands')).toThrow('only commands, agents, productivity, sessions, samples');
  });

  test('the same event twice in a day is refused: the door keeps one', async () => {
    const event = aCommand({ id: 'ci/1' });
    await expect(runDay(commandDay, DAY, { commands: [event, event] })).rejects.toThrow('has the id "acme/ci/1"');
  });

  test.each([
    [
      'more tokens than any model takes',
      { input_tokens: Number.MAX_SAFE_INTEGER, output_tokens: 5 },
      { inputTokens: 0, outputTokens: 5 },
    ],
    ['a negative cost', { cost_usd: -1 }, { costDollars: null }],
    ['a cost in words', { cost_usd: 'much' }, { costDollars: null }],
    ['a cost beyond reason', { context: { cost_usd: 1e308 } }, { costDollars: null }],
  ])('%s is left out and counted', async (_, over, expected) => {
    const { 'acme/ann': ann } = await runDay(agentDay, DAY, {
      agents: [anAgentRun({ user_id: 'ann', ...over }), anAgentRun({ user_id: 'ann', output_tokens: 0 })],
    });
    expect(ann).toMatchObject({ ...expected, runs: 2, implausible: 1 });
  });

  test('a cost is that of the event, or of its context', async () => {
    const { 'acme/': all } = await runDay(agentDay, DAY, {
      agents: [
        anAgentRun({ cost_usd: 0.5 }),
        anAgentRun({ context: { cost_usd: 0.25 } }),
        anAgentRun({ cost_usd: null }),
      ],
    });
    expect(all).toMatchObject({ costDollars: 0.75, implausible: 0 });
  });
});

test('names that are no plain words stay apart, whatever is in them', async () => {
  const names = ['__proto__', 'constructor', 'a/b', ' ', '…'];
  const found = await runDay(commandDay, DAY, {
    commands: names.map((name) => aCommand({ user_id: name, command_name: name })),
  });
  expect(Object.keys(found).sort()).toEqual(names.map((name) => `acme/${name}`).sort());
  expect(found['acme/a/b']?.busiest).toEqual([{ name: 'a/b', runs: 1 }]);
  const adopters = await runDay(toolAdopters, DAY, { commands: names.map((name) => aCommand({ command_name: name })) });
  expect(Object.keys(adopters)).toHaveLength(names.length);
});

test('an organization that names a new team and command in every event takes no more room than its share', async () => {
  const commands = Array.from({ length: MAX_TOOLS + 10 }, (_, n) =>
    aCommand({ team_id: `t-${n}`, command_name: `c-${n}` }),
  );
  const all = [...commands, aCommand({ organization: 'globex', team_id: 'web' })];
  const teams = await runDay(teamDay, DAY, { commands: all });
  expect(Object.keys(teams)).toHaveLength(MAX_TEAMS + 2);
  // Nothing is lost: what is not told apart is told together.
  expect(teams['acme/']?.runs).toBe(commands.length - MAX_TEAMS);
  expect(teams['globex/web']?.runs).toBe(1);
  const tools = await runDay(toolDay, DAY, { commands: all });
  expect(Object.keys(tools)).toHaveLength(MAX_TOOLS + 1);
  expect(tools['globex/build']?.runs).toBe(1);
  const { 'acme/ann': ann } = await runDay(commandDay, DAY, { commands: all });
  expect(ann).toMatchObject({ runs: commands.length, differentCommands: MAX_NAMES });
  expect(Object.keys(await runDay(toolAdopters, DAY, { commands: all }))).toHaveLength(MAX_ADOPTED + 1);
});

describe('too few', () => {
  const figures = (successes: number, failures: number): RunFigures =>
    runFigures({ ...emptyRunTally(), runs: successes + failures, successes, failures });

  test.each([
    ['nine runs today', figures(0, 9), figures(1_000, 0)],
    ['49 runs before', figures(0, 100), figures(49, 0)],
    ['no days before', figures(0, 100), undefined],
  ])('%s are not judged', async (_, today, before) => {
    const past = before === undefined ? [] : [{ date: '2024-02-13', value: { 'acme/build': before } }];
    expect(await runDay(failureHotspots, DAY, { today: { 'acme/build': today }, past })).toEqual({});
  });

  test('a command that always fails is no hotspot, and one that begins to is', async () => {
    const past = [{ date: '2024-02-13', value: { 'acme/broken': figures(0, 100), 'acme/build': figures(100, 0) } }];
    const today = { 'acme/broken': figures(0, 20), 'acme/build': figures(5, 5) };
    const found = await runDay(failureHotspots, DAY, { today, past });
    expect(found['acme/broken']).toMatchObject({ failureRate: 1, usualRate: 1, p: 1, verdict: 'usual' });
    expect(found['acme/build']).toMatchObject({ failureRate: 0.5, usualRate: 0, verdict: 'failing' });
    // All five failures of 110 runs among the ten of today: 10! 105! / (5! 110!).
    expect(found['acme/build']?.p).toBeCloseTo((10 * 9 * 8 * 7 * 6) / (110 * 109 * 108 * 107 * 106), 12);
  });

  test('a first week is compared with nothing, and says so', async () => {
    const users = await runDay(activeUsers, DAY, {
      commands: { 'acme/ann': { lastSeen: DAY, recent: 1 } },
      agents: {},
    });
    const found = await runDay(weekOnWeek, DAY, {
      users,
      agents: {},
      pastAgents: [],
      pastCommands: [],
      commands: { 'acme/web': { ...figures(50, 5), users: 1, runsPerUser: 55 } },
    });
    expect(found['acme/']).toMatchObject({
      commands: { now: 55, before: 0, change: null },
      commandSuccess: { now: 50 / 55, before: null, change: null, p: null, verdict: 'too-few' },
      agentRuns: { now: 0, before: 0, change: null },
      agentSuccess: { now: null, before: null, verdict: 'too-few' },
    });
  });

  test('29 runs in one of two weeks are too few, 30 are enough', async () => {
    const users = await runDay(activeUsers, DAY, {
      commands: { 'acme/ann': { lastSeen: DAY, recent: 1 } },
      agents: {},
    });
    const verdictOf = async (before: RunFigures): Promise<string | undefined> => {
      const team = { users: 1, runsPerUser: 1 };
      const found = await runDay(weekOnWeek, DAY, {
        users,
        agents: {},
        pastAgents: [],
        commands: { 'acme/': { ...figures(20, 80), ...team } },
        // Seven days earlier: the first of the week before.
        pastCommands: [{ date: '2024-02-07', value: { 'acme/': { ...before, ...team } } }],
      });
      return found['acme/']?.commandSuccess.verdict;
    };
    expect(await verdictOf(figures(29, 0))).toBe('too-few');
    expect(await verdictOf(figures(30, 0))).toBe('worse');
    expect(await verdictOf(figures(8, 32))).toBe('unchanged');
  });
});

test.each(ALL.map((computation) => [computation.name, computation] as const))(
  '%s takes whatever its schemas let through',
  async (_, computation) => {
    const days = fabricatedDays(computation);
    for (const { date, given } of days.filter((__, index) => index % 60 === 0)) await runDay(computation, date, given);
    expect(days.length).toBeGreaterThan(200);
  },
);
