/** Profit and loss by hand: splits, prices below zero, and what has no close. */
import { describe, expect, test } from 'vitest';
import type { Trade } from '../../../src/computations/trading/histories.ts';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import { type ProfitAndLoss, profitAndLoss } from '../../../src/computations/trading/profit-and-loss.ts';
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

interface World {
  readonly market?: SmallMarket;
  readonly today?: readonly Position[];
  /** Left out, the user was not there. */
  readonly before?: readonly Position[];
  readonly closed?: Trade[];
}

async function found({ market = { closes: { A: [10, 11, 12] } }, today = [], before, closed }: World) {
  const result = await runDay(profitAndLoss, TODAY, {
    portfolio: { today: [portfolio(today)], before: before === undefined ? [] : [portfolio(before)] },
    history: closed === undefined ? [] : [history({ closed })],
    panel: await panelOf(market),
  });
  return result['ann'] as ProfitAndLoss;
}

const NOTHING = { realised: 0, fees: 0, unrealised: 0, unrealisedChange: null, stale: 0 };

test('a user who sold one thing today and holds two', async () => {
  const held = [position({ units: 5, price: 10 }), position({ units: 2, price: 13 })];
  const closed = [
    trade({ units: 3, price: 10, closePrice: 12, fees: 0.5, closed: at(0) }),
    trade({ units: 3, price: 10, closePrice: 100, fees: 0.5, closed: at(1) }),
  ];
  // Held: 5 * (12 - 10) + 2 * (12 - 13) = 8, a day before 5 * (11 - 10) + 2 * (11 - 13) = 1; sold: 3 * 2 less fees.
  expect(await found({ today: held, before: held, closed })).toEqual({
    realised: 5.5,
    fees: 0.5,
    unrealised: 8,
    unrealisedChange: 7,
    stale: 0,
  });
});

test('the last and the first minute of the day belong to it, their neighbours do not', async () => {
  const of = (closed: number) => trade({ price: 0, closePrice: 1, closed });
  const closed = [at(0, -1), at(0, 0), at(0, 1439), at(0, 1440)].map(of);
  expect((await found({ closed })).realised).toBe(2);
});

describe('who is hardly there', () => {
  test('without history, without positions, on the first day', async () => {
    expect(await found({})).toEqual(NOTHING);
    expect(await found({ closed: [] })).toEqual(NOTHING);
    expect(await found({ before: [] })).toEqual({ ...NOTHING, unrealisedChange: 0 });
    const first = await found({ market: { closes: { A: [12] } }, today: [position()], before: [position()] });
    expect(first).toEqual({ ...NOTHING, unrealised: 2 });
  });

  test('what was sold is not in what is held any more, and was yesterday', async () => {
    const sold = await found({ before: [position({ price: 10 })], closed: [trade({ closed: at(0), closePrice: 12 })] });
    expect(sold).toMatchObject({ realised: 2, unrealised: 0, unrealisedChange: -1 });
  });
});

describe('over a split of two for one', () => {
  const market = (ago: number): SmallMarket => ({
    closes: { A: [10, 11, 12].map((close, place) => (2 - place > ago ? close * 2 : close)) },
    splits: { A: { [ago]: 2 } },
  });
  const now = [position({ units: 10, price: 10 })];
  const asItWas = [position({ units: 5, price: 20 })];

  test('of today: nothing was made by it', async () => {
    expect(await found({ market: market(0), today: now, before: asItWas })).toMatchObject({
      unrealised: 20,
      unrealisedChange: 10,
    });
  });

  test('of the day before, and of one before that', async () => {
    for (const ago of [1, 2])
      expect(await found({ market: market(ago), today: now, before: now })).toMatchObject({
        unrealised: 20,
        unrealisedChange: 10,
      });
  });

  test('a trade that was closed on its day counts as it is', async () => {
    const closed = [trade({ units: 10, price: 10, closePrice: 12, closed: at(0) })];
    expect((await found({ market: market(0), closed })).realised).toBe(20);
  });
});

describe('what has no close', () => {
  test('today counts at the last one, split or not', async () => {
    const held = [position({ units: 2, price: 10 })];
    const gap = await found({ market: { closes: { A: [10, 11, null] } }, today: held, before: held });
    expect(gap).toMatchObject({ unrealised: 2, unrealisedChange: 0, stale: 1 });
    const split = await found({
      market: { closes: { A: [20, 22, null] }, splits: { A: { 0: 2 } } },
      today: held,
      before: [position({ units: 1, price: 20 })],
    });
    expect(split).toMatchObject({ unrealised: 2, unrealisedChange: 0, stale: 1 });
  });

  test('ever, or is not listed any more, counts at what was paid', async () => {
    const held = [position({ ticker: 'GONE', price: 7 }), position({ ticker: 'NEVER', price: 8 }), position()];
    const market = { closes: { A: [10, 11, 12], GONE: [1, 2, 3] }, unlisted: ['GONE'] };
    expect(await found({ market, today: held, before: held })).toMatchObject({
      unrealised: 2,
      unrealisedChange: 1,
      stale: 2,
    });
  });
});

describe('prices', () => {
  test('below zero: who held oil over 20 April 2020 lost more than was paid', async () => {
    const held = [position({ ticker: 'CL', units: 1000, price: 18.27 })];
    const market = { closes: { CL: [18.27, -37.63] } };
    const result = await found({ market, today: held, before: held });
    expect(result.unrealised).toBeCloseTo(-55_900, 6);
    expect(result.unrealisedChange).toBeCloseTo(-55_900, 6);
    expect(result.stale).toBe(0);
    const back = await found({ market: { closes: { CL: [-37.63, 10.01] } }, today: held, before: held });
    expect(back.unrealisedChange).toBeCloseTo(47_640, 6);
  });

  test('of zero are prices', async () => {
    expect(await found({ market: { closes: { A: [10, 0] } }, today: [position()] })).toMatchObject({
      unrealised: -10,
      stale: 0,
    });
  });

  test('that cancel do so to the last digit', async () => {
    const held = [1e15, 0.1, -1e15].map((gain) => position({ units: 1, price: -gain }));
    expect((await found({ market: { closes: { A: [0] } }, today: held })).unrealised).toBe(0.1);
  });
});

test('what cannot be is refused', async () => {
  await expect(found({ today: [position({ units: 0 })] })).rejects.toThrow('portfolio.0.positions.0.units');
  await expect(found({ today: [position({ price: Number.NaN })] })).rejects.toThrow('portfolio.0.positions.0.price');
  await expect(found({ closed: [trade({ fees: -1 })] })).rejects.toThrow('history.0.closed.0.fees');
});
