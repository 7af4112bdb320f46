/** What the fleet's computations give, against DuckDB over the same readings. */
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { availability } from '../../../src/computations/fleet/availability.ts';
import { capacityForecast } from '../../../src/computations/fleet/capacity-forecast.ts';
import { cpuSaturation } from '../../../src/computations/fleet/cpu-saturation.ts';
import { diskLevel } from '../../../src/computations/fleet/disk-level.ts';
import { errorRate } from '../../../src/computations/fleet/error-rate.ts';
import { disks, heartbeats, requests } from '../../../src/computations/fleet/fleet.ts';
import { latencyQuantiles } from '../../../src/computations/fleet/latency-quantiles.ts';
import { requestWindows } from '../../../src/computations/fleet/request-windows.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import { differences } from '../../support/differences.ts';
import { query } from '../../support/duckdb.ts';
import { type FleetResults, runFleet } from './run-fleet.ts';
import { type SimulatedData, simulatedData } from './simulated-data.ts';

const FROM = '2026-03-02';
/** A runtime is silent and restarts on the fourth day, one is hot on the sixth. */
const [SILENT, HOT, LAST] = ['2026-03-05', '2026-03-07', '2026-03-08'] as const;

let fleet: SimulatedData;
let results: FleetResults;
/** For use in FROM. */
let BEATS: string;
let REQUESTS: string;
let DISKS: string;
let DURATIONS: string;

beforeAll(() => {
  fleet = simulatedData({ organization: 'acme', from: FROM, days: 7, seed: 7 });
  const computations = [availability, capacityForecast, cpuSaturation, errorRate, latencyQuantiles];
  results = runFleet(computations, fleet.data, fleet.dates);
  const folder = mkdtempSync(join(tmpdir(), 'daymill-fleet-'));
  const table = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(folder, `${name}.csv`), lines.join('\n'));
    return `(SELECT * REPLACE (day::VARCHAR AS day) FROM read_csv('${join(folder, `${name}.csv`)}'))`;
  };
  const points = (dataset: { readonly name: string }, days: readonly string[]): string =>
    table(dataset.name, [
      'day,service,runtime,code,ms,value',
      ...days.flatMap((day) => (fleet.data.get(dataset.name)?.get(day) ?? []).flatMap((one) => linesOf(one, day))),
    ]);
  BEATS = points(heartbeats, [SILENT, HOT]);
  REQUESTS = points(requests, ['2026-03-04', SILENT, '2026-03-06', HOT]);
  DISKS = points(disks, fleet.dates);
  DURATIONS = table('durations', [
    'day,service,seconds',
    ...[...(fleet.durations.get(SILENT) ?? [])].flatMap(([service, all]) =>
      all.map((value) => `${SILENT},${service},${value}`),
    ),
  ]);
});

const linesOf = ({ labels, times, values }: CollectedSeries, date: string): string[] => {
  const { service, runtime_name, instance = runtime_name, code = '' } = labels;
  const owner = service ?? instance?.split('/')[0];
  return times.map((time, at) => `${date},${owner},${instance},${code},${time},${Number(values[at])}`);
};

const keyed = (rows: readonly { readonly key: string }[]): Record<string, unknown> =>
  Object.fromEntries(rows.map(({ key, ...rest }) => [key, rest]));

const pick = <T extends object>(all: Readonly<Record<string, T>>, of: (value: T) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(all).map(([key, value]) => [key, of(value)]));

