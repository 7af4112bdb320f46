/** A thousand simulated people, on the day of a split, against DuckDB over rows as they come: raw closes, splits, positions and trades. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concentration } from '../../../src/computations/trading/concentration.ts';
import { dayOrdinal } from '../../../src/computations/trading/day-ordinal.ts';
import { dispositionEffect } from '../../../src/computations/trading/disposition-effect.ts';
import { cryptoHerding, stockHerding } from '../../../src/computations/trading/herding.ts';
import { holdingAsymmetry } from '../../../src/computations/trading/holding-asymmetry.ts';
import { overtrading } from '../../../src/computations/trading/overtrading.ts';
import type { Portfolio } from '../../../src/computations/trading/portfolios.ts';
import { cryptoPositioning, stockPositioning } from '../../../src/computations/trading/positioning.ts';
import type { PricePanel } from '../../../src/computations/trading/price-panel.ts';
import { profitAndLoss } from '../../../src/computations/trading/profit-and-loss.ts';
import { returnAttribution, type ReturnAttribution } from '../../../src/computations/trading/return-attribution.ts';
import { revengeTrading } from '../../../src/computations/trading/revenge-trading.ts';
import { riskReturn } from '../../../src/computations/trading/risk-return.ts';
import { scoreOf } from '../../../src/computations/trading/smart-money-score.ts';
import { runDay } from '../../../src/testing/index.ts';
import type { Computation } from '../../../src/index.ts';
import { bareLoop } from '../../support/bare-loop.ts';
import { differences } from '../../support/differences.ts';
import { panelOf, PER_USER } from '../../support/traders.ts';
import { type Crowd, crowdOf, SPLIT_DAY, tablesOf, writeRows } from '../../support/trading-rows.ts';

const PEOPLE = 1_000;
const TODAY = dayOrdinal(SPLIT_DAY);

let crowd: Crowd;
let panel: PricePanel;
let results: Map<string, Record<string, unknown>>;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  crowd = crowdOf(PEOPLE);
  panel = await panelOf(SPLIT_DAY);
  results = resultsOf(PER_USER, crowd);
  const folder = mkdtempSync(join(tmpdir(), 'daymill-traders-'));
  writeRows(folder, crowd);
  instance = await DuckDBInstance.create();
  connection = await instance.connect();
  for (const name of Object.keys(tablesOf(crowd)))
    await connection.run(
      `CREATE TABLE ${name} AS FROM read_json('${folder}/${name}.ndjson', format = 'newline_delimited')`,
    );
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** By computation, what is found of each user, checked by its schema. */
function resultsOf(computations: readonly Computation[], { today, before, histories }: Crowd) {
  const look = bareLoop(computations, { date: SPLIT_DAY, whole: { 'price-panel': panel } });
  const all = new Map<string, Record<string, unknown>>(computations.map(({ name }) => [name, {}]));
  const asItWas = new Map(before.map((one) => [one.user, one]));
  for (const [at, portfolio] of today.entries()) {
    const { user } = portfolio;
    const found = look(user, portfolio, { histories: histories[at] }, asItWas.get(user));
    for (const [name, users] of all) users[user] = found[name];
  }
  for (const { name, output } of computations) all.set(name, output.parse(all.get(name)) as Record<string, unknown>);
  return all;
}

const resultOf = <T>({ name }: Computation<T>): T => results.get(name) as T;

