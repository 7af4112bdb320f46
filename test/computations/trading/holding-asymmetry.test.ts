/** Holding times by hand, and of bad input. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trade } from '../../../src/computations/trading/histories.ts';
import { type HoldingAsymmetry, holdingAsymmetry } from '../../../src/computations/trading/holding-asymmetry.ts';
import { runDay } from '../../../src/testing/index.ts';
import { at, history, portfolio, position, TODAY, trade } from '../../support/trading-world.ts';

async function found(closed: readonly Trade[] | undefined): Promise<HoldingAsymmetry> {
  const result = await runDay(holdingAsymmetry, TODAY, {
    portfolio: [portfolio([position()])],
    history: closed === undefined ? [] : [history({ closed: [...closed] })],
  });
  return result['ann'] as HoldingAsymmetry;
}

const DAY = 1440;
/** Held so many days, with that gain before fees of nothing. */
const kept = (days: number, gain: number, of: Partial<Trade> = {}): Trade =>
  trade({ opened: at(9), closed: at(9) + days * DAY, closePrice: 10 + gain, ...of });

const NOTHING = { winners: 0, losers: 0, winnerDays: null, loserDays: null, skew: null, pValue: 1 };

test('three winners of 1, 2 and 3 days, three losers of 4, 5 and 9', async () => {
  const closed = [...[1, 2, 3].map((days) => kept(days, 1)), ...[4, 5, 9].map((days) => kept(days, -1))];
  expect(await found(closed)).toEqual({
    winners: 3,
    losers: 3,
    winnerDays: 2,
    loserDays: 6,
    skew: 0.5,
    // One of the 20 ways to choose which three of the six are the losers.
    pValue: expect.closeTo(1 / 20, 12),
  });
});

// H. B. Mann & D. R. Whitney (1947), table I: that U is so small of 4 and 4, and of 3 and 4.
test.each([
  [[5, 6, 7, 8], [1, 2, 3, 4], 0, 0.014],
  [[5, 6, 7, 8], [1, 2, 3, 5.5], 1, 0.029],
  [[5, 6, 7, 8], [1, 2, 5.5, 5.6], 2, 0.057],
  [[5, 6, 7, 8], [1, 2, 3, 7.5], 3, 0.1],
  [[5, 6, 7], [1, 2, 3, 5.5], 1, 0.057],
  [[5, 6, 7], [1, 2, 3, 6.5], 2, 0.114],
])('losers of %j days against winners of %j: U is %d', async (losers, winners, u, expected) => {
  const closed = [...losers.map((days) => kept(days, -1)), ...winners.map((days) => kept(days, 1))];
  expect(losers.flatMap((loser) => winners.filter((winner) => winner > loser))).toHaveLength(u);
  expect((await found(closed)).pValue).toBeCloseTo(expected, 3);
});

describe('bad input', () => {
  test('a user without history, without trades, with one', async () => {
    expect(await found(undefined)).toEqual(NOTHING);
    expect(await found([])).toEqual(NOTHING);
    expect(await found([kept(2, 1)])).toEqual({ ...NOTHING, winners: 1, winnerDays: 2 });
    expect(await found([kept(2, -1)])).toEqual({ ...NOTHING, losers: 1, loserDays: 2 });
  });

  test('who closed at what it cost is neither; fees count', async () => {
    expect(await found([kept(1, 0), kept(2, 1, { fees: 1 })])).toEqual(NOTHING);
    expect(await found([kept(2, 1, { fees: 1.5 })])).toMatchObject({ winners: 0, losers: 1 });
  });

  test('all of the same time, and of no time at all', async () => {
    const same = [1, 1, -1, -1].map((gain) => kept(3, gain));
    expect(await found(same)).toMatchObject({ skew: 0, pValue: 1 });
    const none = [1, -1].map((gain) => kept(0, gain));
    expect(await found(none)).toMatchObject({ winnerDays: 0, loserDays: 0, skew: null, pValue: 1 });
  });

  test('what was closed before it was opened was held for no time', async () => {
    expect(await found([kept(-1, 1)])).toMatchObject({ winnerDays: 0 });
  });

  test('prices below zero: the gain is in money', async () => {
    const oil = [kept(1, 0, { price: 18.27, closePrice: -37.63 }), kept(1, 0, { price: -37.63, closePrice: 10.01 })];
    expect(await found(oil)).toMatchObject({ winners: 1, losers: 1 });
  });

  test('a split between opening and closing, and after it, changes nothing', async () => {
    // Units and prices are as they were when it was closed.
    const one = await found([kept(3, 2, { units: 4 }), kept(1, -2, { units: 4 })]);
    const halves = [
      kept(3, 0, { units: 8, price: 5, closePrice: 6 }),
      kept(1, 0, { units: 8, price: 5, closePrice: 4 }),
    ];
    expect(await found(halves)).toEqual(one);
  });
});

test('does not depend on order, currency, or who of equals comes first', async () => {
  const trades = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 2 })),
    { maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(trades, async (all) => {
      const closed = all.map(([days, gain, fees]) => kept(days, gain, { fees }));
      const one = await found(closed);
      expect(await found(closed.toReversed())).toEqual(one);
      const rich = all.map(([days, gain, fees]) =>
        kept(days, 0, { price: 640, closePrice: 640 + 64 * gain, fees: 64 * fees }),
      );
      expect(await found(rich)).toEqual(one);
      const plain = await found(all.map(([days, gain]) => kept(days, gain)));
      const opposite = await found(all.map(([days, gain]) => kept(days, -gain)));
      // Who is a loser is a winner: both cannot be unlikely.
      expect(plain.pValue + opposite.pValue).toBeGreaterThanOrEqual(1 - 1e-12);
      expect(opposite.skew ?? 0).toBeCloseTo(-(plain.skew ?? 0), 12);
    }),
    { numRuns: 60 },
  );
});