describe.each([SILENT, HOT])('on %s', (day) => {
  test('error-rate: increases by lag(), with resets, over midnight', async () => {
    const rows = await query<{ key: string }>(`
      WITH steps AS (
        SELECT *, lag(value) OVER series AS last, ms - lag(ms) OVER series AS apart, lag(day) OVER series AS lastDay
        FROM ${REQUESTS} WINDOW series AS (PARTITION BY runtime, code ORDER BY ms)
      ), increases AS (
        SELECT *, CASE WHEN last IS NULL OR (lastDay <> day AND apart > 300000) THEN 0 WHEN value < last THEN value ELSE value - last END AS increase
        FROM steps WHERE day = '${day}'
      )
      SELECT 'acme/' || service AS key, sum(increase)::DOUBLE AS requests, (sum(increase) FILTER (code = 503))::DOUBLE AS errors,
        sum(increase) FILTER (code = 503) / sum(increase) AS "errorRate"
      FROM increases GROUP BY service`);
    const found = pick(results.on(errorRate, day), ({ requests, errors, errorRate }) => ({
      requests,
      errors,
      errorRate,
    }));
    expect(differences(found, keyed(rows))).toEqual([]);
  });

  test('request-windows: the same by five minutes', async () => {
    const rows = await query<{ service: string; window: number; requests: number }>(`
      WITH steps AS (
        SELECT *, lag(value) OVER series AS last, ms - lag(ms) OVER series AS apart, lag(day) OVER series AS lastDay
        FROM ${REQUESTS} WINDOW series AS (PARTITION BY runtime, code ORDER BY ms)
      )
      SELECT service, ((ms // 300000) % 288)::INT AS window, sum(CASE WHEN value < last THEN value ELSE value - last END)::DOUBLE AS requests
      FROM steps WHERE day = '${day}' AND last IS NOT NULL AND (lastDay = day OR apart <= 300000) GROUP BY ALL`);
    const expected = new Map(rows.map(({ service, window, requests }) => [`${service} ${window}`, requests]));
    for (const { service, requests } of Object.values(results.on(requestWindows, day)))
      expect(requests).toEqual(requests.map((_, window) => expected.get(`${service} ${window}`) ?? 0));
  });

  test('availability: silences by lead()', async () => {
    const end = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
    const rows = await query<{ key: string }>(`
      WITH beats AS (
        SELECT *, lead(ms, 1, ${end}) OVER (PARTITION BY runtime ORDER BY ms) - ms AS silent
        FROM ${BEATS} WHERE day = '${day}'
      ), medians AS (SELECT runtime, greatest(90000, 3 * median(silent)) AS "limit" FROM beats GROUP BY runtime)
      SELECT 'acme/' || service || '/' || replace(runtime, '/', '%2F') AS key,
        coalesce(sum(silent) FILTER (silent > "limit"), 0) / 60000 AS "downMinutes", (count(*) FILTER (silent > "limit"))::INT AS outages
      FROM beats JOIN medians USING (runtime) GROUP BY service, runtime`);
    expect(rows).toHaveLength(30);
    const found = pick(results.on(availability, day), ({ downMinutes, outages }) => ({ downMinutes, outages }));
    expect(differences(found, keyed(rows))).toEqual([]);
  });

  test('cpu-saturation: each reading until the next, for five minutes at most', async () => {
    const end = Date.parse(`${day}T00:00:00Z`) + 86_400_000;
    const rows = await query<{ key: string }>(`
      WITH held AS (
        SELECT *, least(300000, lead(ms, 1, ${end}) OVER (PARTITION BY runtime ORDER BY ms) - ms) AS held
        FROM ${BEATS} WHERE day = '${day}'
      )
      SELECT runtime AS key, sum(held) / 60000 AS minutes, coalesce(sum(held) FILTER (value > 0.8), 0) / sum(held) AS "shareAbove",
        sum(held * value) / sum(held) AS mean, max(value) AS peak FROM held GROUP BY runtime`);
    const found = Object.fromEntries(
      Object.values(results.on(cpuSaturation, day)).map(({ runtime, minutes, shareAbove, mean, peak }) => [
        runtime,
        { minutes, shareAbove, mean, peak },
      ]),
    );
    expect(differences(found, keyed(rows))).toEqual([]);
  });
});

test('latency-quantiles: within their error of quantile_disc of all requests', async () => {
  const rows = await query<{ service: string; count: number; mean: number; p50: number; p90: number; p99: number }>(`
      SELECT service, count(*)::INT AS count, avg(seconds) AS mean, quantile_disc(seconds, 0.5) AS p50, quantile_disc(seconds, 0.9) AS p90,
        quantile_disc(seconds, 0.99) AS p99
      FROM ${DURATIONS} GROUP BY service`);
  expect(rows).toHaveLength(3);
  for (const { service, count, mean, ...quantiles } of rows) {
    const found = results.on(latencyQuantiles, SILENT)[`acme/${service}`];
    expect(found?.count).toBe(count);
    expect((found?.mean ?? NaN) / mean).toBeCloseTo(1, 9);
    for (const name of ['p50', 'p90', 'p99'] as const)
      expect(Math.abs((found?.[name]?.value ?? NaN) / quantiles[name] - 1)).toBeLessThanOrEqual(
        (found?.relativeError ?? NaN) + 1e-9,
      );
  }
});

test('capacity-forecast: the median of all slopes, by a join of the days with themselves', async () => {
  const rows = await query<{ key: string }>(`
      WITH days AS (
        SELECT runtime, date_diff('day', '${LAST}'::DATE, day::DATE) AS x, arg_max(value, ms) AS y
        FROM ${DISKS} GROUP BY ALL
      ), slopes AS (
        SELECT a.runtime, (b.y - a.y) / (b.x - a.x) AS slope FROM days a JOIN days b ON a.runtime = b.runtime AND a.x < b.x
      ), lines AS (SELECT runtime, median(slope) AS slope FROM slopes GROUP BY runtime)
      SELECT runtime AS key, slope, (1 - median(y - slope * x)) / slope AS "daysUntilFull", arg_max(y, x) AS level
      FROM days JOIN lines USING (runtime) GROUP BY runtime, slope`);
  expect(rows).toHaveLength(30);
  const expected = keyed(rows) as Record<string, { slope: number; daysUntilFull: number; level: number }>;
  for (const { runtime, verdict, slope, daysUntilFull, level } of Object.values(results.on(capacityForecast, LAST))) {
    expect(slope).toBeCloseTo(expected[runtime]?.slope ?? NaN, 12);
    expect(level).toBe(expected[runtime]?.level);
    if (verdict === 'filling') expect(daysUntilFull).toBeCloseTo(expected[runtime]?.daysUntilFull ?? NaN, 6);
    else expect(daysUntilFull).toBeNull();
  }
  expect(results.on(diskLevel, LAST)).not.toEqual({});
});
