/** The market's computations over four years of closes, against DuckDB; the bear market of 2000 to 2002 among them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { crossing50200 } from '../../../src/computations/market/crossing-50-200.ts';
import { dailyReturn } from '../../../src/computations/market/daily-return.ts';
import { drawdown } from '../../../src/computations/market/drawdown.ts';
import { regimeSpell } from '../../../src/computations/market/regime-spell.ts';
import { regime } from '../../../src/computations/market/regime.ts';
import { rsi14 } from '../../../src/computations/market/rsi-14.ts';
import { sp500 } from '../../../src/computations/market/sp500.ts';
import { volatility20 } from '../../../src/computations/market/volatility-20.ts';
import type { Computation } from '../../../src/mill/model/computation.ts';
import { addDays } from '../../../src/values/date.ts';
import { PRICES, query } from '../../support/duckdb.ts';
import { differences } from '../../support/differences.ts';
import { rootData, runComputations } from '../../support/run-computations.ts';
import type { Results, RootData } from '../../support/run-computations.ts';

const FIRST = '2000-01-03';
const LAST = '2003-12-31';
const TRADING_DAYS = 1004;

let data: RootData;
let results: Results;

beforeAll(async () => {
  data = await rootData([sp500], FIRST, LAST);
  results = await runComputations([regimeSpell, rsi14], { data, from: FIRST, to: LAST });
});

/** Compares every trading day with a query that yields `date` and the figures. */
async function differencesByDay(computation: Computation, sql: string): Promise<string[]> {
  const rows = await query<{ date: string }>(`SELECT * FROM (${sql}) WHERE date <= '${LAST}' ORDER BY date`);
  expect(rows).toHaveLength(TRADING_DAYS);
  const expected = Object.fromEntries(rows.map(({ date, ...figures }) => [date, figures]));
  return differences(Object.fromEntries(results.of(computation)), expected);
}

const RETURNS = `SELECT date, close, lag(close) OVER (ORDER BY date) AS before FROM ${PRICES}`;

const VOLATILITY = `
  SELECT date, CASE WHEN count(log) OVER w = 20 THEN stddev_samp(log) OVER w * sqrt(252) END AS volatility
  FROM (SELECT date, ln(close / before) AS log FROM (${RETURNS}))
  WINDOW w AS (ORDER BY date ROWS 19 PRECEDING)`;

const DRAWDOWN = `
  SELECT date, peak, (SELECT min(date) FROM ${PRICES} p WHERE p.close = peak) AS "peakDate", close / peak - 1 AS drawdown
  FROM (SELECT date, close, max(close) OVER (ORDER BY date) AS peak FROM ${PRICES} WHERE date <= '${LAST}')`;

const CROSSING = `
  WITH averages AS (
    SELECT date, CASE WHEN count(*) OVER short = 50 THEN avg(close) OVER short END AS average50,
      CASE WHEN count(*) OVER long = 200 THEN avg(close) OVER long END AS average200
    FROM ${PRICES} WINDOW short AS (ORDER BY date ROWS 49 PRECEDING), long AS (ORDER BY date ROWS 199 PRECEDING)
  ), positions AS (
    SELECT *, CASE WHEN average200 IS NULL THEN 'unknown' WHEN average50 > average200 THEN 'above' ELSE 'below' END AS position FROM averages
  )
  SELECT *, CASE lag(position) OVER (ORDER BY date) || '-' || position
    WHEN 'below-above' THEN 'golden-cross' WHEN 'above-below' THEN 'death-cross' ELSE 'none' END AS event
  FROM positions`;

const REGIME = `
  SELECT date, CASE WHEN drawdown <= -0.2 THEN 'bear' WHEN drawdown <= -0.1 THEN 'correction' WHEN volatility >= 0.25 THEN 'turbulent'
    WHEN position = 'unknown' THEN 'unknown' WHEN position = 'above' THEN 'bull' ELSE 'sideways' END AS regime
  FROM (${VOLATILITY}) JOIN (${DRAWDOWN}) USING (date) JOIN (${CROSSING}) USING (date)`;

test('weekends and holidays have no results', () => {
  expect(results.of(dailyReturn).size).toBe(TRADING_DAYS);
  expect(results.of(regimeSpell).has('2001-01-01')).toBe(false);
  expect(results.of(regimeSpell).has('2001-09-11')).toBe(false);
});

