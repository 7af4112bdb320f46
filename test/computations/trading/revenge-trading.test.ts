/** Revenge trading by hand: the window, the table, ties, and bad input. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trade } from '../../../src/computations/trading/histories.ts';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import {
  type RevengeTrading,
  revengeTrading,
  WINDOW_MINUTES,
} from '../../../src/computations/trading/revenge-trading.ts';
import { runDay } from '../../../src/testing/index.ts';
import { at, history, portfolio, position, TODAY, trade } from '../../support/trading-world.ts';

async function found(
  closed: readonly Trade[] | undefined,
  positions: readonly Position[] = [],
): Promise<RevengeTrading> {
  const result = await runDay(revengeTrading, TODAY, {
    portfolio: [portfolio(positions)],
    history: closed === undefined ? [] : [history({ closed: [...closed] })],
  });
  return result['ann'] as RevengeTrading;
}

/** Opened long ago, closed then at that gain. */
const close = (closed: number, gain: number, of: Partial<Trade> = {}): Trade =>
  trade({ opened: at(70), closed, closePrice: 10 + gain, ...of });
/** Worth so much when it was opened. */
const open = (opened: number, worth: number): Position => position({ opened, units: worth / 10 });

const NOTHING = { afterLoss: 0, otherwise: 0, raisedAfterLoss: null, raisedOtherwise: null, pValue: 1 };

test('a loss each day, after which three of three openings are raised, of five that are not after one none', async () => {
  const losses = [9, 8, 7].map((ago) => close(at(ago), -1));
  const raised = [9, 8, 7].map((ago) => open(at(ago) + 5, 200));
  const usual = [6, 5, 4, 3, 2].map((ago) => open(at(ago), 100));
  expect(await found(losses, [...raised, ...usual])).toEqual({
    afterLoss: 3,
    otherwise: 5,
    raisedAfterLoss: 1,
    raisedOtherwise: 0,
    // One of the 56 ways to choose which three of the eight are raised.
    pValue: expect.closeTo(1 / 56, 12),
  });
});

test('three of four after a loss raised, one of five otherwise', async () => {
  const losses = [9, 8, 7, 6].map((ago) => close(at(ago), -1));
  const after = [200, 200, 200, 100].map((worth, place) => open(at(9 - place) + 5, worth));
  const others = [200, 100, 100, 100, 100].map((worth, place) => open(at(5 - place), worth));
  const result = await found(losses, [...after, ...others]);
  expect(result).toMatchObject({ afterLoss: 4, otherwise: 5, raisedAfterLoss: 0.75, raisedOtherwise: 0.2 });
  // Of C(9, 4) = 126 ways to choose the four raised: C(4, 3) C(5, 1) = 20 with three after a loss, 1 with four.
  expect(result.pValue).toBeCloseTo(21 / 126, 12);
});

describe('an opening is after a loss', () => {
  const ofOne = async (minutes: number, ...closes: Trade[]) =>
    (await found(closes, [open(at(3) + minutes, 100)])).afterLoss;

  test('from its minute on, for six hours', async () => {
    const loss = close(at(3), -1);
    expect(await ofOne(0, loss)).toBe(1);
    expect(await ofOne(WINDOW_MINUTES, loss)).toBe(1);
    expect(await ofOne(WINDOW_MINUTES + 1, loss)).toBe(0);
  });

  test('unless something was closed since at a gain', async () => {
    expect(await ofOne(60, close(at(3), -1), close(at(3) + 30, 1))).toBe(0);
    expect(await ofOne(60, close(at(3), 1), close(at(3) + 30, -1))).toBe(1);
  });

  test('of several that were closed in one minute, whichever is told first', async () => {
    const both = [close(at(3), -1), close(at(3), 1)];
    expect(await ofOne(5, ...both)).toBe(1);
    expect(await ofOne(5, ...both.toReversed())).toBe(1);
  });

  test('fees make a loss; what was closed at what it cost is none', async () => {
    expect(await ofOne(5, close(at(3), 1, { fees: 2 }))).toBe(1);
    expect(await ofOne(5, close(at(3), 0))).toBe(0);
  });
});

describe('size', () => {
  test('is of money and credit together, whatever the price, and a split does not change it', async () => {
    const losses = [close(at(9), -1), close(at(5), -1)];
    const usual = [8, 7, 6].map((ago) => open(at(ago), 100));
    const withCredit = position({ opened: at(5) + 5, units: 200, price: 1, leverage: 4 });
    const result = await found(losses, [...usual, withCredit]);
    expect(result).toMatchObject({ afterLoss: 1, raisedAfterLoss: 1, raisedOtherwise: 0 });
    const split = [8, 7, 6].map((ago) => position({ opened: at(ago), units: 20, price: 5 }));
    expect(await found(losses, [...split, withCredit])).toEqual(result);
  });

  test('of half as much again is not raised, of more it is', async () => {
    const usual = [8, 7, 6].map((ago) => open(at(ago), 100));
    const after = async (worth: number) =>
      (await found([close(at(9), -1)], [...usual, open(at(9) + 1, worth)])).raisedAfterLoss;
    expect(await after(150)).toBe(0);
    expect(await after(151)).toBe(1);
  });
});

describe('bad input', () => {
  test('a user without history, without positions, with one trade', async () => {
    expect(await found(undefined)).toEqual(NOTHING);
    expect(await found(undefined, [open(at(1), 100)])).toEqual(NOTHING);
    expect(await found([])).toEqual(NOTHING);
    expect(await found([close(at(3), -1)])).toEqual(NOTHING);
  });

  test('what was opened before the first close that is known is left out: nobody knows what went before', async () => {
    expect(await found([close(at(3), -1)], [open(at(4), 100), open(at(2), 100)])).toMatchObject({ otherwise: 1 });
  });

  test('positions bought at nothing, or below, have a size', async () => {
    const closes = [close(at(9), -1)];
    const free = [8, 7, 6].map((ago) => position({ opened: at(ago), price: 0 }));
    expect(await found(closes, free)).toMatchObject({ otherwise: 3, raisedOtherwise: 0, pValue: 1 });
    const oil = position({ opened: at(9) + 1, price: -37.63, units: 1000 });
    expect(await found(closes, [...[8, 7].map((ago) => open(at(ago), 100)), oil])).toMatchObject({
      raisedAfterLoss: 1,
    });
  });
});

test('does not depend on order or currency, and claims no more than it may', async () => {
  const trades = fc.array(
    fc
      .record({
        opened: fc.integer({ min: 1, max: 6 }).map((ago) => at(ago)),
        closed: fc.integer({ min: 0, max: 6 }).map((ago) => at(ago)),
        units: fc.integer({ min: 1, max: 6 }),
        closePrice: fc.constantFrom(9, 10, 11),
      })
      .map(trade),
    { maxLength: 14 },
  );
  await fc.assert(
    fc.asyncProperty(trades, async (closed) => {
      const one = await found(closed);
      expect(one.pValue).toBeGreaterThan(0);
      expect(await found(closed.toReversed())).toEqual(one);
      expect(await found(closed.map((each) => ({ ...each, units: each.units * 1024 })))).toEqual(one);
    }),
    { numRuns: 60 },
  );
});
