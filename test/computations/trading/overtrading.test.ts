/** Turnover and cost by hand, and of bad input. */
import { describe, expect, test } from 'vitest';
import type { History } from '../../../src/computations/trading/histories.ts';
import { type Overtrading, overtrading } from '../../../src/computations/trading/overtrading.ts';
import { runDay } from '../../../src/testing/index.ts';
import { history, portfolio, TODAY, trade } from '../../support/trading-world.ts';

async function found(of?: Partial<History>): Promise<Overtrading> {
  const result = await runDay(overtrading, TODAY, {
    portfolio: [portfolio()],
    history: of === undefined ? [] : [history(of)],
  });
  return result['ann'] as Overtrading;
}

const equity = (days: number, worth = 1000): number[] => Array.from({ length: days + 1 }, () => worth);
const NOTHING = { days: 0, trades: 0, monthlyTurnover: null, monthlyCost: null, costOfGains: null };

test('of 1000, 400 bought for and sold at 600 in 42 days, for 8', async () => {
  // Half of each: 500, which is half of what there is, in two months; 4 a month; 8 of the 200 that it brought.
  const closed = [trade({ units: 40, price: 10, closePrice: 15, fees: 8 })];
  expect(await found({ equity: equity(42), closed })).toEqual({
    days: 42,
    trades: 1,
    monthlyTurnover: expect.closeTo(0.25, 12),
    monthlyCost: expect.closeTo(0.004, 12),
    costOfGains: expect.closeTo(0.04, 12),
  });
});

test('who has sold and bought back all that there is in a month has turned it over once', async () => {
  // B. M. Barber & T. Odean (2000), I.B: half of sales and purchases.
  const closed = [trade({ units: 100, price: 10, closePrice: 10 })];
  expect((await found({ equity: equity(21), closed })).monthlyTurnover).toBeCloseTo(1, 12);
});

test('credit turns over as money does', async () => {
  const one = trade({ units: 100, leverage: 5 });
  expect((await found({ equity: equity(21, 200), closed: [one] })).monthlyTurnover).toBeCloseTo(5, 12);
});

describe('bad input', () => {
  test('a user without history, without trades, with a short one', async () => {
    expect(await found()).toEqual(NOTHING);
    expect(await found({})).toEqual(NOTHING);
    expect(await found({ equity: [5] })).toEqual(NOTHING);
    expect(await found({ equity: equity(60) })).toMatchObject({ days: 60, monthlyTurnover: 0, monthlyCost: 0 });
    const closed = [trade({ closePrice: 12, fees: 1 })];
    expect(await found({ equity: equity(19), closed })).toMatchObject({
      days: 19,
      trades: 1,
      monthlyTurnover: null,
      monthlyCost: null,
      costOfGains: 0.5,
    });
    expect((await found({ equity: equity(20), closed })).monthlyTurnover).toBeGreaterThan(0);
  });

  test('days that nobody knows are left out of the mean, and are days', async () => {
    const some: (number | null)[] = equity(42);
    some.fill(null, 3, 20);
    const closed = [trade({ units: 100 })];
    expect(await found({ equity: some, closed })).toMatchObject({ days: 42, monthlyTurnover: expect.closeTo(0.5, 12) });
    expect(await found({ equity: some.map(() => null), closed })).toMatchObject({ days: 42, monthlyTurnover: null });
  });

  test('who has nothing on average, or less, has no shares of it', async () => {
    const closed = [trade({ fees: 1 })];
    expect(await found({ equity: equity(42, 0), closed })).toMatchObject({ monthlyTurnover: null, monthlyCost: null });
    expect(await found({ equity: equity(42, -5), closed })).toMatchObject({ monthlyTurnover: null });
  });

  test('trades that brought nothing have no gains to take fees from', async () => {
    expect((await found({ closed: [trade({ fees: 1 })] })).costOfGains).toBeNull();
    expect((await found({ closed: [trade({ closePrice: 9, fees: 1 })] })).costOfGains).toBeNull();
    const both = [trade({ closePrice: 12, fees: 1 }), trade({ closePrice: 9, fees: 1 })];
    expect((await found({ closed: both })).costOfGains).toBe(2);
  });

  test('below zero, what is paid or received is turned over', async () => {
    const closed = [trade({ units: 10, price: 18, closePrice: -38, fees: 2 })];
    expect(await found({ equity: equity(21), closed })).toMatchObject({
      monthlyTurnover: expect.closeTo(0.28, 12),
      monthlyCost: expect.closeTo(0.002, 12),
      costOfGains: null,
    });
  });

  test('a split before it was closed changes nothing', async () => {
    const one = await found({ equity: equity(21), closed: [trade({ units: 4, price: 10, closePrice: 12, fees: 1 })] });
    const split = await found({ equity: equity(21), closed: [trade({ units: 8, price: 5, closePrice: 6, fees: 1 })] });
    expect(split).toEqual(one);
  });
});
