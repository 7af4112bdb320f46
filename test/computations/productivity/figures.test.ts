/** The figures of four simulated weeks, every user, team and tool, against DuckDB over the same events. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activeUsers } from '../../../src/computations/productivity/active-users.ts';
import { agentAdoption } from '../../../src/computations/productivity/agent-adoption.ts';
import { agentDay } from '../../../src/computations/productivity/agent-day.ts';
import { commandDay } from '../../../src/computations/productivity/command-day.ts';
import { productivityBriefing } from '../../../src/computations/productivity/productivity-briefing.ts';
import { teamAgentDay } from '../../../src/computations/productivity/team-agent-day.ts';
import { teamDay } from '../../../src/computations/productivity/team-day.ts';
import { tokenUse } from '../../../src/computations/productivity/token-use.ts';
import { toolAdoption } from '../../../src/computations/productivity/tool-adoption.ts';
import { toolDay } from '../../../src/computations/productivity/tool-day.ts';
import { weekOnWeek } from '../../../src/computations/productivity/week-on-week.ts';
import { RELATIVE_ERROR } from '../../../src/computations/statistics/log-histogram.ts';
import { addDays } from '../../../src/values/date.ts';
import { query } from '../../support/duckdb.ts';
import { differences } from '../../support/differences.ts';
import { type Results, runComputations } from '../../support/run-computations.ts';
import { collectedDays } from '../../support/collected-days.ts';
import { simulatedEvents } from '../../../src/cli/templates/productivity/src/simulated-events.ts';

const FROM = '2024-01-29';
const LAST = '2024-02-25';
/** The first, a Sunday in a new month, and the last. */
const DAYS = [FROM, '2024-02-04', LAST];

/** Two-sided 95 %. */
const Z = 1.959963984540054;

let folder: string;
let results: Results;
let [COMMANDS, AGENTS] = ['', ''];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-productivity-'));
  const days = simulatedEvents({ seed: 1, from: FROM, days: 28, brokenOn: 24, adoptedOn: 10, isHungry: true });
  const data = collectedDays(days);
  const table = async (dataset: string): Promise<string> => {
    const file = join(folder, `${dataset}.ndjson`);
    const rows = [...(data.get(dataset) ?? [])].flatMap(([day, events]) =>
      events.map((event) => `${JSON.stringify({ ...event, day })}\n`),
    );
    writeFileSync(file, rows.join(''));
    await query(`COPY (SELECT * REPLACE (day::VARCHAR AS day) FROM read_json('${file}')) TO '${file}.parquet'`);
    return `'${file}.parquet'`;
  };
  [COMMANDS, AGENTS] = [await table('collected-commands'), await table('collected-agents')];
  results = await runComputations([productivityBriefing, teamAgentDay], { data, from: FROM, to: LAST });
});
afterAll(() => rmSync(folder, { recursive: true }));

const keyed = (rows: readonly { key: string }[]): Record<string, unknown> =>
  Object.fromEntries(rows.map(({ key, ...values }) => [key, values]));

/** Columns of `RunFigures`, as SQL has them. */
const FIGURES = `
  count(*)::INT AS runs, (count(*) FILTER (status = 'success'))::INT AS successes,
  (count(*) FILTER (status IN ('error', 'timeout')))::INT AS failures, (count(*) FILTER (status = 'cancelled'))::INT AS cancelled,
  sum(execution_time_ms) AS "totalMs", quantile_cont(execution_time_ms, 0.5) AS "p50Ms",
  quantile_cont(execution_time_ms, 0.9) AS "p90Ms", quantile_cont(execution_time_ms, 0.99) AS "p99Ms"`;

interface Figures {
  readonly runs: number;
  readonly successes: number;
  readonly failures: number;
  readonly cancelled: number;
  readonly totalMs: number;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
}