test('daily-return compares with the trading day before, over weekends and the closure of September 2001', async () => {
  expect(
    await differencesByDay(
      dailyReturn,
      `SELECT date, close, before AS "previousClose", close / before - 1 AS simple, ln(close / before) AS log FROM (${RETURNS})`,
    ),
  ).toEqual([]);
  expect(results.on(dailyReturn, '2001-09-17').previousClose).toBe(results.on(dailyReturn, '2001-09-10').close);
});

test('volatility-20 is the annualized sample deviation of 20 log returns', async () => {
  expect(await differencesByDay(volatility20, VOLATILITY)).toEqual([]);
});

test('drawdown is measured from the running peak', async () => {
  expect(await differencesByDay(drawdown, DRAWDOWN)).toEqual([]);
  // The published extremes of that market: 1,527.46 on 2000-03-24, 776.76 on 2002-10-09.
  expect(results.on(drawdown, '2002-10-09')).toMatchObject({
    peakDate: '2000-03-24',
    drawdown: expect.closeTo(-0.4915, 4),
  });
});

test('drawdown takes its first peak from the year before the first day', async () => {
  const late = await runComputations([drawdown], { data, from: '2001-01-02', to: '2001-01-31' });
  expect([...late.of(drawdown)]).toEqual([...results.of(drawdown)].filter(([day]) => late.of(drawdown).has(day)));
  expect(late.of(drawdown).size).toBe(21);
});

test('drawdown keeps the first day of a peak that is reached again', async () => {
  const closes = { '2024-01-02': 100, '2024-01-03': 90, '2024-01-04': 100 };
  const run = await runComputations([drawdown], { data: pricesOf(closes), from: '2024-01-02', to: '2024-01-04' });
  expect(run.on(drawdown, '2024-01-03')).toEqual({
    peak: 100,
    peakDate: '2024-01-02',
    drawdown: expect.closeTo(-0.1, 12),
  });
  expect(run.on(drawdown, '2024-01-04')).toEqual({ peak: 100, peakDate: '2024-01-02', drawdown: 0 });
});

test('crossing-50-200 tells where the averages stand and when they cross', async () => {
  expect(await differencesByDay(crossing50200, CROSSING)).toEqual([]);
  const events = [...results.of(crossing50200)].filter(([, { event }]) => event !== 'none');
  expect(events.map(([day, { event }]) => [day, event])).toContainEqual(['2003-05-14', 'golden-cross']);
});

test('regime takes the first rule that holds', async () => {
  expect(await differencesByDay(regime, REGIME)).toEqual([]);
  const seen = new Set([...results.of(regime).values()].map((day) => day.regime));
  expect(seen).toEqual(new Set(['bear', 'correction', 'turbulent', 'sideways', 'unknown']));
});

test('regime calls a calm and rising year a bull market', async () => {
  const rising = await rootData([sp500], '2016-01-01', '2017-12-31');
  const run = await runComputations([regime], { data: rising, from: '2016-12-01', to: '2017-12-31' });
  const year = [...run.of(regime)].filter(([day]) => day >= '2017-01-01');
  expect(year).toHaveLength(251);
  expect(new Set(year.map(([, value]) => value.regime))).toEqual(new Set(['bull']));
});

test('regime-spell counts the trading days of a run of one regime', async () => {
  expect(
    await differencesByDay(
      regimeSpell,
      `WITH numbered AS (
      SELECT *, row_number() OVER (ORDER BY date) - row_number() OVER (PARTITION BY regime ORDER BY date) AS island FROM (${REGIME})
    )
    SELECT date, regime, min(date) OVER w AS since, (count(*) OVER w)::INT AS "tradingDays"
    FROM numbered WINDOW w AS (PARTITION BY regime, island ORDER BY date)`,
    ),
  ).toEqual([]);
});

/** Root data of days that traded at one price. */
const pricesOf = (closes: Readonly<Record<string, number>>): RootData =>
  new Map([
    [
      'sp500',
      new Map(
        Object.entries(closes).map(([day, close]) => [day, { open: close, high: close, low: close, close, volume: 1 }]),
      ),
    ],
  ]);

/** RSI of closes on consecutive days. */
async function rsiOf(closes: readonly number[]): Promise<(number | null)[]> {
  const from = '2010-01-01';
  const data = pricesOf(Object.fromEntries(closes.map((close, index) => [addDays(from, index), close])));
  const run = await runComputations([rsi14], { data, from, to: addDays(from, closes.length - 1) });
  return [...run.of(rsi14).values()].map(({ rsi }) => rsi);
}

