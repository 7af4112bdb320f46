/** Returns of prices and of users. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOrdinal } from '../../../src/computations/trading/day-ordinal.ts';
import { simpleReturn, userReturns } from '../../../src/computations/trading/returns.ts';
import { at, tradingDay } from '../../support/trading-world.ts';

const daysBack = (count: number): number[] =>
  Array.from({ length: count }, (_, place) => dayOrdinal(tradingDay(count - 1 - place)));

describe('a return', () => {
  test('is what became of one unit of money', () => {
    expect(simpleReturn(80, 100)).toBe(0.25);
    expect(simpleReturn(100, 80)).toBeCloseTo(-0.2, 15);
  });

  // Oil of May 2020: 18.27 on 17 April, -37.63 on the 20th, 10.01 on the 21st.
  test.each<[number | null | undefined, number | null | undefined]>([
    [18.27, -37.63],
    [-37.63, 10.01],
    [0, 1],
    [1, 0],
    [null, 1],
    [1, undefined],
  ])('from %s to %s is none', (before, now) => {
    expect(simpleReturn(before, now)).toBeNull();
  });
});

describe('the returns of a user', () => {
  const returnsOf = (
    equity: (number | null)[],
    deposits: { minute: number; amount: number }[] = [],
    count = equity.length,
  ) => userReturns({ equity, deposits }, daysBack(count)).map((one) => one && Number(one.toFixed(12)));

  test('stand in the places of the days, the last one today', () => {
    expect(returnsOf([100, 110, 99])).toEqual([null, 0.1, -0.1]);
    expect(returnsOf([100, 110], [], 4)).toEqual([null, null, null, 0.1]);
    expect(returnsOf([50, 100, 110, 99], [], 2)).toEqual([null, -0.1]);
  });

  test('are none without history, with one day, and around a day that nobody knows', () => {
    expect(returnsOf([], [], 3)).toEqual([null, null, null]);
    expect(returnsOf([100], [], 3)).toEqual([null, null, null]);
    expect(returnsOf([100, null, 121, 133.1])).toEqual([null, null, null, 0.1]);
    expect(userReturns({ equity: [1, 2], deposits: [] }, [])).toEqual([]);
  });

  test('do not take what was paid in for a gain, nor what was paid out for a loss', () => {
    expect(returnsOf([100, 210], [{ minute: at(0), amount: 100 }])).toEqual([null, 0.1]);
    expect(returnsOf([100, 55], [{ minute: at(0), amount: -50 }])).toEqual([null, 0.05]);
    const twice = [
      { minute: at(0, 1), amount: 60 },
      { minute: at(0, 1439), amount: 40 },
    ];
    expect(returnsOf([100, 210], twice)).toEqual([null, 0.1]);
    expect(returnsOf([100, 0], [{ minute: at(0), amount: -100 }])).toEqual([null, 0]);
  });

  test('have what was paid in on a weekend on the Monday', () => {
    // Two trading days ago was a Friday: a day later is a Saturday.
    const saturday = { minute: at(2) + 1440, amount: 100 };
    expect(returnsOf([100, 100, 200, 200], [saturday])).toEqual([null, 0, 0, 0]);
    // What came before the first day is in it already; what comes after the last is not there yet.
    expect(returnsOf([100, 100], [{ minute: at(5), amount: 7 }])).toEqual([null, 0]);
    expect(returnsOf([100, 100], [{ minute: at(0) + 1440, amount: 7 }])).toEqual([null, 0]);
  });

  test('have a day on which all was lost, or more; nothing comes of nothing', () => {
    expect(returnsOf([100, 0, 0, 50, 55])).toEqual([null, -1, null, null, 0.1]);
    expect(returnsOf([100, -20, -10, 10])).toEqual([null, -1.2, null, null]);
  });

  /** The largest difference; infinite where one is none and the other is not. */
  const apart = (some: readonly (number | null)[], others: readonly (number | null)[]): number =>
    Math.max(
      ...some.map((one, at) =>
        one === null ? (others[at] === null ? 0 : Infinity) : Math.abs(one - (others[at] ?? Infinity)),
      ),
    );

  test('are the same in any currency, and whatever is paid in', () => {
    const amounts = fc.array(fc.integer({ min: 100, max: 10_000 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(amounts, fc.constantFrom(0.001, 3, 1e6), fc.nat(), (equity, rate, seed) => {
        const plain = returnsOf(equity);
        expect(apart(returnsOf(equity.map((one) => one * rate)), plain)).toBeLessThan(1e-11);
        // Somebody who pays in what it takes to double everything on a day, from then on has twice as much.
        const day = 1 + (seed % (equity.length - 1));
        const doubled = equity.map((one, place) => (place >= day ? one * 2 : one));
        const paid = [{ minute: at(equity.length - 1 - day), amount: equity[day] as number }];
        expect(apart(returnsOf(doubled, paid), plain)).toBeLessThan(1e-11);
      }),
    );
  });
});
