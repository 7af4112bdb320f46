/** Herding by hand, as its authors define it; splits, rounding, and bad input. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cryptoHerding, type Herding, stockHerding } from '../../../src/computations/trading/herding.ts';
import type { Portfolio } from '../../../src/computations/trading/portfolios.ts';
import { runDay } from '../../../src/testing/index.ts';
import { panelOf, portfolio, position, type SmallMarket, TODAY } from '../../support/trading-world.ts';

const MARKET: SmallMarket = { closes: { A: [10, 10], B: [10, 10], COIN: [1, 1] }, lines: { COIN: 'crypto' } };

/** Units of each ticker yesterday and today, or of each of its positions; null: the user was not there. */
type Units = Readonly<Record<string, number | readonly number[]>>;
type Move = readonly [before: Units | null, today: Units | null];

const portfolioOf = (units: Units, user: string): Portfolio =>
  portfolio(
    Object.entries(units).flatMap(([ticker, held]) =>
      (typeof held === 'number' ? [held] : held).map((one) => position({ ticker, units: one })),
    ),
    0,
    user,
  );

async function found(moves: readonly Move[], market = MARKET, computation = stockHerding): Promise<Herding> {
  const side = (at: 0 | 1): Portfolio[] =>
    moves.flatMap((move, user) =>
      move[at] === null ? [] : [portfolioOf(move[at], `u${String(user).padStart(4, '0')}`)],
    );
  return runDay(computation, TODAY, { portfolio: { today: side(1), before: side(0) }, panel: await panelOf(market) });
}

const times = (count: number, move: Move): Move[] => Array.from({ length: count }, () => move);
const buys = (ticker: string): Move => [{}, { [ticker]: 1 }];
const sells = (ticker: string): Move => [{ [ticker]: 2 }, { [ticker]: 1 }];
const NOTHING = { buying: null, herding: null, tickers: {} };

test('six buy A and two sell it, two buy B and six sell it', async () => {
  const all = [...times(6, buys('A')), ...times(2, sells('A')), ...times(2, buys('B')), ...times(6, sells('B'))];
  // Lakonishok, Shleifer & Vishny (1992), equation 1: |B / (B + S) - p| - AF. p is 8 of 16. Of 8 coins |k / 8 - 1/2| is 1/2 twice in 256, 3/8 16 times, 1/4 56 times,
  // 1/8 112 times, 0 70 times: (2 * 4 + 16 * 3 + 56 * 2 + 112) / 8 / 256 = 35 / 256.
  const herding = expect.closeTo(1 / 4 - 35 / 256, 12) as number;
  expect(await found(all)).toEqual({
    buying: 0.5,
    herding,
    tickers: { A: { buyers: 6, sellers: 2, herding }, B: { buyers: 2, sellers: 6, herding } },
  });
});

test('fewer than five say nothing of their ticker, and count among all', async () => {
  const all = [...times(4, buys('A')), ...times(5, sells('B'))];
  const result = await found(all);
  expect(result.buying).toBeCloseTo(4 / 9, 12);
  expect(Object.keys(result.tickers)).toEqual(['B']);
  expect(await found(times(4, buys('A')))).toEqual({ ...NOTHING, buying: 1 });
});

test('who all buy everything do not herd more than everybody does', async () => {
  expect(await found(times(9, buys('A')))).toMatchObject({
    buying: 1,
    herding: 0,
    tickers: { A: { buyers: 9, herding: 0 } },
  });
});

test('each product line is looked at by itself', async () => {
  const all = [...times(5, buys('A')), ...times(6, sells('COIN'))];
  expect((await found(all)).tickers).toEqual({ A: { buyers: 5, sellers: 0, herding: 0 } });
  expect((await found(all, MARKET, cryptoHerding)).tickers).toEqual({ COIN: { buyers: 0, sellers: 6, herding: 0 } });
});

