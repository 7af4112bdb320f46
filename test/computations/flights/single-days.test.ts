/** The computations that look at one day of flights, every airport and route against DuckDB. */
import { beforeAll, describe, expect, test } from 'vitest';
import { airportDay } from '../../../src/computations/flights/airport-day.ts';
import { airportDayparts } from '../../../src/computations/flights/airport-dayparts.ts';
import { flights } from '../../../src/computations/flights/flights.ts';
import { hubConcentration } from '../../../src/computations/flights/hub-concentration.ts';
import { networkDay } from '../../../src/computations/flights/network-day.ts';
import { routeDay } from '../../../src/computations/flights/route-day.ts';
import type { Computation } from '../../../src/mill/model/computation.ts';
import { FLIGHTS, query } from '../../support/duckdb.ts';
import { differences } from '../../support/differences.ts';
import { Results, rootData, runComputations } from '../../support/run-computations.ts';

// Two row groups meet in the afternoon of 17 January; the last day of the file holds six flights.
const WINDOWS = [
  { from: '2001-01-01', to: '2001-01-01' },
  { from: '2001-01-14', to: '2001-01-18' },
  { from: '2001-06-30', to: '2001-07-01' },
] as const;
const DAYS = ['2001-01-01', '2001-01-15', '2001-01-17', '2001-06-30', '2001-07-01'];

let results: Results;

beforeAll(async () => {
  const computations: readonly Computation[] = [airportDay, routeDay, airportDayparts, networkDay, hubConcentration];
  results = new Results();
  for (const { from, to } of WINDOWS) {
    const data = await rootData([flights], from, to);
    const run = await runComputations(computations, { data, from, to });
    for (const computation of computations) {
      for (const [date, value] of run.of(computation)) results.set(computation, date, value);
    }
  }
});

/** Rows of `key` and columns, as the record that a keyed computation makes. */
async function recordOf(sql: string): Promise<Record<string, unknown>> {
  const rows = await query<{ key: string }>(sql);
  return Object.fromEntries(rows.map(({ key, ...values }) => [key, values]));
}

