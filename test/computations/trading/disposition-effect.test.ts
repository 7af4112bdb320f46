/** The disposition effect: Odean's own example, chance by counting, splits, and bad input. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DispositionEffect, dispositionEffect } from '../../../src/computations/trading/disposition-effect.ts';
import type { Trade } from '../../../src/computations/trading/histories.ts';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import { runDay } from '../../../src/testing/index.ts';
import {
  at,
  history,
  panelOf,
  portfolio,
  position,
  type SmallMarket,
  TODAY,
  trade,
} from '../../support/trading-world.ts';

async function found(
  market: SmallMarket,
  positions: readonly Position[],
  closed: readonly Trade[] | undefined,
): Promise<DispositionEffect> {
  const result = await runDay(dispositionEffect, TODAY, {
    portfolio: [portfolio(positions)],
    history: closed === undefined ? [] : [history({ closed: [...closed] })],
    panel: await panelOf(market),
  });
  return result['ann'] as DispositionEffect;
}

const held = (ticker: string, of: Partial<Position> = {}): Position => position({ ticker, opened: at(9), ...of });
const sold = (ticker: string, closePrice: number, ago: number, of: Partial<Trade> = {}): Trade =>
  trade({ ticker, closePrice, opened: at(9), closed: at(ago), ...of });

/** Ten days of each: bought at 10, winners are at 12, losers at 8. */
const levels = (of: Readonly<Record<string, number>>): SmallMarket => ({
  closes: Object.fromEntries(
    Object.entries(of).map(([ticker, close]) => [ticker, Array.from({ length: 10 }, () => close)]),
  ),
});
const UP = 12;
const DOWN = 8;
const NOTHING = { gainsRealised: null, lossesRealised: null, effect: null, sales: 0, pValue: 1 };

test('Odean’s example: of A to E, with A and B up, one investor sells A and C; of F to H, with F and G up, another sells F', async () => {
  // T. Odean (1998), section II: two realised gains, one realised loss, two paper gains (B and G) and three paper losses (D, E and H).
  const market = levels({ A: UP, B: UP, C: DOWN, D: DOWN, E: DOWN, F: UP, G: UP, H: DOWN });
  const kept = ['B', 'D', 'E'].map((ticker) => held(ticker));
  const one = await found(market, kept, [sold('A', UP, 3), sold('C', DOWN, 3)]);
  expect(one).toMatchObject({ gainsRealised: 1 / 2, lossesRealised: 1 / 3, sales: 2 });
  const other = await found(market, [held('G'), held('H')], [sold('F', UP, 2)]);
  expect(other).toMatchObject({ gainsRealised: 1 / 2, lossesRealised: 0, effect: 1 / 2, sales: 1 });
});

describe('chance', () => {
  test('of one winner sold out of one winner and three losers is a quarter; twice, a sixteenth', async () => {
    const market = levels({ A: UP, B: DOWN, C: DOWN, D: DOWN, E: UP });
    const losers = ['B', 'C', 'D'].map((ticker) => held(ticker));
    expect((await found(market, losers, [sold('A', UP, 3)])).pValue).toBeCloseTo(1 / 4, 12);
    const twice = [sold('A', UP, 3), sold('E', UP, 1, { opened: at(2) })];
    expect((await found(market, losers, twice)).pValue).toBeCloseTo(1 / 16, 12);
  });

  test('of two winners sold together out of two and two: one of six ways', async () => {
    const market = levels({ A: UP, B: UP, C: DOWN, D: DOWN });
    const result = await found(market, [held('C'), held('D')], [sold('A', UP, 3), sold('B', UP, 3)]);
    expect(result).toMatchObject({ gainsRealised: 1, lossesRealised: 0, effect: 1, sales: 2 });
    expect(result.pValue).toBeCloseTo(1 / 6, 12);
  });

  test('leaves nothing to be found where everything was sold, or everything is up', async () => {
    const all = await found(levels({ A: UP, B: DOWN }), [], [sold('A', UP, 3), sold('B', DOWN, 3)]);
    expect(all).toEqual({ gainsRealised: 1, lossesRealised: 1, effect: 0, sales: 0, pValue: 1 });
    const up = await found(levels({ A: UP, B: UP }), [held('B')], [sold('A', UP, 3)]);
    expect(up).toEqual({ gainsRealised: 0.5, lossesRealised: null, effect: null, sales: 1, pValue: 1 });
  });
});

