/** What was collected, as people ask for it: events, figures, samples, live windows; by role, page by page, in their time zone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, dayOf } from '../../src/values/date.ts';
import { type ApiUnderTest, apiUnderTest, type AskOptions } from './api-under-test.ts';

let api: ApiUnderTest;
const TODAY = dayOf(Date.now());
const YESTERDAY = addDays(TODAY, -1);
const NOON = Date.parse(`${YESTERDAY}T12:00:00Z`);
const command = (at: number, over: object = {}) => ({
  id: `c${String(at).padStart(3, '0')}`,
  user_id: at % 2 === 0 ? 'ann' : 'bob',
  team_id: at % 2 === 0 ? 'red' : 'blue',
  command_name: at % 3 === 0 ? 'build' : 'deploy',
  execution_time_ms: at * 10,
  status: at % 5 === 0 ? 'error' : 'success',
  timestamp: NOON + at * 60_000,
  ...over,
});

beforeAll(async () => {
  api = await apiUnderTest('reading');
  const agent = {
    agent_name: 'helper',
    interaction_type: 'chat',
    input_tokens: 10,
    output_tokens: 5,
    timestamp: Date.now(),
  };
  const times = Array.from({ length: 5 }, (_, at) => Date.now() - 240_000 + at * 60_000);
  const text = [
    '# TYPE load gauge',
    ...times.flatMap((time, at) => [`load{job="a",runtime_id="r1"} ${at} ${time}`, `load{job="b"} ${at * 2} ${time}`]),
    '',
  ];
  for (const sent of [
    await api.ask('POST', '/api/metrics/batch', {
      json: { command_executions: Array.from({ length: 60 }, (_, at) => command(at)), agent_interactions: [agent] },
    }),
    await api.ask('POST', '/api/v1/import/prometheus', {
      text: text.join('\n'),
      headers: { 'content-type': 'text/plain' },
    }),
  ])
    if (sent.status >= 300) throw new Error(sent.bytes.toString());
});
afterAll(() => api[Symbol.asyncDispose]());

const get = async (path: string, params: Readonly<Record<string, string>> = {}, options: AskOptions = {}) =>
  api.ask('GET', `${path}?${String(new URLSearchParams(params))}`, options);
const ids = (body: Record<string, unknown>): string[] => (body['events'] as { id: string }[]).map(({ id }) => id);
const DAYS = { start_date: YESTERDAY, end_date: TODAY };

describe('events', () => {
  test('come in the order of time, page by page, whatever is added meanwhile', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 20; page++) {
      const params = { ...DAYS, limit: '7', command_name: 'build', ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await get('/api/metrics/commands', params);
      seen.push(...ids(body));
      cursor = body['cursor'] as string | undefined;
      if (cursor === undefined) break;
      // Before what was seen, and after what is to come.
      await api.ask('POST', '/api/metrics/commands', {
        json: command(0, { id: `early${page}`, timestamp: NOON - page }),
      });
    }
    const builds = Array.from({ length: 20 }, (_, at) => `c${String(at * 3).padStart(3, '0')}`);
    expect(seen.filter((id) => id.startsWith('c'))).toEqual(builds);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("a cursor is of its question and its organization's alone", async () => {
    const params = { ...DAYS, limit: '3' };
    const { body } = await get('/api/metrics/commands', params);
    const cursor = body['cursor'] as string;
    expect((await get('/api/metrics/commands', { ...params, status: 'error', cursor })).status).toBe(400);
    expect((await get('/api/metrics/commands', { ...params, cursor }, { org: 'globex' })).status).toBe(400);
    expect((await get('/api/metrics/agents', { ...params, cursor })).status).toBe(400);
    expect((await get('/api/metrics/commands', { ...params, cursor: 'abc' })).status).toBe(400);
  });

  test('show no people to a viewer, and to a manager of teams those of them', async () => {
    const viewer = await get('/api/metrics/commands', DAYS, { role: 'viewer' });
    expect(viewer.bytes.toString()).not.toContain('ann');
    expect((await get('/api/metrics/commands', { ...DAYS, user_id: 'ann' }, { role: 'viewer' })).status).toBe(403);
    expect((await get('/api/metrics/aggregated', { ...DAYS, group_by: 'user_id' }, { role: 'viewer' })).status).toBe(
      403,
    );
    const manager = await get('/api/metrics/commands', DAYS, { role: 'manager', teams: ['blue'] });
    expect(new Set((manager.body['events'] as { team_id: string }[]).map(({ team_id }) => team_id))).toEqual(
      new Set(['blue']),
    );
  });

  test('of nothing are an empty answer', async () => {
    expect((await get('/api/metrics/productivity', DAYS)).body).toEqual({ events: [] });
    expect((await get('/api/metrics/commands', DAYS, { org: 'globex' })).body).toEqual({ events: [] });
  });

  test('are counted and measured by windows and groups', async () => {
    const params = {
      ...DAYS,
      group_by: 'command_name',
      functions: 'count,avg,max,p50',
      status: 'success',
      team_id: 'blue',
    };
    const { body } = await get('/api/metrics/aggregated', params);
    const own = Array.from({ length: 60 }, (_, at) => command(at)).filter(
      ({ team_id, status }) => team_id === 'blue' && status === 'success',
    );
    const builds = own
      .filter(({ command_name }) => command_name === 'build')
      .map(({ execution_time_ms }) => execution_time_ms);
    expect(body['rows']).toMatchObject([
      {
        window: YESTERDAY,
        group: { command_name: 'build' },
        values: {
          count: builds.length,
          avg: expect.closeTo(builds.reduce((sum, one) => sum + one, 0) / builds.length, 6) as number,
          max: Math.max(...builds),
        },
      },
      { window: YESTERDAY, group: { command_name: 'deploy' } },
    ]);
  });

  test('lie in the hours of a place', async () => {
    const params = {
      ...DAYS,
      aggregation_window: 'hour',
      time_zone: 'Asia/Kolkata',
      team_id: 'blue',
      functions: 'count',
    };
    const { body } = await get('/api/metrics/aggregated', params);
    // 12:01 in UTC is 17:31 there.
    expect((body['rows'] as { window: string }[]).map(({ window }) => window)).toEqual([
      `${YESTERDAY}T17:00`,
      `${YESTERDAY}T18:00`,
    ]);
    expect((await get('/api/metrics/aggregated', { ...params, time_zone: 'Mars/North' })).status).toBe(400);
  });

  test('make a dashboard', async () => {
    const { body } = await get('/api/metrics/dashboard', { time_range: '7d', team_id: 'blue' });
    expect(body).toMatchObject({ to: TODAY, commands: { count: 30, successRate: 0.8 }, activeUsers: 1 });
    const all = await get('/api/metrics/dashboard', { time_range: '1d' });
    expect(all.body).toMatchObject({ agents: { count: 1, inputTokens: 10, outputTokens: 5 } });
  });
});

describe('samples', () => {
  test('of series that fit, page by page', async () => {
    const first = await get('/api/metrics', { name: 'load', limit: '1' });
    expect(first.body['metrics']).toMatchObject([{ name: 'load', labels: { job: 'a' }, samples: { length: 5 } }]);
    const cursor = first.body['cursor'] as string;
    const second = await get('/api/metrics', { name: 'load', limit: '1', cursor });
    expect(second.body['metrics']).toMatchObject([{ labels: { job: 'b' } }]);
    expect((await get('/api/metrics', { 'match[]': 'load{job="b"}', type: 'gauge' })).body['metrics']).toHaveLength(1);
    expect((await get('/api/metrics', { type: 'histogram' })).body).toEqual({ metrics: [] });
    expect((await get('/api/runtime/r1/metrics')).body['metrics']).toMatchObject([{ labels: { runtime_id: 'r1' } }]);
    expect((await get('/api/metrics', { name: 'load' }, { org: 'globex' })).body).toEqual({ metrics: [] });
  });

  test('are measured over windows, by labels', async () => {
    const json = {
      name: 'load',
      from: new Date(Date.now() - 600_000).toISOString(),
      to: new Date().toISOString(),
      window_seconds: 3_600,
      group_by: ['job'],
      functions: ['max', 'count'],
    };
    const { status, body } = await api.ask('POST', '/api/metrics/query', { json });
    expect(status).toBe(200);
    const rows = body['rows'] as { group: { job: string }; values: { max: number; count: number } }[];
    const most = (job: string): number =>
      Math.max(...rows.filter(({ group }) => group.job === job).map(({ values }) => values.max));
    expect([most('a'), most('b')]).toEqual([4, 8]);
    expect(rows.reduce((sum, { values }) => sum + values.count, 0)).toBe(10);
  });

  test('of the live window, and which windows there are', async () => {
    expect((await get('/api/metrics/real-time/1h')).body).toMatchObject({ window: '1h', series: [] });
    const { status, body } = await get('/api/metrics/real-time/1w');
    expect(status).toBe(404);
    expect(body['detail']).toContain('1m, 5m, 15m, 1h, 1d');
  });
});

test.each([
  ['/api/metrics/commands', { start_date: 'soon' }],
  ['/api/metrics/commands', { start_date: '2026-01-01', end_date: '2025-01-01' }],
  ['/api/metrics/commands', { start_date: '2020-01-01', end_date: '2026-01-01' }],
  ['/api/metrics/commands', { limit: '0' }],
  ['/api/metrics/aggregated', { functions: 'median' }],
  ['/api/metrics/dashboard', { time_range: '3w' }],
  ['/api/metrics', { from: 'now' }],
  ['/api/metrics', { 'match[]': 'sum(' }],
])('%s of %o is 400', async (path, params) => {
  expect((await get(path, params)).status).toBe(400);
});