describe.each(DAYS)('on %s', (day) => {
  test('airport-day has every airport’s figures', async () => {
    const expected = await recordOf(`
      WITH departed AS (
        SELECT origin AS key, count(*)::INT AS departures, sum(delay)::DOUBLE AS "delayMinutes", avg(delay) AS "meanDelay",
          quantile_cont(delay, 0.5)::DOUBLE AS "p50Delay", quantile_cont(delay, 0.9)::DOUBLE AS "p90Delay",
          (count(*) FILTER (delay < 15))::INT AS "onTime", count(*) FILTER (delay < 15) / count(*) AS "onTimeRate"
        FROM ${FLIGHTS} WHERE day = '${day}' GROUP BY origin
      ), arrived AS (
        SELECT destination AS key, count(*)::INT AS arrivals FROM ${FLIGHTS} WHERE day = '${day}' GROUP BY destination
      )
      SELECT key, coalesce(departures, 0) AS departures, coalesce(arrivals, 0) AS arrivals,
        coalesce("delayMinutes", 0) AS "delayMinutes", "meanDelay", "p50Delay", "p90Delay",
        coalesce("onTime", 0) AS "onTime", "onTimeRate"
      FROM departed FULL JOIN arrived USING (key)`);
    expect(Object.keys(expected).length).toBeGreaterThan(day === '2001-07-01' ? 5 : 200);
    expect(differences(results.on(airportDay, day), expected)).toEqual([]);
  });

  test('route-day has every route’s figures', async () => {
    const expected = await recordOf(`
      SELECT origin || '-' || destination AS key, count(*)::INT AS flights, sum(delay)::DOUBLE AS "delayMinutes",
        avg(delay) AS "meanDelay", (count(*) FILTER (delay < 15))::INT AS "onTime", max(distance)::DOUBLE AS distance
      FROM ${FLIGHTS} WHERE day = '${day}' GROUP BY ALL`);
    expect(differences(results.on(routeDay, day), expected)).toEqual([]);
  });

  test('airport-dayparts has every airport’s morning and evening', async () => {
    const rows = await query<{
      airport: string;
      morning: number;
      morningDelay: number;
      evening: number;
      eveningDelay: number;
    }>(`
      SELECT origin AS airport,
        (count(*) FILTER (hour(date) BETWEEN 5 AND 11))::INT AS morning,
        coalesce(sum(delay) FILTER (hour(date) BETWEEN 5 AND 11), 0)::DOUBLE AS "morningDelay",
        (count(*) FILTER (hour(date) >= 17))::INT AS evening,
        coalesce(sum(delay) FILTER (hour(date) >= 17), 0)::DOUBLE AS "eveningDelay"
      FROM ${FLIGHTS} WHERE day = '${day}' GROUP BY ALL HAVING morning + evening > 0`);
    const expected = rows.map(({ airport, morning, morningDelay, evening, eveningDelay }) => [
      airport,
      {
        morning: { departures: morning, delayMinutes: morningDelay },
        evening: { departures: evening, delayMinutes: eveningDelay },
      },
    ]);
    expect(differences(results.on(airportDayparts, day), Object.fromEntries(expected))).toEqual([]);
  });

  test('network-day has the network’s figures', async () => {
    const [expected] = await query(`
      SELECT count(*)::INT AS flights,
        (SELECT count(DISTINCT airport)::INT FROM (
          SELECT unnest([origin, destination]) AS airport FROM ${FLIGHTS} WHERE day = '${day}')) AS airports,
        count(DISTINCT (origin, destination))::INT AS routes, sum(distance)::DOUBLE AS miles,
        avg(delay) AS "meanDelay", count(*) FILTER (delay < 15) / count(*) AS "onTimeRate"
      FROM ${FLIGHTS} WHERE day = '${day}'`);
    expect(differences(results.on(networkDay, day), expected)).toEqual([]);
  });

  test('hub-concentration has the index and the largest airports', async () => {
    const shares = `SELECT origin AS airport, count(*) / sum(count(*)) OVER () AS share
      FROM ${FLIGHTS} WHERE day = '${day}' GROUP BY origin`;
    const [index] = await query<{ hhi: number }>(`SELECT sum(share * share) AS hhi FROM (${shares})`);
    const largest = await query(`${shares} ORDER BY share DESC, airport LIMIT 5`);
    expect(
      differences(results.on(hubConcentration, day), {
        hhi: index?.hhi,
        effectiveAirports: 1 / (index?.hhi ?? Number.NaN),
        largest,
      }),
    ).toEqual([]);
  });
});

test('an airport that no flight left has arrivals and no delay', () => {
  const quiet = Object.values(results.on(airportDay, '2001-07-01')).filter(({ departures }) => departures === 0);
  expect(quiet.length).toBeGreaterThan(0);
  for (const day of quiet) {
    expect(day).toMatchObject({ delayMinutes: 0, meanDelay: null, p50Delay: null, p90Delay: null, onTimeRate: null });
  }
});

test('the headlines say what people want to know first', () => {
  const day = '2001-01-15';
  expect(airportDay.headline?.(results.on(airportDay, day))).toMatch(
    /^\d+ airports, [A-Z]{3} first with \d+ departures$/u,
  );
  expect(routeDay.headline?.(results.on(routeDay, day))).toMatch(/^\d{4} routes$/u);
  expect(networkDay.headline?.(results.on(networkDay, day))).toMatch(
    /^\d+ flights, [\d.]+ % on time, [\d.]+ min mean delay$/u,
  );
  expect(hubConcentration.headline?.(results.on(hubConcentration, day))).toMatch(
    /equal airports: (?:[A-Z]{3}, ){4}[A-Z]{3}$/u,
  );
});
