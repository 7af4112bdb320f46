/** What is carried from day to day: bounded, forgotten in time, and right over days without events. */
import { describe, expect, test } from 'vitest';
import { runDay, runDays } from '../../../src/testing/index.ts';
import { activeUsers } from '../../../src/computations/productivity/active-users.ts';
import { agentDay } from '../../../src/computations/productivity/agent-day.ts';
import { commandActivity } from '../../../src/computations/productivity/command-activity.ts';
import { commandDay } from '../../../src/computations/productivity/command-day.ts';
import { tokenBudget } from '../../../src/computations/productivity/token-budget.ts';
import { tokenUse } from '../../../src/computations/productivity/token-use.ts';
import { toolAdopters } from '../../../src/computations/productivity/tool-adopters.ts';
import { weekOnWeek } from '../../../src/computations/productivity/week-on-week.ts';
import { aCommand, aFigure, anAgentRun } from '../../support/collected-event.ts';
import { runComputations } from '../../support/run-computations.ts';

const DAY = '2024-02-14';

describe('state that is carried', () => {
  test('forgets a user after 28 days, and passes over days without events', async () => {
    const { 'acme/ann': ann } = await runDay(commandDay, DAY, { commands: [aCommand()] });
    const today = { 'acme/ann': ann as NonNullable<typeof ann> };
    const days = await runDays(commandActivity, {
      '2024-02-01': { today },
      '2024-02-03': { today },
      '2024-03-01': { today: {} },
      '2024-03-02': { today: {} },
    });
    expect(days.map(({ value }) => value['acme/ann'])).toEqual([
      { lastSeen: '2024-02-01', recent: 0b1 },
      { lastSeen: '2024-02-03', recent: 0b101 },
      { lastSeen: '2024-02-03', recent: 0b101 },
      undefined,
    ]);
  });

  test('of adopters forgets a command after 90 days without use', async () => {
    const used = { commands: [aCommand()] };
    const days = await runDays(toolAdopters, {
      '2024-01-01': used,
      '2024-03-31': { commands: [] },
      '2024-04-01': { commands: [] },
    });
    expect(days.map(({ value }) => value['acme/build']?.adopters)).toEqual([1, 1, undefined]);
  });

  test('of adopters is exact for a thousand, and near enough beyond', async () => {
    const by = (from: number, to: number) => ({
      commands: Array.from({ length: to - from }, (_, user) => aCommand({ user_id: `user-${from + user}` })),
    });
    const days = await runDays(toolAdopters, {
      '2024-01-01': by(0, 1_000),
      '2024-01-02': by(500, 1_000),
      '2024-01-03': by(0, 4_000),
      '2024-01-04': by(3_990, 4_010),
    });
    const figures = days.map(({ value }) => value['acme/build']);
    expect(figures[0]).toMatchObject({ usersToday: 1_000, newUsers: 1_000, adopters: 1_000, sketch: null });
    expect(figures[1]).toMatchObject({ usersToday: 500, newUsers: 0, adopters: 1_000 });
    expect(figures[2]).toMatchObject({ hashes: null });
    // Four standard errors of 1.6 %.
    expect(Math.abs((figures[2]?.adopters ?? 0) - 4_000)).toBeLessThanOrEqual(260);
    expect(figures[2]?.newUsers).toBe((figures[2]?.adopters ?? 0) - 1_000);
    expect(figures[3]?.usersToday).toBe(20);
    expect(figures[3]?.adopters).toBeGreaterThanOrEqual(figures[2]?.adopters ?? Infinity);
    expect(JSON.stringify(figures[3]).length).toBeLessThan(4_500);
  });

  test('of a month begins anew with the next, and is kept on days without tokens', async () => {
    const { 'acme/': run } = await runDay(agentDay, DAY, { agents: [anAgentRun({ input_tokens: 100 })] });
    const today = { 'acme/': run as NonNullable<typeof run> };
    const budgets = [
      { date: '2024-01-20', value: { 'acme/': 999 } },
      { date: '2024-01-25', value: { 'acme/': 400 } },
      { date: '2024-01-26', value: { 'globex/': 1 } },
    ];
    const days = await runDays(tokenUse, {
      '2024-01-30': { today, budgets },
      '2024-01-31': { today: {}, budgets },
      '2024-02-01': { today: {}, budgets },
      '2024-02-02': { today, budgets },
    });
    expect(days.map(({ value }) => value['acme/']?.monthTokens)).toEqual([100, 100, undefined, 100]);
    expect(days.map(({ value }) => value['acme/']?.budgetShare)).toEqual([0.25, 0.25, undefined, 0.25]);
  });
});

test('a day on which nobody in any organization let an agent work costs no user of the days after it', async () => {
  const [monday, tuesday, wednesday] = ['2024-02-12', '2024-02-13', '2024-02-14'] as const;
  const data = new Map<string, ReadonlyMap<string, readonly object[]>>([
    [
      'collected-commands',
      new Map([
        [monday, [aCommand({ user_id: 'ann' })]],
        [tuesday, [aCommand({ user_id: 'bob' })]],
        [wednesday, [aCommand({ user_id: 'ann' })]],
      ]),
    ],
    [
      'collected-agents',
      new Map([
        [monday, [anAgentRun({ user_id: 'ann' })]],
        [wednesday, [anAgentRun({ user_id: 'cid' })]],
      ]),
    ],
  ]);
  const results = await runComputations([activeUsers, weekOnWeek], { data, from: monday, to: wednesday });
  expect([...results.of(activeUsers).keys()]).toEqual([monday, wednesday]);
  expect(results.on(activeUsers, wednesday)['acme/']).toMatchObject({
    daily: 2,
    monthly: 3,
    newUsers: 1,
    agentUsers: 1,
  });
  expect(results.on(weekOnWeek, wednesday)['acme/']).toMatchObject({ commands: { now: 3 }, agentRuns: { now: 2 } });
});

describe('a budget', () => {
  const budget = (over: object) => aFigure({ metric_name: 'token-budget', ...over });

  test('is the last that was said; negative ones and other figures are none', async () => {
    const found = await runDay(tokenBudget, DAY, {
      figures: [
        budget({ metric_value: 500, timestamp: `${DAY}T12:00:00.000Z` }),
        budget({ metric_value: 300, timestamp: `${DAY}T09:00:00.000Z` }),
        budget({ metric_value: -5, timestamp: `${DAY}T13:00:00.000Z` }),
        aFigure({ metric_name: 'lines-written', metric_value: 7, timestamp: `${DAY}T14:00:00.000Z` }),
      ],
    });
    expect(found).toEqual({ 'acme/': 500 });
  });

  test('of nothing has no share', async () => {
    const { 'acme/': run } = await runDay(agentDay, DAY, { agents: [anAgentRun({ input_tokens: 100 })] });
    const use = await runDay(tokenUse, DAY, {
      today: { 'acme/': run as NonNullable<typeof run> },
      budgets: [{ date: '2024-02-01', value: { 'acme/': 0 } }],
    });
    expect(use['acme/']).toMatchObject({ budget: 0, budgetShare: null, p50: null, hhi: null, unsignedTokens: 100 });
  });
});