const query = async <Row>(sql: string): Promise<Row[]> =>
  (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[];

/** Closes in units of today, by hand of SQL. */
const ADJUSTED = `
  SELECT ticker, day, close / coalesce(
    (SELECT product(s.units) FROM splits s WHERE s.ticker = c.ticker AND s.day > c.day AND s.day <= ${TODAY}), 1) AS close
  FROM closes c`;

async function byUser(sql: string): Promise<Record<string, unknown>> {
  const found = await query<{ user: string }>(sql);
  return Object.fromEntries(found.map(({ user, ...figures }) => [user, figures]));
}

/** Only what is named of each user's result. */
const only = (result: object, ...names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(result as Record<string, Record<string, unknown>>).map(([user, figures]) => [
      user,
      Object.fromEntries(names.map((name) => [name, figures[name]])),
    ]),
  );

test('the day is one on which something that many hold is split', () => {
  const split = panel.tickers['TEC2']?.splits;
  expect(split).toEqual([{ day: TODAY, units: 2 }]);
  expect(
    crowd.today.filter(({ positions }) => positions.some(({ ticker }) => ticker === 'TEC2')).length,
  ).toBeGreaterThan(50);
});

test('profit-and-loss', async () => {
  const result = resultOf(profitAndLoss);
  const held = (ago: number): string => `
    SELECT user, sum(units * (close - price)) AS gain FROM positions p
    JOIN closes c ON c.ticker = p.ticker AND c.day = (SELECT max(day) FROM days WHERE day <= ${TODAY} - ${ago})
    WHERE ago = ${ago} GROUP BY user`;
  const expected = await byUser(`
    SELECT u.user, coalesce(t.realised, 0) AS realised, coalesce(t.fees, 0) AS fees, coalesce(now.gain, 0) AS unrealised,
      coalesce(now.gain, 0) - coalesce(ago.gain, 0) AS "unrealisedChange", 0 AS stale
    FROM users u LEFT JOIN (${held(0)}) now USING (user) LEFT JOIN (${held(1)}) ago USING (user) LEFT JOIN (
      SELECT user, sum(units * ("closePrice" - price) - fees) AS realised, sum(fees) AS fees FROM trades
      WHERE closed // 1440 = ${TODAY} GROUP BY user) t USING (user)`);
  expect(differences(result, expected)).toEqual([]);
  expect(Object.values(result).filter(({ realised }) => realised !== 0).length).toBeGreaterThan(100);
});

test('concentration', async () => {
  const result = resultOf(concentration);
  const expected = await byUser(`
    WITH held AS (
      SELECT p.*, units * close AS value, sector FROM positions p JOIN closes c USING (ticker) JOIN listed USING (ticker)
      WHERE ago = 0 AND c.day = ${TODAY}
    ), tickers AS (SELECT user, ticker, sum(value) AS value FROM held GROUP BY ALL
    ), sectors AS (SELECT user, sector, sum(value) AS value FROM held GROUP BY ALL
    ), whole AS (SELECT user, sum(value) AS exposure, sum(value - units * price * (1 - 1 / leverage)) AS worth FROM held GROUP BY user
    ), by_ticker AS (
      SELECT user, count(*)::INT AS tickers, max(value / exposure) AS "largestShare", arg_max(ticker, value) AS largest, max(value) AS most,
        sum((value / exposure) ** 2) AS herfindahl
      FROM tickers JOIN whole USING (user) GROUP BY user
    ), by_sector AS (SELECT user, arg_max(sector, value) AS sector, max(value / exposure) AS "sectorShare" FROM sectors JOIN whole USING (user) GROUP BY user)
    SELECT u.user, coalesce(tickers, 0) AS tickers, coalesce(exposure, 0) AS exposure, cash + coalesce(worth, 0) AS worth, "largestShare", largest,
      most / (cash + worth) AS "largestOfWorth", herfindahl, sector, "sectorShare"
    FROM users u LEFT JOIN whole USING (user) LEFT JOIN by_ticker USING (user) LEFT JOIN by_sector USING (user)`);
  expect(differences(result, expected)).toEqual([]);
});

test('overtrading', async () => {
  const result = resultOf(overtrading);
  const expected = await byUser(`
    SELECT u.user, 60 AS days, coalesce(n, 0)::INT AS trades, coalesce(turned, 0) / usual / 60 * 21 AS "monthlyTurnover",
      coalesce(fees, 0) / usual / 60 * 21 AS "monthlyCost", CASE WHEN gains > 0 THEN fees / gains END AS "costOfGains"
    FROM users u JOIN (SELECT user, avg(worth) AS usual FROM equity GROUP BY user) USING (user) LEFT JOIN (
      SELECT user, count(*) AS n, sum(fees) AS fees, sum(units * ("closePrice" - price)) AS gains, sum(units * (price + "closePrice") / 2) AS turned
      FROM trades GROUP BY user) t USING (user)`);
  expect(differences(result, expected)).toEqual([]);
});

/** Daily returns of users beside the index's; what was paid in on a day is taken off. */
const RETURNS = `
  WITH paid AS (SELECT user, minute // 1440 AS day, sum(amount) AS amount FROM deposits GROUP BY ALL)
  SELECT user, place, (worth - coalesce(amount, 0)) / lag(worth) OVER days - 1 AS one, index / lag(index) OVER days - 1 AS market
  FROM equity JOIN days USING (place) LEFT JOIN paid USING (user, day)
  WINDOW days AS (PARTITION BY user ORDER BY place)`;

test('risk-return: by window functions', async () => {
  const result = resultOf(riskReturn);
  const expected = await byUser(`
    WITH wealth AS (
      SELECT user, place, one, exp(sum(ln(1 + one)) OVER days) AS wealth FROM (${RETURNS}) WHERE one IS NOT NULL WINDOW days AS (PARTITION BY user ORDER BY place)
    ), falls AS (SELECT user, one, 1 - wealth / greatest(1, max(wealth) OVER (PARTITION BY user ORDER BY place)) AS fall FROM wealth
    ), figures AS (
      SELECT user, count(*)::INT AS n, avg(one) AS mean, stddev_samp(one) AS deviation, sqrt(avg(least(one, 0) ** 2)) AS downside, max(fall) AS fall
      FROM falls GROUP BY user)
    SELECT user, n AS returns, mean AS reward, deviation AS risk, CASE WHEN deviation > 0 THEN mean / deviation * sqrt(252) END AS sharpe,
      CASE WHEN deviation > 0 THEN sqrt((1 + (mean / deviation) ** 2 / 2) / n * 252) END AS "sharpeError",
      CASE WHEN downside > 0 THEN mean / downside * sqrt(252) END AS sortino, greatest(fall, 0) AS "maximumDrawdown" FROM figures`);
  expect(differences(result, expected)).toEqual([]);
});

test('return-attribution of those who hold nothing: by regr_slope and regr_intercept', async () => {
  const today = crowd.today.map(({ user, cash }): Portfolio => ({ user, cash, positions: [] }));
  const found = resultsOf([returnAttribution], { ...crowd, today }).get(returnAttribution.name);
  const result = found as Readonly<Record<string, ReturnAttribution>>;
  const figures = await query<
    Record<'user', string> & Record<'n' | 'alpha' | 'beta' | 'r2' | 'alphaError' | 'betaError', number>
  >(`
    WITH fits AS (
      SELECT user, count(*)::INT AS n, regr_intercept(one, market) AS alpha, regr_slope(one, market) AS beta, regr_r2(one, market) AS r2,
        sqrt((regr_syy(one, market) - regr_slope(one, market) * regr_sxy(one, market)) / (count(*) - 2)) AS residual,
        regr_sxx(one, market) AS sxx, regr_avgx(one, market) AS mean
      FROM (${RETURNS}) WHERE one IS NOT NULL GROUP BY user HAVING stddev_samp(one) > 0)
    SELECT user, n, alpha, beta, r2, residual / sqrt(sxx) AS "betaError", residual * sqrt(1 / n + mean ** 2 / sxx) AS "alphaError" FROM fits`);
  expect(figures.length).toBeGreaterThan(PEOPLE * 0.9);
  const relative = (actual: number | undefined, expected: number): number => (actual ?? 0) / expected;
  for (const { user, n, alpha, beta, r2, alphaError, betaError } of figures) {
    const one = result[user];
    expect(one).toMatchObject({ days: n, sectorBeta: null, sector: null });
    expect(relative(one?.alpha?.estimate, alpha)).toBeCloseTo(1, 6);
    expect(relative(one?.alpha?.error, alphaError)).toBeCloseTo(1, 9);
    expect(relative(one?.marketBeta?.estimate, beta)).toBeCloseTo(1, 6);
    expect(relative(one?.marketBeta?.error, betaError)).toBeCloseTo(1, 9);
    expect(one?.explained).toBeCloseTo(r2, 9);
  }
});

test('disposition-effect: counts of gains and losses that were taken, and could have been', async () => {
  const result = resultOf(dispositionEffect);
  // Units and prices of a trade are as they were when it was closed.
  const expected = await byUser(`
    WITH held AS (
      SELECT user, ticker, opened // 1440 AS opened, closed // 1440 AS closed, price / units AS price, "closePrice" / units AS gone
      FROM (SELECT t.* EXCLUDE units, coalesce((SELECT product(s.units) FROM splits s
        WHERE s.ticker = t.ticker AND s.day > t.closed // 1440 AND s.day <= ${TODAY}), 1) AS units FROM trades t)
      UNION ALL SELECT user, ticker, opened // 1440, NULL, price, NULL FROM positions WHERE ago = 0
    ), sales AS (SELECT DISTINCT user, closed AS day FROM held WHERE closed IS NOT NULL
    ), there AS (
      SELECT s.user, s.day, h.price, coalesce(h.closed = s.day, false) AS sold, CASE WHEN h.closed = s.day THEN h.gone ELSE c.close END AS now,
        count(*) OVER (PARTITION BY s.user, s.day) AS n
      FROM sales s JOIN held h ON h.user = s.user AND h.opened < s.day AND coalesce(h.closed >= s.day, true) LEFT JOIN (${ADJUSTED}) c ON c.ticker = h.ticker AND c.day = s.day
    ), marked AS (SELECT user, day, sold, now > price AS gain FROM there WHERE n >= 2 AND now <> price
    ), counts AS (
      SELECT user, count(*) FILTER (sold AND gain) AS rg, count(*) FILTER (NOT sold AND gain) AS pg, count(*) FILTER (sold AND NOT gain) AS rl,
        count(*) FILTER (NOT sold AND NOT gain) AS pl FROM marked GROUP BY user
    ), draws AS (
      SELECT user, sum(drawn) AS sales FROM (SELECT user, count(*) FILTER (sold) AS drawn, count(*) AS size FROM marked GROUP BY user, day)
      WHERE drawn > 0 AND drawn < size GROUP BY user)
    SELECT u.user, CASE WHEN rg + pg > 0 THEN rg / (rg + pg) END AS "gainsRealised", CASE WHEN rl + pl > 0 THEN rl / (rl + pl) END AS "lossesRealised",
      CASE WHEN rg + pg > 0 AND rl + pl > 0 THEN rg / (rg + pg) - rl / (rl + pl) END AS effect, coalesce(sales, 0)::INT AS sales
    FROM users u LEFT JOIN counts USING (user) LEFT JOIN draws USING (user)`);
  expect(differences(only(result, 'gainsRealised', 'lossesRealised', 'effect', 'sales'), expected)).toEqual([]);
});

test('holding-asymmetry', async () => {
  const result = resultOf(holdingAsymmetry);
  const expected = await byUser(`
    WITH t AS (SELECT user, units * ("closePrice" - price) - fees AS gain, (closed - opened) / 1440 AS days FROM trades), sides AS (
      SELECT user, count(*) FILTER (gain > 0) AS w, count(*) FILTER (gain < 0) AS l, avg(days) FILTER (gain > 0) AS wd, avg(days) FILTER (gain < 0) AS ld
      FROM t GROUP BY user)
    SELECT u.user, coalesce(w, 0)::INT AS winners, coalesce(l, 0)::INT AS losers, wd AS "winnerDays", ld AS "loserDays", (ld - wd) / (ld + wd) AS skew
    FROM users u LEFT JOIN sides USING (user)`);
  expect(differences(only(result, 'winners', 'losers', 'winnerDays', 'loserDays', 'skew'), expected)).toEqual([]);
});

test('revenge-trading: by joins of the last close before', async () => {
  const result = resultOf(revengeTrading);
  const expected = await byUser(`
    WITH closes AS (SELECT user, closed, min(units * ("closePrice" - price) - fees) AS worst FROM trades GROUP BY ALL
    ), opens AS (
      SELECT user, opened, units * price AS size FROM trades UNION ALL SELECT user, opened, units * price FROM positions WHERE ago = 0
    ), last AS (SELECT o.*, o.opened - c.closed <= 360 AND c.worst < 0 AS after FROM opens o ASOF JOIN closes c ON c.user = o.user AND c.closed <= o.opened
    ), sized AS (SELECT l.*, size > 1.5 * sizes[len(sizes) // 2 + 1] AS raised FROM last l JOIN (SELECT user, list_sort(list(size)) AS sizes FROM last GROUP BY user) USING (user)
    ), counts AS (SELECT user, count(*) FILTER (after) AS a, count(*) FILTER (NOT after) AS o, count(*) FILTER (after AND raised) AS ra,
      count(*) FILTER (NOT after AND raised) AS ro FROM sized GROUP BY user)
    SELECT u.user, coalesce(a, 0)::INT AS "afterLoss", coalesce(o, 0)::INT AS otherwise, CASE WHEN a > 0 THEN ra / a END AS "raisedAfterLoss",
      CASE WHEN o > 0 THEN ro / o END AS "raisedOtherwise" FROM users u LEFT JOIN counts USING (user)`);
  expect(differences(only(result, 'afterLoss', 'otherwise', 'raisedAfterLoss', 'raisedOtherwise'), expected)).toEqual(
    [],
  );
});

describe.each(['stocks', 'crypto'] as const)('of %s', (line) => {
  test('positioning', async () => {
    // Every seventh is smart: what makes somebody so is another test's.
    const isSmart = (user: string): boolean => Number(user.slice(-6)) % 7 === 0;
    const computation = line === 'stocks' ? stockPositioning : cryptoPositioning;
    const smart = Object.fromEntries(
      crowd.today.map(({ user }) => [user, { ...scoreOf(undefined), score: isSmart(user) ? 50 : 49 }]),
    );
    const { tickers, ...sides } = await runDay(computation, SPLIT_DAY, { portfolio: crowd.today, smart, panel });
    const HELD = `SELECT user, ticker, substr(user, -6)::INT % 7 = 0 AS smart, units * close AS value FROM positions p JOIN closes c USING (ticker)
      JOIN listed USING (ticker) WHERE ago = 0 AND c.day = ${TODAY} AND line = '${line}'`;
    const [users] = await query(
      `SELECT (count(DISTINCT user) FILTER (smart))::INT AS smart, (count(DISTINCT user) FILTER (NOT smart))::INT AS crowd FROM (${HELD})`,
    );
    expect(sides).toEqual(users);
    const expected = await query<{ ticker: string }>(`
      SELECT ticker, (count(DISTINCT user) FILTER (smart))::INT AS "smartHolders", (count(DISTINCT user) FILTER (NOT smart))::INT AS "crowdHolders",
        coalesce(sum(value) FILTER (smart), 0) / (SELECT sum(value) FROM (${HELD}) WHERE smart) AS "smartShare",
        coalesce(sum(value) FILTER (NOT smart), 0) / (SELECT sum(value) FROM (${HELD}) WHERE NOT smart) AS "crowdShare" FROM (${HELD}) GROUP BY ticker`);
    expect(
      differences(tickers, Object.fromEntries(expected.map(({ ticker, ...figures }) => [ticker, figures]))),
    ).toEqual([]);
  });

  test('herding: counts, and what is taken off by the sum of the binomial', async () => {
    const computation = line === 'stocks' ? stockHerding : cryptoHerding;
    const result = await runDay(computation, SPLIT_DAY, {
      portfolio: { today: crowd.today, before: crowd.before },
      panel,
    });
    const expected = await query<{ ticker: string; p: number; buyers: number; sellers: number; herding: number }>(`
      WITH units AS (
        SELECT user, ticker, units FROM positions WHERE ago = 0 UNION ALL
        SELECT user, p.ticker, -p.units * coalesce(s.units, 1) FROM positions p LEFT JOIN splits s ON s.ticker = p.ticker AND s.day = ${TODAY} WHERE ago = 1
      ), changes AS (SELECT user, ticker, sum(units) AS change FROM units JOIN listed USING (ticker) WHERE line = '${line}' GROUP BY ALL HAVING abs(change) > 1e-7
      ), p AS (SELECT avg((change > 0)::INT) AS p FROM changes
      ), counts AS (SELECT ticker, count(*) FILTER (change > 0) AS b, count(*) AS n FROM changes GROUP BY ticker HAVING n >= 5)
      SELECT ticker, p, b::INT AS buyers, (n - b)::INT AS sellers, abs(b / n - p) - (SELECT sum(abs(k / n - p)
        * exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * ln(p) + (n - k) * ln(1 - p))) FROM range(0, n + 1) AS r(k)) AS herding
      FROM counts, p ORDER BY ticker`);
    expect(expected.length).toBeGreaterThan(4);
    expect(result.buying).toBeCloseTo(expected[0]?.p as number, 12);
    const tickers = Object.fromEntries(
      expected.map(({ ticker, buyers, sellers, herding }) => [ticker, { buyers, sellers, herding }]),
    );
    expect(differences(result.tickers, tickers)).toEqual([]);
    expect(result.herding).toBeCloseTo(expected.reduce((sum, one) => sum + one.herding, 0) / expected.length, 9);
  });
});