describe('a position that is sold in parts', () => {
  const market = levels({ A: UP, B: DOWN, C: DOWN });
  const losers = ['B', 'C'].map((ticker) => held(ticker));
  const parts = (count: number, ...ago: number[]): Trade[] =>
    Array.from({ length: count }, (_, part) =>
      sold('A', UP + part / 10, ago[part % ago.length] as number, { units: 1 + part }),
    );

  test('on a day is sold once', async () => {
    const whole = await found(market, losers, [sold('A', UP, 3)]);
    expect(whole).toMatchObject({ gainsRealised: 1, lossesRealised: 0, sales: 1, pValue: expect.closeTo(1 / 3, 12) });
    expect(await found(market, losers, parts(10, 3))).toEqual(whole);
  });

  test('is not kept on that day, and may be sold again on another', async () => {
    expect(await found(market, [...losers, held('A')], parts(2, 3))).toMatchObject({ gainsRealised: 1, sales: 1 });
    const twice = await found(market, losers, parts(4, 3, 2));
    expect(twice).toMatchObject({ gainsRealised: 1, sales: 2, pValue: expect.closeTo(1 / 9, 12) });
  });

  test('is a gain or a loss by all parts together', async () => {
    const both = [sold('A', 9, 3, { units: 5 }), sold('A', 12, 3, { units: 2 })];
    expect(await found(market, losers, both)).toMatchObject({ gainsRealised: null, lossesRealised: 1 / 3 });
  });
});

describe('days that say nothing', () => {
  test('are those with one position: who has one has no choice', async () => {
    expect(await found(levels({ A: UP }), [], [sold('A', UP, 3)])).toEqual(NOTHING);
    // One after the other, never two at a time.
    const chain = [sold('A', UP, 6), sold('B', DOWN, 3, { opened: at(6) })];
    expect(await found(levels({ A: UP, B: DOWN }), [], chain)).toEqual(NOTHING);
  });

  test('are those without a sale', async () => {
    expect(await found(levels({ A: UP, B: DOWN }), [held('A'), held('B')], [])).toEqual(NOTHING);
  });

  test('and positions that are bought on the day, as all that are bought and sold within one', async () => {
    const market = levels({ A: UP, B: DOWN, C: DOWN });
    const today = [held('C', { opened: at(3) })];
    expect(await found(market, today, [sold('A', UP, 3), sold('B', DOWN, 3, { opened: at(3) })])).toEqual(NOTHING);
  });
});

describe('bad input', () => {
  const market = levels({ A: UP, B: DOWN });

  test('a user without history, without positions, with one trade', async () => {
    expect(await found(market, [held('A')], undefined)).toEqual(NOTHING);
    expect(await found(market, [], undefined)).toEqual(NOTHING);
    expect(await found(market, [], [sold('A', UP, 3)])).toEqual(NOTHING);
  });

  test('what was closed at what was paid is neither, and so is what is there', async () => {
    const result = await found(levels({ A: 10, B: 10, C: UP }), [held('B'), held('C')], [sold('A', 10, 3)]);
    expect(result).toMatchObject({ gainsRealised: 0, lossesRealised: null, sales: 0, pValue: 1 });
  });

  test('what has no close on the day, or is not listed, is left out', async () => {
    const gaps: SmallMarket = {
      closes: { A: [UP, UP, UP], B: [DOWN, null, DOWN], C: [DOWN, DOWN, DOWN], GONE: [UP, UP, UP] },
      unlisted: ['GONE'],
    };
    const result = await found(gaps, [held('B'), held('C'), held('GONE')], [sold('A', UP, 1)]);
    expect(result).toMatchObject({ gainsRealised: 1, lossesRealised: 0, sales: 1 });
    expect(result.pValue).toBeCloseTo(1 / 2, 12);
  });

  test('a sale on a weekend is compared with Friday', async () => {
    const friday: SmallMarket = { closes: { A: [UP, UP, UP], B: [DOWN, UP, UP] } };
    const saturday = at(2) + 1440;
    expect(await found(friday, [held('B')], [sold('A', UP, 0, { closed: saturday })])).toMatchObject({
      gainsRealised: 1,
      lossesRealised: 0,
    });
  });

  test('a sale before the panel begins is left out, with what was held then', async () => {
    const short: SmallMarket = { closes: { A: [UP], B: [DOWN] } };
    expect((await found(short, [held('B')], [sold('A', UP, 3)])).sales).toBe(0);
  });

  test('prices below zero are losses as any other', async () => {
    const oil: SmallMarket = { closes: { CL: [-37.63, 10], A: [UP, UP] } };
    expect(await found(oil, [held('CL')], [sold('A', UP, 1)])).toMatchObject({ gainsRealised: 1, lossesRealised: 0 });
    expect(await found(oil, [held('CL', { price: -40 })], [sold('A', UP, 1)])).toMatchObject({ gainsRealised: 0.5 });
  });
});

