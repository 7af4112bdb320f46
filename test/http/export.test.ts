/** The way out of what was collected, read back by others: DuckDB, and ourselves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayOf } from '../../src/values/date.ts';
import { query } from '../support/duckdb.ts';
import { type ApiUnderTest, apiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
const folder = mkdtempSync(join(tmpdir(), 'daymill-export-'));
const NOW = Date.now();
const DAY = dayOf(NOW);

beforeAll(async () => {
  api = await apiUnderTest('export');
  const text = ['load{job="a,\\"b"} 1.5', 'load{job="c"} NaN', 'count 12345678901234567890', ''].join('\n');
  const sent = await api.ask('POST', '/api/v1/import/prometheus', { text, headers: { 'content-type': 'text/plain' } });
  const command = {
    user_id: 'ann',
    command_name: '=cmd|calc',
    execution_time_ms: 12.5,
    status: 'success',
    timestamp: NOW,
    shoe_size: 42,
  };
  const events = await api.ask('POST', '/api/metrics/commands', { json: command });
  for (const { status, bytes } of [sent, events]) if (status >= 300) throw new Error(bytes.toString());
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function file(name: string, path: string, role = 'admin'): Promise<string> {
  const { status, bytes } = await api.ask('GET', path, { role });
  expect(status).toBe(200);
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

describe('DuckDB reads', () => {
  test('samples in Parquet, with their types', async () => {
    const path = await file('samples.parquet', `/api/metrics/export/parquet?from=${DAY}`);
    const rows = await query(
      `SELECT name, labels->>'job' AS job, value, typeof(timestamp) AS type FROM '${path}' ORDER BY name, job`,
    );
    expect(rows).toEqual([
      { name: 'count', job: null, value: 12345678901234567000, type: 'TIMESTAMP' },
      { name: 'load', job: 'a,"b', value: 1.5, type: 'TIMESTAMP' },
      { name: 'load', job: 'c', value: NaN, type: 'TIMESTAMP' },
    ]);
  });

  test('events in all three formats', async () => {
    const rows = await Promise.all(
      (
        [
          ['parquet', 'parquet', ''],
          ['csv', 'csv', ''],
          ['json', 'ndjson', ''],
        ] as const
      ).map(async ([format, extension]) => {
        const path = await file(`commands.${extension}`, `/api/metrics/export/${format}?kind=commands&from=${DAY}`);
        return query(`SELECT user_id, execution_time_ms::DOUBLE AS ms, status FROM '${path}'`);
      }),
    );
    for (const one of rows) expect(one).toEqual([{ user_id: 'ann', ms: 12.5, status: 'success' }]);
  });
});

test('a spreadsheet finds no formula, and what no schema has is kept', async () => {
  const { bytes } = await api.ask('GET', `/api/metrics/export/csv?kind=commands&from=${DAY}`);
  expect(bytes.toString()).toContain(`,'=cmd|calc,`);
  expect(bytes.toString()).toContain('{""shoe_size"":42}');
});

test('a viewer sees no people; another organization sees nothing', async () => {
  const viewer = await api.ask('GET', `/api/metrics/export/json?kind=commands&from=${DAY}`, { role: 'viewer' });
  expect(viewer.bytes.toString()).toContain('"execution_time_ms":12.5');
  expect(viewer.bytes.toString()).not.toContain('ann');
  const other = await api.ask('GET', `/api/metrics/export/json?from=${DAY}`, { org: 'globex' });
  expect([other.status, other.bytes.length]).toEqual([200, 0]);
});

test('lines as VictoriaMetrics has them', async () => {
  const { bytes } = await api.ask('GET', `/api/v1/export?from=${DAY}&match[]=load`);
  const lines = bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toMatchObject([
    { metric: { __name__: 'load', job: 'a,"b' }, values: [1.5], timestamps: [expect.any(Number)] },
    { metric: { __name__: 'load', job: 'c' }, values: [null], timestamps: [expect.any(Number)] },
  ]);
});

test.each([
  ['from=yesterday', /from/],
  [`from=2026-01-02&to=2026-01-01`, /are no days/],
  ['from=2020-01-01&to=2026-01-01', /more than 400/],
  ['kind=secrets', /kind/],
  ['match[]=rate(a[1m])', /no series selector/],
])('%s is told to be wrong', async (params, message) => {
  const { status, bytes } = await api.ask('GET', `/api/metrics/export/csv?${params}`);
  expect(status).toBe(400);
  expect(bytes.toString()).toMatch(message);
});
