/** The computations that look back over days of flights, every airport and route against DuckDB. */
import { beforeAll, describe, expect, test } from 'vitest';
import { airportReliability } from '../../../src/computations/flights/airport-reliability.ts';
import { delayAnomalies } from '../../../src/computations/flights/delay-anomalies.ts';
import { delayCarryover } from '../../../src/computations/flights/delay-carryover.ts';
import { flights } from '../../../src/computations/flights/flights.ts';
import { smoothedOnTime } from '../../../src/computations/flights/smoothed-on-time.ts';
import { worstRoutes } from '../../../src/computations/flights/worst-routes.ts';
import { addDays } from '../../../src/values/date.ts';
import { FLIGHTS, query } from '../../support/duckdb.ts';
import { differences } from '../../support/differences.ts';
import { rootData, runComputations } from '../../support/run-computations.ts';
import type { Results } from '../../support/run-computations.ts';

const FIRST = '2001-01-01';
const LAST = '2001-02-14';
/** Before, on and after the day on which the windows of 28 and 30 days are full. */
const DAYS = ['2001-01-01', '2001-01-12', '2001-01-20', '2001-01-29', '2001-01-31', LAST];

/** Two-sided 95 %. */
const Z = 1.959963984540054;

let results: Results;

beforeAll(async () => {
  const data = await rootData([flights], FIRST, LAST);
  results = await runComputations([airportReliability, delayAnomalies, delayCarryover, smoothedOnTime, worstRoutes], {
    data,
    from: FIRST,
    to: LAST,
  });
});

/** The days of a window that ends with `day`. */
const window = (day: string, days: number): string => `day BETWEEN '${addDays(day, 1 - days)}' AND '${day}'`;

const keyed = (rows: readonly { key: string }[]): Record<string, unknown> =>
  Object.fromEntries(rows.map(({ key, ...values }) => [key, values]));

