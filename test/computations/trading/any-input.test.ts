/** Whatever the schemas of prices, portfolios and histories take: everything is computed from it, fits its schema, and is finite. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cryptoDivergence, stockDivergence } from '../../../src/computations/trading/divergence.ts';
import { cryptoHerding, stockHerding } from '../../../src/computations/trading/herding.ts';
import type { History, Trade } from '../../../src/computations/trading/histories.ts';
import type { Portfolio, Position } from '../../../src/computations/trading/portfolios.ts';
import { cryptoPositioning, stockPositioning } from '../../../src/computations/trading/positioning.ts';
import { profitAndLoss } from '../../../src/computations/trading/profit-and-loss.ts';
import { tradingBriefing } from '../../../src/computations/trading/trading-briefing.ts';
import { userClassifier } from '../../../src/computations/trading/user-classifier.ts';
import { smartMoneyScore } from '../../../src/computations/trading/smart-money-score.ts';
import { bareLoop } from '../../support/bare-loop.ts';
import { runDay } from '../../../src/testing/index.ts';
import { PER_USER } from '../../support/traders.ts';
import { at, panelOf, type SmallMarket, TODAY } from '../../support/trading-world.ts';

const DAYS = 61;

/** Money as it comes, and as it should not. */
const price = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0.01, max: 1000, noNaN: true }) },
  fc.constantFrom(0, -37.63, 1e-12, 1e12, 100),
);
const known = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 15, arbitrary }, fc.constant(null));
const ago = fc.integer({ min: 0, max: DAYS + 4 });
/** Weekends and nights too. */
const minute = fc.tuple(ago, fc.integer({ min: 0, max: 3_000 })).map(([days, minutes]) => at(days, minutes));
const ticker = fc.constantFrom('A', 'B', 'C', 'COIN', 'GONE', 'NEVER');

/** Often flat, or one step after the other, as well as wild. */
const series = fc.oneof(
  fc.array(known(price), { minLength: DAYS, maxLength: DAYS }),
  price.map((one) => Array.from({ length: DAYS }, () => one)),
  fc
    .double({ min: -0.01, max: 0.01, noNaN: true })
    .map((step) => Array.from({ length: DAYS }, (_, day) => 100 * (1 + step) ** day)),
);
const market: fc.Arbitrary<SmallMarket> = fc
  .record({
    closes: fc.record({ A: series, B: series, C: series, COIN: series, GONE: series }),
    index: series,
    splits: fc.record({
      A: fc.dictionary(fc.constantFrom('0', '1', '5', '60'), fc.constantFrom(2, 0.1, 3, 1.5), { maxKeys: 2 }),
    }),
  })
  .map(({ closes, index, splits }) => ({
    closes,
    index,
    splits,
    sectors: { C: 'health', COIN: 'crypto' },
    lines: { COIN: 'crypto' },
    unlisted: ['GONE'],
  }));

const parts = {
  ticker,
  units: fc.oneof(fc.double({ min: 0.001, max: 1e4, noNaN: true }), fc.constantFrom(1e-12, 1e12)),
  price,
  leverage: fc.constantFrom(0.5, 1, 2, 30),
  opened: minute,
};
const position: fc.Arbitrary<Position> = fc.record(parts);
const trade: fc.Arbitrary<Trade> = fc.record({
  ...parts,
  closed: minute,
  closePrice: price,
  fees: fc.double({ min: 0, max: 100, noNaN: true }),
});

const portfolioOf = (user: string): fc.Arbitrary<Portfolio> =>
  fc.record({ user: fc.constant(user), cash: price, positions: fc.array(position, { maxLength: 6 }) });
const historyOf = (user: string): fc.Arbitrary<History> =>
  fc.record({
    user: fc.constant(user),
    closed: fc.array(trade, { maxLength: 25 }),
    equity: fc.tuple(series, fc.nat(DAYS)).map(([all, from]) => all.slice(from)),
    deposits: fc.array(fc.record({ minute, amount: price }), { maxLength: 4 }),
  });

const USERS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'];
const world = fc.record({
  market,
  users: fc.tuple(
    ...USERS.map((user) =>
      fc.record({
        today: portfolioOf(user),
        before: fc.option(portfolioOf(user), { nil: undefined }),
        history: fc.option(historyOf(user), { nil: undefined }),
      }),
    ),
  ),
});

/** As a worker would store and read it; what JSON has not is refused. */
function stored(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one: unknown) => {
      if (typeof one === 'number' && !Number.isFinite(one)) throw new Error(`${key} is ${one}`);
      return one;
    }),
  );
}

test('all of a day is computed from it', async () => {
  const labels = new Set<string>();
  await fc.assert(
    fc.asyncProperty(world, async ({ market, users }) => {
      const panel = await panelOf(market);
      const look = bareLoop(PER_USER, { date: TODAY, whole: { 'price-panel': panel } });
      const found = users.map(({ today, before, history }) => look(today.user, today, { histories: history }, before));
      const resultOf = (name: string) =>
        Object.fromEntries(users.map(({ today }, place) => [today.user, found[place]?.[name]]));
      for (const { name, output } of PER_USER) output.parse(stored(resultOf(name)));
      const portfolio = { today: users.map(({ today }) => today), before: users.flatMap(({ before }) => before ?? []) };
      const smart = resultOf(smartMoneyScore.name) as never;
      const crowd = { portfolio: portfolio.today, smart, panel };
      const [stocks, crypto] = [
        await runDay(stockPositioning, TODAY, crowd),
        await runDay(cryptoPositioning, TODAY, crowd),
      ];
      await runDay(stockDivergence, TODAY, { positioning: stocks });
      await runDay(cryptoDivergence, TODAY, { positioning: crypto });
      const briefing = await runDay(tradingBriefing, TODAY, {
        portfolio: portfolio.today,
        user: resultOf(userClassifier.name) as never,
        result: resultOf(profitAndLoss.name) as never,
        stocks,
        crypto,
        stockHerding: await runDay(stockHerding, TODAY, { portfolio, panel }),
        cryptoHerding: await runDay(cryptoHerding, TODAY, { portfolio, panel }),
      });
      expect(briefing.users).toBe(USERS.length);
      for (const label of Object.keys(briefing.labels)) labels.add(label);
    }),
    { numRuns: 40 },
  );
  expect(labels.size).toBeGreaterThan(1);
});
