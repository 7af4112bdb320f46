/** The computations over other computations: disruption, ranking and briefing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { airportDay } from '../../../src/computations/flights/airport-day.ts';
import { airportRanking } from '../../../src/computations/flights/airport-ranking.ts';
import { airportReliability } from '../../../src/computations/flights/airport-reliability.ts';
import { delayAnomalies } from '../../../src/computations/flights/delay-anomalies.ts';
import { flights } from '../../../src/computations/flights/flights.ts';
import { hubConcentration } from '../../../src/computations/flights/hub-concentration.ts';
import { networkBriefing } from '../../../src/computations/flights/network-briefing.ts';
import { networkDay } from '../../../src/computations/flights/network-day.ts';
import { networkDisruption } from '../../../src/computations/flights/network-disruption.ts';
import { smoothedOnTime } from '../../../src/computations/flights/smoothed-on-time.ts';
import { worstRoutes } from '../../../src/computations/flights/worst-routes.ts';
import { FLIGHTS, query } from '../../support/duckdb.ts';
import { differences } from '../../support/differences.ts';
import { rootData, runComputations } from '../../support/run-computations.ts';
import type { Results } from '../../support/run-computations.ts';

const FIRST = '2001-01-01';
const LAST = '2001-02-18';

let results: Results;

beforeAll(async () => {
  const data = await rootData([flights], FIRST, LAST);
  results = await runComputations([networkBriefing], { data, from: FIRST, to: LAST });
});

const stateOf = (share: number): string => (share >= 0.2 ? 'disrupted' : share >= 0.05 ? 'strained' : 'calm');

describe('network-disruption', () => {
  test('weighs unusually late airports by their departures, every day', async () => {
    const expected = await query<{
      day: string;
      airportsJudged: number;
      airportsLate: number;
      departuresLate: number;
    }>(`
      WITH days AS (
        SELECT origin, day, count(*) AS n, avg(delay) AS delay FROM ${FLIGHTS} WHERE day <= '${LAST}' GROUP BY ALL HAVING n >= 10
      ), judged AS (
        SELECT today.day, today.origin, any_value(today.n) AS n,
          0.6745 * (any_value(today.delay) - median(past.delay)) / mad(past.delay) > 3.5 AS late
        FROM days today JOIN days past
          ON past.origin = today.origin AND past.day::DATE BETWEEN today.day::DATE - 28 AND today.day::DATE - 1
        GROUP BY today.day, today.origin HAVING count(*) >= 14
      )
      SELECT day, count(*)::INT AS "airportsJudged", (count(*) FILTER (late))::INT AS "airportsLate",
        coalesce(sum(n) FILTER (late), 0) / sum(n) AS "departuresLate"
      FROM judged GROUP BY day ORDER BY day`);
    expect(expected.length).toBe(35);
    expect(new Set(expected.map(({ departuresLate }) => stateOf(departuresLate)))).toEqual(
      new Set(['calm', 'strained', 'disrupted']),
    );
    for (const { day, ...figures } of expected) {
      expect(
        differences(results.on(networkDisruption, day), { ...figures, state: stateOf(figures.departuresLate) }),
      ).toEqual([]);
    }
  });

  test('is unknown before there is history to judge by', () => {
    expect(results.on(networkDisruption, FIRST)).toEqual({
      airportsJudged: 0,
      airportsLate: 0,
      departuresLate: 0,
      state: 'unknown',
    });
  });
});

describe('airport-ranking', () => {
  test('orders the airports by the bound of their reliability, without gaps or ties', () => {
    const reliability = results.on(airportReliability, LAST);
    const ranking = results.on(airportRanking, LAST);
    expect(Object.keys(ranking).sort()).toEqual(Object.keys(reliability).sort());
    const ranked = Object.entries(ranking).sort(([, a], [, b]) => a.rank - b.rank);
    expect(ranked.map(([, { rank }]) => rank)).toEqual(ranked.map((_, index) => index + 1));
    const bounds = ranked.map(([airport]) => reliability[airport]?.onTimeAtLeast ?? Number.NaN);
    expect(bounds).toEqual(bounds.toSorted((a, b) => b - a));
  });

  test('has momentum where the smoothed rate leads that of the 30 days', () => {
    const smoothed = results.on(smoothedOnTime, LAST)['ORD'] as number;
    const rate = results.on(airportReliability, LAST)['ORD']?.onTimeRate as number;
    expect(results.on(airportRanking, LAST)['ORD']?.momentum).toBeCloseTo(smoothed - rate, 12);
  });
});

describe('network-briefing', () => {
  test('tells each part’s news of the day', async () => {
    const [rates] = await query<{ change: number }>(`
      WITH days AS (SELECT day, count(*) FILTER (delay < 15) / count(*) AS rate FROM ${FLIGHTS} WHERE day <= '${LAST}' GROUP BY day)
      SELECT arg_max(rate, day) - (SELECT avg(rate) FROM (SELECT rate FROM days ORDER BY day DESC LIMIT 7 OFFSET 1)) AS change FROM days`);
    const ranking = Object.entries(results.on(airportRanking, LAST));
    const network = results.on(networkDay, LAST);
    expect(
      differences(results.on(networkBriefing, LAST), {
        state: results.on(networkDisruption, LAST).state,
        flights: network.flights,
        onTimeRate: network.onTimeRate,
        onTimeAgainstWeek: rates?.change,
        effectiveAirports: results.on(hubConcentration, LAST).effectiveAirports,
        mostReliableAirport: ranking.find(([, { rank }]) => rank === 1)?.[0],
        leastReliableAirport: ranking.find(([, { rank }]) => rank === ranking.length)?.[0],
        worstRoute: results.on(worstRoutes, LAST)[0],
      }),
    ).toEqual([]);
  });

  test('compares the first day with itself', () => {
    expect(results.on(networkBriefing, FIRST).onTimeAgainstWeek).toBe(0);
  });
});

test('the headlines fit on a line', () => {
  const lines = [
    networkBriefing.headline?.(results.on(networkBriefing, LAST)),
    networkDisruption.headline?.(results.on(networkDisruption, LAST)),
    airportRanking.headline?.(results.on(airportRanking, LAST)),
    airportReliability.headline?.(results.on(airportReliability, LAST)),
    delayAnomalies.headline?.(results.on(delayAnomalies, LAST)),
    airportDay.headline?.(results.on(airportDay, LAST)),
  ];
  for (const line of lines) expect(line).toMatch(/^.{10,80}$/u);
});
