/** What is common to looking at trades. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposureOf, gainOf, inUnitsOfToday, middleOf, openingsOf } from '../../../src/computations/trading/trades.ts';
import { at, history, panelOf, portfolio, position, trade } from '../../support/trading-world.ts';

test('a gain is of all units, less fees; below zero too', () => {
  expect(gainOf(trade({ units: 3, price: 10, closePrice: 12, fees: 1 }))).toBe(5);
  // Bought at 18.27, sold at -37.63: what was paid is lost, and the buyer had to be paid.
  expect(gainOf(trade({ units: 1000, price: 18.27, closePrice: -37.63 }))).toBeCloseTo(-55_900, 6);
  expect(gainOf(trade({ units: 1000, price: -37.63, closePrice: 10.01 }))).toBeCloseTo(47_640, 6);
});

test('exposure has the credit in it, and no sign', () => {
  expect(exposureOf({ units: 4, price: 25 })).toBe(100);
  expect(exposureOf({ units: 4, price: -25 })).toBe(100);
  expect(exposureOf({ units: 4, price: 0 })).toBe(0);
});

test('openings come in the order of opening, closed again or not', () => {
  const held = portfolio([position({ opened: at(4) }), position({ opened: at(1) })]);
  const past = history({ closed: [trade({ opened: at(2) }), trade({ opened: at(9) })] });
  expect(openingsOf(held, past).map(({ opened }) => opened)).toEqual([at(9), at(4), at(2), at(1)]);
  expect(openingsOf(held, undefined)).toHaveLength(2);
  expect(openingsOf(portfolio(), history())).toEqual([]);
  expect(held.positions.map(({ opened }) => opened)).toEqual([at(4), at(1)]);
});

describe('a trade in units of today', () => {
  const splits = { A: { 3: 2, 1: 3 } };
  const prices = async (closedAgo: number, ticker = 'A') =>
    inUnitsOfToday(
      trade({ ticker, price: 60, closePrice: 90, opened: at(9), closed: at(closedAgo) }),
      await panelOf({ closes: { A: [60, 60, 30, 30, 10, 10] }, splits }),
    );

  test('is divided by the splits after it was closed, not by those before', async () => {
    expect(await prices(4)).toEqual({ price: 10, closePrice: 15 });
    expect(await prices(2)).toEqual({ price: 20, closePrice: 30 });
    expect(await prices(0)).toEqual({ price: 60, closePrice: 90 });
  });

  test('on the day of a split counts as it was after it', async () => {
    expect(await prices(1)).toEqual({ price: 60, closePrice: 90 });
    expect(await prices(3)).toEqual({ price: 20, closePrice: 30 });
  });

  test('of what is not listed stays as it is', async () => {
    expect(await prices(4, 'GONE')).toEqual({ price: 60, closePrice: 90 });
  });
});

test('the middle one is the upper of two, none of none, and does not depend on order', () => {
  expect(middleOf([])).toBeUndefined();
  expect(middleOf([7])).toBe(7);
  expect(middleOf([3, 1])).toBe(3);
  expect(middleOf([10, 9, 100])).toBe(10);
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
      const middle = middleOf(values) as number;
      expect(middleOf(values.toReversed())).toBe(middle);
      expect(values.filter((one) => one < middle).length).toBeLessThanOrEqual(values.length / 2);
      expect(values.filter((one) => one > middle).length).toBeLessThan(values.length / 2);
    }),
  );
});