describe.each(DAYS)('on %s', (day) => {
  test('airport-reliability pools 30 days', async () => {
    const rows = await query<{ key: string; worstDate: string; worstDelay: number }>(`
      WITH days AS (
        SELECT origin, day, count(*) AS n, sum(delay) AS minutes, count(*) FILTER (delay < 15) AS punctual, avg(delay) AS delay
        FROM ${FLIGHTS} WHERE ${window(day, 30)} GROUP BY ALL
      ), pooled AS (
        SELECT origin AS key, count(*)::INT AS days, sum(n)::DOUBLE AS departures, sum(punctual) / sum(n) AS p,
          sum(minutes) / sum(n) AS "meanDelay", max(delay) AS "worstDelay", min(day) FILTER (delay = peak) AS "worstDate"
        FROM (SELECT *, max(delay) OVER (PARTITION BY origin) AS peak FROM days) GROUP BY origin
      )
      SELECT * EXCLUDE (p), p AS "onTimeRate", greatest(0,
        (p + ${Z} ** 2 / (2 * departures) - ${Z} * sqrt(p * (1 - p) / departures + ${Z} ** 2 / (4 * departures ** 2)))
          / (1 + ${Z} ** 2 / departures)) AS "onTimeAtLeast"
      FROM pooled`);
    expect(rows.length).toBeGreaterThan(200);
    const expected: Record<string, unknown> = {};
    for (const { key, worstDate, worstDelay, ...pooled } of rows) {
      expected[key] = { ...pooled, worstDay: { date: worstDate, meanDelay: worstDelay } };
    }
    expect(differences(results.on(airportReliability, day), expected)).toEqual([]);
  });

  test('delay-carryover fits evenings on mornings', async () => {
    const rows = await query<{ key: string }>(`
      WITH parts AS (
        SELECT origin, day, avg(delay) FILTER (hour(date) BETWEEN 5 AND 11) AS morning, avg(delay) FILTER (hour(date) >= 17) AS evening
        FROM ${FLIGHTS} WHERE ${window(day, 30)} GROUP BY ALL
        HAVING count(*) FILTER (hour(date) BETWEEN 5 AND 11) >= 5 AND count(*) FILTER (hour(date) >= 17) >= 5
      )
      SELECT origin AS key, count(*)::INT AS days, regr_slope(evening, morning) AS slope, corr(evening, morning) AS correlation
      FROM parts GROUP BY origin HAVING count(*) >= 10`);
    expect(rows.length > 0).toBe(day >= '2001-01-10');
    expect(differences(results.on(delayCarryover, day), keyed(rows))).toEqual([]);
  });

  test('delay-anomalies scores every airport against its own 28 days', async () => {
    const rows = await query<{ key: string }>(`
      WITH days AS (
        SELECT origin, day, avg(delay) AS delay FROM ${FLIGHTS} WHERE ${window(day, 29)} GROUP BY ALL HAVING count(*) >= 10
      ), usual AS (
        SELECT origin, count(*)::INT AS days, median(delay) AS center, mad(delay) AS spread
        FROM days WHERE day < '${day}' GROUP BY origin HAVING count(*) >= 14
      ), scored AS (
        SELECT origin AS key, delay AS "meanDelay", center AS "usualDelay", usual.days, 0.6745 * (delay - center) / spread AS score
        FROM days JOIN usual USING (origin) WHERE day = '${day}'
      )
      SELECT *, CASE WHEN score > 3.5 THEN 'late' WHEN score < -3.5 THEN 'early' ELSE 'usual' END AS verdict FROM scored`);
    expect(rows.length > 0).toBe(day >= '2001-01-15');
    expect(differences(results.on(delayAnomalies, day), keyed(rows))).toEqual([]);
  });

  test('smoothed-on-time is the weighted sum of all rates so far', async () => {
    // The recursion unrolled: the first of n rates weighs 0.8^(n-1), the i-th 0.2 x 0.8^(n-i).
    const rows = await query<{ key: string; level: number }>(`
      WITH rates AS (
        SELECT origin, count(*) FILTER (delay < 15) / count(*) AS rate,
          row_number() OVER (PARTITION BY origin ORDER BY day) AS i, count(*) OVER (PARTITION BY origin) AS n
        FROM ${FLIGHTS} WHERE day <= '${day}' GROUP BY origin, day
      )
      SELECT origin AS key, sum(rate * CASE WHEN i = 1 THEN 0.8::DOUBLE ** (n - 1) ELSE 0.2 * 0.8::DOUBLE ** (n - i) END) AS level
      FROM rates GROUP BY origin`);
    expect(
      differences(results.on(smoothedOnTime, day), Object.fromEntries(rows.map(({ key, level }) => [key, level]))),
    ).toEqual([]);
  });

  test('worst-routes lists the twenty worst of seven days', async () => {
    const expected = await query(`
      SELECT origin || '-' || destination AS route, count(*)::INT AS flights, sum(delay) / count(*) AS "meanDelay",
        count(*) FILTER (delay < 15) / count(*) AS "onTimeRate"
      FROM ${FLIGHTS} WHERE ${window(day, 7)} GROUP BY ALL
      HAVING count(*) >= 3 * (SELECT count(DISTINCT day) FROM ${FLIGHTS} WHERE ${window(day, 7)})
      ORDER BY "meanDelay" DESC, route LIMIT 20`);
    expect(expected).toHaveLength(20);
    expect(differences(results.on(worstRoutes, day), expected)).toEqual([]);
  });
});

test('headlines cope with the days on which there is nothing to tell yet', () => {
  expect(delayCarryover.headline?.(results.on(delayCarryover, FIRST))).toBe('no airport has 10 days yet');
  expect(delayAnomalies.headline?.(results.on(delayAnomalies, FIRST))).toBe('0 airports judged, none unusually late');
  expect(delayCarryover.headline?.(results.on(delayCarryover, LAST))).toMatch(
    /^\d+ airports, [A-Z]{3} carries most \(r = 0\.\d\d\)$/u,
  );
  expect(smoothedOnTime.headline?.(results.on(smoothedOnTime, LAST))).toMatch(/^\d+ of 2\d\d airports below 70 %$/u);
  expect(worstRoutes.headline?.(results.on(worstRoutes, LAST))).toMatch(/^[A-Z]{3}-[A-Z]{3}: [\d.]+ min on average$/u);
  expect(worstRoutes.headline?.([])).toBe('no route has enough flights');
});
