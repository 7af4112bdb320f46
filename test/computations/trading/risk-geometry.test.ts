/** Hull, frontier and distance by hand, and of bad input. */
import { describe, expect, test } from 'vitest';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import type { PricePanel } from '../../../src/computations/trading/price-panel.ts';
import { type RiskGeometry, riskGeometry } from '../../../src/computations/trading/risk-geometry.ts';
import { riskOf, type RiskReturn } from '../../../src/computations/trading/risk-return.ts';
import { runDay } from '../../../src/testing/index.ts';
import { panelOf, portfolio, position, TODAY } from '../../support/trading-world.ts';

/** A panel in which tickers have these risks and rewards, whatever their closes. */
async function panelWith(
  points: Readonly<Record<string, readonly [number | null, number | null]>>,
): Promise<PricePanel> {
  const panel = await panelOf({ closes: Object.fromEntries(Object.keys(points).map((ticker) => [ticker, [10, 10]])) });
  return {
    ...panel,
    tickers: Object.fromEntries(
      Object.entries(panel.tickers).map(([ticker, one]) => {
        const [risk, reward] = points[ticker] ?? [null, null];
        return [ticker, { ...one, risk, reward }];
      }),
    ),
  };
}

const UNKNOWN = riskOf([]);

async function found(
  panel: PricePanel,
  own: Pick<RiskReturn, 'risk' | 'reward'> | undefined,
  tickers: readonly string[],
): Promise<RiskGeometry> {
  const held: Position[] = tickers.map((ticker) => position({ ticker }));
  const result = await runDay(riskGeometry, TODAY, {
    portfolio: [portfolio(held)],
    risk: own === undefined ? {} : { ann: { ...UNKNOWN, ...own } },
    panel,
  });
  return result['ann'] as RiskGeometry;
}

/** Units of a thousandth a day: a kite with a point within. */
const KITE = { A: [1, 1], B: [3, 4], C: [5, 2], D: [3, 0], E: [3, 2] } as const;
const ALL = Object.keys(KITE);

test('a kite of four, with one within', async () => {
  const panel = await panelWith(KITE);
  expect(await found(panel, { risk: 2, reward: 1.5 }, ALL)).toEqual({
    tickers: 5,
    corners: 4,
    // Diagonals of 4 and 4, the one along x from (1, 1) to (5, 2): |4 * 4 - 1 * 0| / 2.
    area: 8,
    frontier: [
      [1, 1],
      [3, 4],
    ],
    // From cash to (3, 4), at 8/3 where the risk is 2.
    distance: expect.closeTo(8 / 3 - 1.5, 12) as number,
  });
});

describe('the distance', () => {
  test.each([
    ['beyond the best paid is to that', 9, 1, 3],
    ['at a corner is to the corner', 3, 4, 0],
    ['of who did better is negative', 3, 5, -1],
    ['of the calmest is to a mixture with cash', 1, 0, 4 / 3],
    ['of who is calmer than all of it as well', 0.5, 0, 2 / 3],
    ['of cash alone is none', 0, 0, 0],
  ])('%s', async (_, risk, reward, expected) => {
    expect((await found(await panelWith(KITE), { risk, reward }, ALL)).distance).toBeCloseTo(expected, 12);
  });
});

describe('bad input', () => {
  const EMPTY = { tickers: 0, corners: 0, area: 0, frontier: [], distance: null };

  test('a user who holds nothing, or nothing that is known', async () => {
    const panel = await panelWith({ ...KITE, NEW: [null, null] });
    expect(await found(panel, { risk: 1, reward: 1 }, [])).toEqual(EMPTY);
    expect(await found(panel, { risk: 1, reward: 1 }, ['NEW', 'GONE'])).toEqual(EMPTY);
  });

  test('a user without a history of returns', async () => {
    const panel = await panelWith(KITE);
    expect(await found(panel, { risk: null, reward: null }, ALL)).toMatchObject({ corners: 4, distance: null });
    expect(await found(panel, undefined, ALL)).toMatchObject({ corners: 4, distance: null });
  });

  test('one ticker, or several positions of it, is a point', async () => {
    const panel = await panelWith(KITE);
    const point = { tickers: 1, corners: 1, area: 0, frontier: [[3, 4]], distance: 1 };
    expect(await found(panel, { risk: 3, reward: 3 }, ['B'])).toEqual(point);
    expect(await found(panel, { risk: 3, reward: 3 }, ['B', 'B', 'B'])).toEqual(point);
  });

  test('points on a line, and points that are one', async () => {
    const line = await panelWith({ A: [1, 1], B: [2, 2], C: [4, 4] });
    expect(await found(line, { risk: 3, reward: 3 }, ['A', 'B', 'C'])).toMatchObject({
      corners: 2,
      area: 0,
      distance: 0,
    });
    const same = await panelWith({ A: [1, 1], B: [1, 1] });
    expect(await found(same, { risk: 1, reward: 0 }, ['A', 'B'])).toMatchObject({
      tickers: 2,
      corners: 1,
      distance: 1,
    });
    const upright = await panelWith({ A: [1, 1], B: [1, 3] });
    expect(await found(upright, { risk: 1, reward: 1 }, ['A', 'B'])).toMatchObject({ frontier: [[1, 3]], distance: 2 });
  });
});

test('comes of the prices: of two shares the one that rises at less risk is all of the frontier', async () => {
  const days = Array.from({ length: 30 }, (_, day) => day);
  const panel = await panelOf({
    closes: {
      CALM: days.map((day) => 100 * 1.01 ** day * (day % 2 === 0 ? 1 : 1.001)),
      WILD: days.map((day) => 100 * (day % 2 === 0 ? 1 : 1.1)),
    },
  });
  const result = await found(panel, { risk: 0.02, reward: 0 }, ['WILD', 'CALM']);
  expect(result).toMatchObject({ tickers: 2, corners: 2, area: 0 });
  expect(result.frontier[0]?.[1]).toBeCloseTo(0.01, 3);
  expect(result.frontier).toHaveLength(1);
});