describe('is no trade', () => {
  test('what is held on, in other positions, in another order', async () => {
    expect(
      await found(
        times(5, [
          { A: 3, B: 1 },
          { A: 3, B: 1 },
        ]),
      ),
    ).toEqual(NOTHING);
    expect(await found(times(5, [{ A: [1, 2] }, { A: [2, 1] }]))).toEqual(NOTHING);
    expect(await found(times(5, [{ A: [0.1, 0.2] }, { A: 0.3 }]))).toEqual(NOTHING);
  });

  test('rounding, however much is held and in whatever order it is told', async () => {
    const parts = [0.001, 0.1, 1e8 / 3, 0.7, 1e8 / 7, 1e9 / 9];
    for (const [one, other] of [
      [parts, parts.toReversed()],
      [parts.toReversed(), parts],
    ] as const)
      expect(await found(times(5, [{ A: one }, { A: other }]))).toEqual(NOTHING);
  });

  test.each([2, 3, 7, 1.5, 0.1])('a split of one into %d', async (units) => {
    const market: SmallMarket = { closes: { A: [10 * units, 10] }, splits: { A: { 0: units } } };
    const move: Move = [{ A: [33, 0.7] }, { A: [33 * units, 0.7 * units] }];
    expect(await found(times(5, move), market)).toEqual(NOTHING);
    const more: Move = [{ A: 33 }, { A: 33 * units + 1 }];
    expect((await found(times(5, more), market)).tickers).toMatchObject({ A: { buyers: 5, sellers: 0 } });
  });

  test('a split of the day before, or of one before that', async () => {
    for (const ago of [1, 2]) {
      const market: SmallMarket = { closes: { A: [10, 10, 10, 10] }, splits: { A: { [ago]: 2 } } };
      expect(await found(times(5, [{ A: 4 }, { A: 4 }]), market)).toEqual(NOTHING);
    }
  });

  test('what is not listed', async () => {
    const market: SmallMarket = { closes: { A: [1, 1], GONE: [1, 1] }, unlisted: ['GONE'] };
    expect(await found(times(5, buys('GONE')), market)).toEqual(NOTHING);
  });

  test('anything of who was not there the day before, or is gone', async () => {
    expect(await found(times(5, [null, { A: 1 }]))).toEqual(NOTHING);
    expect(await found(times(5, [{ A: 1 }, null]))).toEqual(NOTHING);
    expect(await found([])).toEqual(NOTHING);
    expect(await found(times(5, [{}, {}]))).toEqual(NOTHING);
  });
});

test('the smallest holdings are bought and sold as the largest', async () => {
  const all = [...times(3, [{}, { COIN: 1e-10 }]), ...times(3, [{ COIN: 1e12 }, {}])] as Move[];
  expect((await found(all, MARKET, cryptoHerding)).tickers).toMatchObject({ COIN: { buyers: 3, sellers: 3 } });
});

test('a ticker without a close today is bought and sold as any other', async () => {
  expect((await found(times(5, buys('A')), { closes: { A: [10, null] } })).tickers).toMatchObject({ A: { buyers: 5 } });
});

test('the first day that there is has no splits to know of', async () => {
  expect((await found(times(5, buys('A')), { closes: { A: [10] } })).tickers).toMatchObject({ A: { buyers: 5 } });
});

test('buyers and sellers may change places; who holds still changes nothing', async () => {
  const moves = fc.array(fc.record({ A: fc.integer({ min: -1, max: 1 }), B: fc.integer({ min: -1, max: 1 }) }), {
    maxLength: 40,
  });
  const panelMoves = (all: readonly { A: number; B: number }[], sign: number): Move[] =>
    all.map(({ A, B }) => [
      { A: 5, B: 5 },
      { A: 5 + sign * A, B: 5 + sign * B },
    ]);
  await fc.assert(
    fc.asyncProperty(moves, async (all) => {
      const one = await found(panelMoves(all, 1));
      const other = await found(panelMoves(all, -1));
      expect(other.herding === null).toBe(one.herding === null);
      expect(other.herding ?? 0).toBeCloseTo(one.herding ?? 0, 12);
      expect((other.buying ?? 0.5) + (one.buying ?? 0.5)).toBeCloseTo(1, 12);
      expect(await found([...panelMoves(all, 1), ...times(3, [{ A: 5 }, { A: 5 }]), ...times(2, [{}, {}])])).toEqual(
        one,
      );
      expect((await found(panelMoves(all.toReversed(), 1))).tickers).toEqual(one.tickers);
    }),
    { numRuns: 25 },
  );
});

test('what is taken off for chance is the mean of all ways in which six may buy or sell', async () => {
  let sum = 0;
  for (let ways = 0; ways < 64; ways++) {
    const buyers = [0, 1, 2, 3, 4, 5].filter((bit) => (ways >> bit) % 2 === 1).length;
    sum += Math.abs(buyers / 6 - 0.5);
  }
  const all = [...times(3, buys('A')), ...times(3, sells('A'))];
  expect((await found(all)).tickers['A']?.herding).toBeCloseTo(-sum / 64, 12);
});