describe('a split of two for one is no loss', () => {
  const market = (ago: number): SmallMarket => ({
    closes: {
      A: Array.from({ length: 10 }, (_, place) => (9 - place > ago ? 2 * UP : UP)),
      B: Array.from({ length: 10 }, () => DOWN),
    },
    splits: { A: { [ago]: 2 } },
  });

  test.each([8, 4, 3, 2, 0])('%d days ago, of what is held', async (ago) => {
    // Units and price of what is held are of today, whenever the split was.
    const result = await found(market(ago), [held('A')], [sold('B', DOWN, 3)]);
    expect(result).toMatchObject({ gainsRealised: 0, lossesRealised: 1, effect: -1, sales: 1 });
  });

  test.each([8, 4, 3, 2, 0])('%d days ago, of what was closed 3 days ago and was there before', async (ago) => {
    // Price and close price are as they were on the day of the sale.
    const unit = ago < 3 ? 2 : 1;
    const closed = [sold('A', UP * unit, 3, { price: 10 * unit }), sold('B', DOWN, 5)];
    const result = await found(market(ago), [held('B', { opened: at(8) })], closed);
    expect(result).toMatchObject({ gainsRealised: 1 / 2, lossesRealised: 1 / 3, sales: 2 });
  });
});

test('does not depend on the order of trades and positions, nor on the money', async () => {
  const market: SmallMarket = {
    closes: Object.fromEntries(
      ['A', 'B', 'C'].map((ticker, seed) => [
        ticker,
        Array.from({ length: 10 }, (_, day) => 8 + ((day * (seed + 3)) % 5)),
      ]),
    ),
  };
  const panel = await panelOf(market);
  const rich = await panelOf({
    closes: Object.fromEntries(
      Object.entries(market.closes).map(([name, all]) => [name, all.map((one) => (one ?? 0) * 8)]),
    ),
  });
  const trades = fc.array(
    fc
      .record({
        ticker: fc.constantFrom('A', 'B', 'C'),
        opened: fc.integer({ min: 5, max: 9 }).map((ago) => at(ago)),
        closed: fc.integer({ min: 0, max: 4 }).map((ago) => at(ago)),
        price: fc.integer({ min: 8, max: 12 }),
        closePrice: fc.integer({ min: 8, max: 12 }),
      })
      .map(trade),
    { maxLength: 12 },
  );
  const look = async (closed: readonly Trade[], positions: readonly Position[], world = panel) =>
    (
      await runDay(dispositionEffect, TODAY, {
        portfolio: [portfolio(positions)],
        history: [history({ closed: [...closed] })],
        panel: world,
      })
    )['ann'];
  await fc.assert(
    fc.asyncProperty(trades, trades, async (closed, open) => {
      const one = await look(closed, open);
      expect(one?.pValue).toBeGreaterThan(0);
      expect(await look(closed.toReversed(), open.toReversed())).toEqual(one);
      const times = <T extends Position>(each: T): T => ({ ...each, price: each.price * 8 });
      const richer = closed.map((each) => ({ ...times(each), closePrice: each.closePrice * 8 }));
      expect(await look(richer, open.map(times), rich)).toEqual(one);
    }),
    { numRuns: 60 },
  );
});