/** Counts and sums are exact, percentiles within the error that is promised. */
async function wrongFigures(found: Readonly<Record<string, Figures>>, sql: string): Promise<string[]> {
  const rows = await query<Figures & { key: string }>(sql);
  const wrong = rows.length < 4 ? [`only ${rows.length} rows`] : [];
  for (const key of Object.keys(found)) if (!rows.some((row) => row.key === key)) wrong.push(`${key} is not there`);
  for (const { key, p50Ms, p90Ms, p99Ms, ...exact } of rows) {
    const own = found[key];
    const same = Object.fromEntries(Object.keys(exact).map((name) => [name, own?.[name as keyof Figures]]));
    wrong.push(...differences(same, exact).map((one) => `${key}${one}`));
    for (const [name, value] of Object.entries({ p50Ms, p90Ms, p99Ms })) {
      const away = Math.abs(Number(own?.[name as keyof Figures]) - Number(value)) / Number(value);
      if (!(away <= RELATIVE_ERROR + 1e-9)) wrong.push(`${key}/${name}: off by ${away}`);
    }
  }
  return wrong;
}

describe.each(DAYS)('on %s', (day) => {
  test('command-day has every user’s figures', async () => {
    expect(
      await wrongFigures(
        results.on(commandDay, day),
        `SELECT organization || '/' || user_id AS key, ${FIGURES}, count(DISTINCT command_name)::INT AS "differentCommands"
       FROM ${COMMANDS} WHERE day = '${day}' GROUP BY ALL`,
      ),
    ).toEqual([]);
  });

  test('command-day bounds every success rate', async () => {
    const rows = await query<{ key: string }>(`
      WITH ended AS (
        SELECT organization || '/' || user_id AS key, count(*)::DOUBLE AS n, count(*) FILTER (status = 'success') / count(*) AS p
        FROM ${COMMANDS} WHERE day = '${day}' AND status <> 'cancelled' GROUP BY ALL
      ), wilson AS (
        SELECT key, p, (p + ${Z} ** 2 / (2 * n)) / (1 + ${Z} ** 2 / n) AS center,
          ${Z} * sqrt(p * (1 - p) / n + ${Z} ** 2 / (4 * n ** 2)) / (1 + ${Z} ** 2 / n) AS margin FROM ended
      )
      SELECT key, p AS "successRate", greatest(0, center - margin) AS "successAtLeast", least(1, center + margin) AS "successAtMost" FROM wilson`);
    const found = Object.fromEntries(
      Object.entries(results.on(commandDay, day)).flatMap(([key, { successRate, successAtLeast, successAtMost }]) =>
        successRate === null ? [] : [[key, { successRate, successAtLeast, successAtMost }]],
      ),
    );
    expect(differences(found, keyed(rows))).toEqual([]);
  });

  test('command-day lists what every user ran most', async () => {
    const rows = await query<{ key: string; name: string; runs: number }>(`
      SELECT key, name, runs FROM (
        SELECT *, row_number() OVER (PARTITION BY key ORDER BY runs DESC, name) AS place FROM (
          SELECT organization || '/' || user_id AS key, command_name AS name, count(*)::INT AS runs
          FROM ${COMMANDS} WHERE day = '${day}' GROUP BY ALL))
      WHERE place <= 5 ORDER BY key, place`);
    const expected = Object.groupBy(
      rows.map(({ key, name, runs }) => ({ key, busy: { name, runs } })),
      ({ key }) => key,
    );
    for (const [key, { busiest }] of Object.entries(results.on(commandDay, day)))
      expect(busiest).toEqual(expected[key]?.map(({ busy }) => busy));
  });

  test('tool-day and team-day have every command’s and every team’s', async () => {
    expect(
      await wrongFigures(
        results.on(toolDay, day),
        `SELECT organization || '/' || command_name AS key, ${FIGURES} FROM ${COMMANDS} WHERE day = '${day}' GROUP BY ALL`,
      ),
    ).toEqual([]);
    expect(
      await wrongFigures(
        results.on(teamDay, day),
        `SELECT organization || '/' || team_id AS key, ${FIGURES}, count(DISTINCT user_id)::INT AS users,
         count(*) / count(DISTINCT user_id) AS "runsPerUser"
       FROM ${COMMANDS} WHERE day = '${day}' GROUP BY ALL`,
      ),
    ).toEqual([]);
  });

  test('agent-day and team-agent-day have tokens and dollars, too', async () => {
    const used = `${FIGURES}, sum(input_tokens)::DOUBLE AS "inputTokens", sum(output_tokens)::DOUBLE AS "outputTokens", sum(cost_usd) AS "costDollars"`;
    expect(
      await wrongFigures(
        results.on(agentDay, day),
        `SELECT organization || '/' || user_id AS key, ${used} FROM ${AGENTS} WHERE day = '${day}' GROUP BY ALL`,
      ),
    ).toEqual([]);
    expect(
      await wrongFigures(
        results.on(teamAgentDay, day),
        `SELECT organization || '/' || team_id AS key, ${used}, count(DISTINCT user_id)::INT AS users
       FROM ${AGENTS} WHERE day = '${day}' GROUP BY ALL`,
      ),
    ).toEqual([]);
  });

  test('active-users counts different people of days, weeks and months', async () => {
    const rows = await query<{ key: string }>(`
      WITH used AS (
        SELECT organization, user_id, day, 'command' AS kind FROM ${COMMANDS} UNION ALL
        SELECT organization, user_id, day, 'agent' AS kind FROM ${AGENTS}
      ), lately AS (SELECT *, '${day}'::DATE - day::DATE AS ago FROM used WHERE day <= '${day}')
      SELECT organization || '/' AS key, count(DISTINCT user_id) FILTER (ago = 0)::INT AS daily,
        count(DISTINCT user_id) FILTER (ago < 7)::INT AS weekly, count(DISTINCT user_id) FILTER (ago BETWEEN 7 AND 13)::INT AS "weeklyBefore",
        count(DISTINCT user_id) FILTER (ago < 28)::INT AS monthly, daily / monthly AS stickiness,
        count(DISTINCT user_id) FILTER (ago = 0 AND kind = 'command')::INT AS "commandUsers",
        count(DISTINCT user_id) FILTER (ago = 0 AND kind = 'agent')::INT AS "agentUsers", "agentUsers" / daily AS "agentShare",
        daily - count(DISTINCT user_id) FILTER (ago = 0 AND user_id IN (SELECT user_id FROM lately WHERE ago BETWEEN 1 AND 27))::INT AS "newUsers"
      FROM lately GROUP BY organization`);
    expect(rows).toHaveLength(2);
    expect(differences(results.on(activeUsers, day), keyed(rows))).toEqual([]);
  });

  test.each([
    ['tool-adoption', toolAdoption, 'command_name', () => COMMANDS],
    ['agent-adoption', agentAdoption, 'agent_name', () => AGENTS],
  ] as const)('%s counts who uses it, for the first time, and so far', async (_, computation, name, events) => {
    const rows = await query<{ key: string }>(`
      WITH first AS (SELECT organization, user_id, ${name} AS tool, min(day) AS day, max(day) AS last
        FROM ${events()} WHERE day <= '${day}' GROUP BY ALL),
      today AS (SELECT organization, count(DISTINCT user_id) AS users FROM ${events()} WHERE day = '${day}' GROUP BY ALL)
      SELECT organization || '/' || tool AS key, (count(*) FILTER (last = '${day}'))::INT AS "usersToday",
        (count(*) FILTER (day = '${day}'))::INT AS "newUsers", count(*)::INT AS adopters, min(day) AS "firstUsed", max(last) AS "lastUsed",
        "usersToday" / any_value(users) AS share
      FROM first LEFT JOIN today USING (organization) GROUP BY organization, tool`);
    expect(rows.length).toBeGreaterThan(3);
    expect(differences(results.on(computation, day), keyed(rows))).toEqual([]);
  });

  test('token-use has percentiles, concentration and the month', async () => {
    const rows = await query<{ key: string }>(`
      WITH users AS (
        SELECT organization, user_id, sum(input_tokens + output_tokens)::DOUBLE AS tokens FROM ${AGENTS} WHERE day = '${day}' GROUP BY ALL
      ), month AS (
        SELECT organization, sum(input_tokens + output_tokens)::DOUBLE AS "monthTokens" FROM ${AGENTS}
        WHERE day[:7] = '${day.slice(0, 7)}' AND day <= '${day}' GROUP BY ALL
      )
      SELECT organization || '/' AS key, sum(tokens) AS tokens, 0 AS "unsignedTokens", count(*)::INT AS users,
        quantile_cont(tokens, 0.5) AS p50, quantile_cont(tokens, 0.9) AS p90, quantile_cont(tokens, 0.99) AS p99,
        sum(tokens ** 2) / sum(tokens) ** 2 AS hhi, sum(tokens) ** 2 / sum(tokens ** 2) AS "effectiveUsers",
        max(tokens) / sum(tokens) AS "largestShare", '${day.slice(0, 7)}' AS month, any_value("monthTokens") AS "monthTokens",
        NULL AS budget, NULL AS "budgetShare"
      FROM users JOIN month USING (organization) GROUP BY organization`);
    expect(rows).toHaveLength(2);
    expect(differences(results.on(tokenUse, day), keyed(rows))).toEqual([]);
  });

  test('week-on-week adds up two weeks', async () => {
    const week = (events: string, columns: string): string => `
      SELECT organization, ${columns} FROM ${events} WHERE day BETWEEN '${addDays(day, -6)}' AND '${day}' GROUP BY organization`;
    const before = (events: string, columns: string): string =>
      week(events, columns)
        .replace(addDays(day, -6), addDays(day, -13))
        .replace(`'${day}'`, `'${addDays(day, -7)}'`);
    const ran = `count(*)::DOUBLE AS runs, count(*) FILTER (status = 'success') / count(*) FILTER (status <> 'cancelled') AS rate`;
    const used = `${ran}, sum(input_tokens + output_tokens)::DOUBLE AS tokens, sum(cost_usd) AS dollars`;
    type Week = { organization: string; runs: number; rate: number; tokens: number; dollars: number };
    const [commands, commandsBefore, agents, agentsBefore] = await Promise.all([
      query<Week>(week(COMMANDS, ran)),
      query<Week>(before(COMMANDS, ran)),
      query<Week>(week(AGENTS, used)),
      query<Week>(before(AGENTS, used)),
    ]);
    expect([commands, agents].map((rows) => rows?.length)).toEqual([2, 2]);
    for (const organization of ['acme', 'globex']) {
      const of = (rows: readonly Week[] = []): Week | undefined =>
        rows.find((row) => row.organization === organization);
      const change = (now = 0, earlier = 0): object => ({
        now,
        before: earlier,
        change: earlier === 0 ? null : now / earlier - 1,
      });
      const found = results.on(weekOnWeek, day)[`${organization}/`];
      const users = results.on(activeUsers, day)[`${organization}/`];
      expect(
        differences(
          { ...found, commandSuccess: found?.commandSuccess.now, agentSuccess: found?.agentSuccess.before },
          {
            commands: change(of(commands)?.runs, of(commandsBefore)?.runs),
            commandSuccess: of(commands)?.rate,
            agentRuns: change(of(agents)?.runs, of(agentsBefore)?.runs),
            agentSuccess: of(agentsBefore)?.rate ?? null,
            tokens: change(of(agents)?.tokens, of(agentsBefore)?.tokens),
            costDollars: change(of(agents)?.dollars, of(agentsBefore)?.dollars),
            activeUsers: change(users?.weekly, users?.weeklyBefore),
          },
        ),
      ).toEqual([]);
    }
  });
});
