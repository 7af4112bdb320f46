/** Concentration by hand: shares, credit, what has no close, and who holds nothing. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Concentration, concentration } from '../../../src/computations/trading/concentration.ts';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import { runDay } from '../../../src/testing/index.ts';
import { panelOf, portfolio, position, type SmallMarket, TODAY } from '../../support/trading-world.ts';

const MARKET: SmallMarket = { closes: { A: [10], B: [20], C: [5] }, sectors: { C: 'health' } };

async function found(positions: readonly Position[], cash = 0, market = MARKET): Promise<Concentration> {
  const result = await runDay(concentration, TODAY, {
    portfolio: [portfolio(positions, cash)],
    panel: await panelOf(market),
  });
  return result['ann'] as Concentration;
}

const NOTHING = {
  tickers: 0,
  exposure: 0,
  worth: 0,
  largestShare: null,
  largest: null,
  largestOfWorth: null,
  herfindahl: null,
  sector: null,
  sectorShare: null,
};

test('half in one, a quarter in each of two others', async () => {
  const held = [
    position({ ticker: 'A', units: 10, price: 4 }),
    position({ ticker: 'B', units: 10, price: 30 }),
    position({ ticker: 'C', units: 20, price: 5 }),
  ];
  expect(await found(held, 100)).toEqual({
    tickers: 3,
    exposure: 400,
    worth: 500,
    largestShare: 0.5,
    largest: 'B',
    largestOfWorth: 0.4,
    herfindahl: 0.375,
    sector: 'energy',
    sectorShare: 0.75,
  });
});

test('several positions of a ticker are one', async () => {
  const held = [position({ units: 1 }), position({ ticker: 'C', units: 2 }), position({ units: 3 })];
  expect(await found(held)).toMatchObject({ tickers: 2, exposure: 50, largest: 'A', largestShare: 0.8 });
});

test('of equals the first by name, whatever the order', async () => {
  const held = [position({ ticker: 'B', units: 1 }), position({ units: 2 }), position({ ticker: 'C', units: 4 })];
  for (const order of [held, held.toReversed()])
    expect(await found(order)).toMatchObject({ largest: 'A', largestShare: 1 / 3, sector: 'energy' });
});

test('credit is in the exposure, and not in the worth', async () => {
  // 100 paid in, 200 bought for it at 10, which are worth 15 now: 300 that moves, 200 that is owned.
  const held = [position({ units: 20, price: 10, leverage: 2 })];
  expect(await found(held, 0, { closes: { A: [15] } })).toMatchObject({
    exposure: 300,
    worth: 200,
    largestShare: 1,
    largestOfWorth: 1.5,
  });
});

describe('who', () => {
  test('holds nothing has no shares; cash is worth what it is', async () => {
    expect(await found([])).toEqual(NOTHING);
    expect(await found([], 70)).toEqual({ ...NOTHING, worth: 70 });
  });

  test('owes more than there is has shares, and none of a worth', async () => {
    const held = [position({ units: 10, price: 20, leverage: 4 })];
    // 50 paid in, 100 lost.
    expect(await found(held)).toMatchObject({ worth: -50, largestOfWorth: null, largestShare: 1, herfindahl: 1 });
    expect(await found(held, 50)).toMatchObject({ worth: 0, largestOfWorth: null });
  });

  test('holds what came to nothing holds one ticker, without shares', async () => {
    expect(await found([position()], 5, { closes: { A: [0] } })).toEqual({ ...NOTHING, tickers: 1, worth: 5 });
  });
});

describe('what has no close', () => {
  test('today counts at the last one; never, or not listed, at what was paid and in no sector', async () => {
    const market: SmallMarket = { closes: { A: [10, 11, null], GONE: [1, 1, 1] }, unlisted: ['GONE'] };
    const held = [position({ units: 1, price: 10 }), position({ ticker: 'GONE', units: 3, price: 11 })];
    expect(await found(held, 0, market)).toMatchObject({
      exposure: 44,
      worth: 44,
      largest: 'GONE',
      sector: 'energy',
      sectorShare: 0.25,
    });
    expect(await found([held[1] as Position], 0, market)).toMatchObject({
      sector: null,
      sectorShare: null,
      tickers: 1,
    });
  });

  test('before a split of today counts in units of after it', async () => {
    const market: SmallMarket = { closes: { A: [20, null] }, splits: { A: { 0: 2 } } };
    expect(await found([position({ units: 4, price: 9 })], 0, market)).toMatchObject({ exposure: 40, worth: 40 });
  });
});

test('a price below zero moves as much as one above, and is owed', async () => {
  const held = [position({ ticker: 'CL', units: 10, price: 18 }), position({ units: 10 })];
  expect(await found(held, 1000, { closes: { CL: [-30], A: [10] } })).toMatchObject({
    exposure: 400,
    worth: 800,
    largest: 'CL',
    largestShare: 0.75,
  });
});

test('the index is between one by the number of tickers and one, in whatever money', async () => {
  const panel = await panelOf(MARKET);
  const positions = fc.array(
    fc.record({ ticker: fc.constantFrom('A', 'B', 'C'), units: fc.integer({ min: 1, max: 1e6 }) }).map(position),
    { minLength: 1, maxLength: 8 },
  );
  const look = async (held: readonly Position[]): Promise<Concentration> =>
    (await runDay(concentration, TODAY, { portfolio: [portfolio(held)], panel }))['ann'] as Concentration;
  await fc.assert(
    fc.asyncProperty(positions, fc.constantFrom(1e-200, 1e-3, 1e9), async (held, rate) => {
      const one = await look(held);
      expect(one.herfindahl).toBeGreaterThanOrEqual(1 / one.tickers - 1e-12);
      const scaled = await look(held.map((each) => ({ ...each, units: each.units * rate })));
      expect(scaled.exposure / (one.exposure * rate)).toBeCloseTo(1, 12);
      for (const name of ['herfindahl', 'largestShare', 'sectorShare'] as const)
        expect(scaled[name]).toBeCloseTo(one[name] as number, 12);
      expect(await look(held.toReversed())).toMatchObject({ largest: one.largest, sector: one.sector });
    }),
    { numRuns: 40 },
  );
});