describe('rsi-14', () => {
  test('carries Wilder’s averages from day to day', async () => {
    expect(
      await differencesByDay(
        rsi14,
        `WITH RECURSIVE changes AS (
        SELECT date, close, greatest(close - before, 0) AS gain, greatest(before - close, 0) AS loss, row_number() OVER (ORDER BY date) AS i
        FROM (${RETURNS})
      ), wilder AS (
        SELECT max(date) AS date, 15 AS i, sum(gain) / 14 AS gain, sum(loss) / 14 AS loss FROM changes WHERE i BETWEEN 2 AND 15
        UNION ALL
        SELECT changes.date, changes.i, (wilder.gain * 13 + changes.gain) / 14, (wilder.loss * 13 + changes.loss) / 14
        FROM wilder JOIN changes ON changes.i = wilder.i + 1 WHERE changes.date <= '${LAST}'
      )
      SELECT date, close, least(changes.i - 1, 14)::INT AS changes,
        coalesce(wilder.gain, sum(changes.gain) OVER w / greatest(changes.i - 1, 1)) AS "averageGain",
        coalesce(wilder.loss, sum(changes.loss) OVER w / greatest(changes.i - 1, 1)) AS "averageLoss",
        100 * wilder.gain / (wilder.gain + wilder.loss) AS rsi
      FROM changes LEFT JOIN wilder USING (date) WINDOW w AS (ORDER BY changes.i)`,
      ),
    ).toEqual([]);
  });

  test('agrees with ChartSchool’s worked example', async () => {
    // Closes of QQQQ and the 14-day RSI column of cs-rsi.xls, which accompanies
    // https://chartschool.stockcharts.com/table-of-contents/technical-indicators-and-overlays/technical-indicators/relative-strength-index-rsi
    const closes = [
      44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
      45.614, 46.282, 46.282, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515, 45.7835,
      45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
    ];
    const published = [
      70.5328, 66.3186, 66.5498, 69.4063, 66.3552, 57.9749, 62.9296, 63.2571, 56.0593, 62.3771, 54.7076, 50.4228,
      39.9898, 41.4605, 41.8689, 45.4632, 37.304, 33.0795, 37.773,
    ];
    const values = await rsiOf(closes);
    expect(values.slice(0, 14)).toEqual(Array.from({ length: 14 }, () => null));
    // The sheet’s closes are rounded to four decimals, its RSI was not made from rounded ones.
    for (const [index, rsi] of published.entries())
      expect(Math.abs((values[index + 14] ?? 0) - rsi)).toBeLessThan(1e-3);
  });

  test('starts from the closes before when there is no result to go on from', async () => {
    const late = await runComputations([rsi14], { data, from: '2001-01-02', to: '2001-01-02' });
    // 24 November to 29 December 2000 lie within 40 days: 14 changes averaged, 11 smoothed in.
    const closes = [...(data.get('sp500') ?? [])]
      .filter(([day]) => day >= '2000-11-23' && day <= '2001-01-02')
      .map(([, prices]) => (prices as { close: number }).close);
    expect(late.on(rsi14, '2001-01-02').rsi).toBeCloseTo((await rsiOf(closes)).at(-1) as number, 9);
  });

  test('is 100 without losses, 0 without gains, and 50 without either', async () => {
    const fifteen = Array.from({ length: 15 }, (_, index) => index);
    expect((await rsiOf(fifteen.map((day) => 100 + day))).at(-1)).toBe(100);
    expect((await rsiOf(fifteen.map((day) => 100 - day))).at(-1)).toBe(0);
    expect((await rsiOf(fifteen.map(() => 100))).at(-1)).toBe(50);
  });
});

test('the headlines fit on a line, on the first day and later', () => {
  for (const day of [FIRST, '2001-01-31']) {
    const lines = [
      dailyReturn.headline?.(results.on(dailyReturn, day)),
      volatility20.headline?.(results.on(volatility20, day)),
      drawdown.headline?.(results.on(drawdown, day)),
      crossing50200.headline?.(results.on(crossing50200, day)),
      regime.headline?.(results.on(regime, day)),
      regimeSpell.headline?.(results.on(regimeSpell, day)),
      rsi14.headline?.(results.on(rsi14, day)),
    ];
    for (const line of lines) expect(line).toMatch(/^.{4,80}$/u);
  }
});
