/** What the crowd and the smart hold, and where they stand apart: by hand, and of bad input. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cryptoDivergence, stockDivergence } from '../../../src/computations/trading/divergence.ts';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import {
  cryptoPositioning,
  type Positioning,
  SMART,
  stockPositioning,
} from '../../../src/computations/trading/positioning.ts';
import { scoreOf } from '../../../src/computations/trading/smart-money-score.ts';
import { runDay } from '../../../src/testing/index.ts';
import { panelOf, portfolio, position, type SmallMarket, TODAY } from '../../support/trading-world.ts';

const MARKET: SmallMarket = { closes: { A: [10], B: [20], COIN: [1] }, lines: { COIN: 'crypto' } };
const NOBODY = { smart: 0, crowd: 0, tickers: {} };

interface Holder {
  /** Of `smart-money-score`; left out, there is none. */
  readonly score?: number | null;
  readonly held: readonly Position[];
}

async function found(
  holders: readonly Holder[],
  market = MARKET,
  computation = stockPositioning,
): Promise<Positioning> {
  const named = holders.map((holder, at) => ({ ...holder, user: `u${String(at).padStart(4, '0')}` }));
  return runDay(computation, TODAY, {
    portfolio: named.map(({ user, held }) => portfolio(held, 5, user)),
    smart: Object.fromEntries(
      named.flatMap(({ user, score }) => (score === undefined ? [] : [[user, { ...scoreOf(undefined), score }]])),
    ),
    panel: await panelOf(market),
  });
}

const some = (ticker: string, units = 1, of: Partial<Position> = {}): Position => position({ ticker, units, ...of });

describe('positioning', () => {
  test('of one smart user and two others', async () => {
    const holders = [
      { score: SMART, held: [some('A', 3), some('B', 1), some('A', 2)] },
      { score: 49.9, held: [some('A', 2)] },
      { held: [some('B', 4), some('COIN', 999)] },
    ];
    expect(await found(holders)).toEqual({
      smart: 1,
      crowd: 2,
      tickers: {
        A: { smartHolders: 1, crowdHolders: 1, smartShare: 50 / 70, crowdShare: 0.2 },
        B: { smartHolders: 1, crowdHolders: 1, smartShare: 20 / 70, crowdShare: 0.8 },
      },
    });
    expect(await found(holders, MARKET, cryptoPositioning)).toEqual({
      smart: 0,
      crowd: 1,
      tickers: { COIN: { smartHolders: 0, crowdHolders: 1, smartShare: 0, crowdShare: 1 } },
    });
  });

  test('who has too little history, or no score at all, is of the crowd', async () => {
    expect(await found([{ score: null, held: [some('A')] }, { held: [some('A')] }])).toMatchObject({
      smart: 0,
      crowd: 2,
    });
  });

  test('of nobody, and of those who hold nothing', async () => {
    expect(await found([])).toEqual(NOBODY);
    expect(await found([{ held: [] }, { score: 90, held: [] }])).toEqual(NOBODY);
    const one = [{ held: [some('A')] }];
    expect(await found([...one, { held: [] }, { score: 99, held: [some('COIN')] }])).toEqual(await found(one));
  });

  test('what is not listed is left out, with those who hold nothing else', async () => {
    const market = { ...MARKET, unlisted: ['B'] };
    expect(await found([{ held: [some('B')] }, { held: [some('A'), some('B', 9)] }], market)).toEqual({
      smart: 0,
      crowd: 1,
      tickers: { A: { smartHolders: 0, crowdHolders: 1, smartShare: 0, crowdShare: 1 } },
    });
  });

  test('without a close today the last one counts; without any, what was paid', async () => {
    const market: SmallMarket = { closes: { A: [30, null], B: [null, null], C: [60, 60] }, splits: { A: { 0: 3 } } };
    // 1 at 30 / 3, 1 at the 10 that were paid, 1 at 60.
    const { tickers } = await found([{ held: [some('A'), some('B'), some('C')] }], market);
    expect(Object.values(tickers).map(({ crowdShare }) => crowdShare)).toEqual([0.125, 0.125, 0.75]);
  });

  test('at prices of nothing there are holders, and no shares; below, as much as above', async () => {
    expect(await found([{ held: [some('A')] }], { closes: { A: [0] } })).toEqual({
      smart: 0,
      crowd: 1,
      tickers: { A: { smartHolders: 0, crowdHolders: 1, smartShare: 0, crowdShare: 0 } },
    });
    const oil: SmallMarket = { closes: { CL: [-30], A: [10] } };
    const { tickers } = await found([{ held: [some('CL'), some('A')] }], oil);
    expect(tickers['CL']?.crowdShare).toBe(0.75);
  });

  test('shares add up to one, in whatever order and money; who holds nothing changes none', async () => {
    const positions = fc.array(
      fc.record({ ticker: fc.constantFrom('A', 'B', 'COIN'), units: fc.integer({ min: 1, max: 9_999 }) }).map(position),
      { maxLength: 5 },
    );
    const holders = fc.array(fc.record({ score: fc.constantFrom(null, 0, 49, 50, 100), held: positions }), {
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(holders, async (all) => {
        const one = await found(all);
        for (const side of ['smartShare', 'crowdShare'] as const) {
          const sum = Object.values(one.tickers).reduce((total, each) => total + each[side], 0);
          expect(sum === 0 || Math.abs(sum - 1) < 1e-12).toBe(true);
        }
        expect(await found([...all, { held: [] }, { score: 100, held: [] }])).toEqual(one);
        const turned = all.map(({ score, held }) => ({ score, held: held.toReversed() })).toReversed();
        const other = await found(turned, { ...MARKET, closes: { A: [80], B: [160], COIN: [8] } });
        expect(Object.keys(other.tickers)).toEqual(Object.keys(one.tickers));
        for (const [ticker, { crowdShare, ...counts }] of Object.entries(one.tickers)) {
          expect(other.tickers[ticker]).toMatchObject({ ...counts, smartShare: expect.closeTo(counts.smartShare, 12) });
          expect(other.tickers[ticker]?.crowdShare).toBeCloseTo(crowdShare, 12);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('divergence', () => {
  const of = (
    smart: number,
    crowd: number,
    tickers: Record<string, readonly [smart: number, crowd: number]>,
  ): Positioning => ({
    smart,
    crowd,
    tickers: Object.fromEntries(
      Object.entries(tickers).map(([ticker, [smartHolders, crowdHolders]]) => [
        ticker,
        {
          smartHolders,
          crowdHolders,
          smartShare: smart && smartHolders / smart / 2,
          crowdShare: crowd && crowdHolders / crowd / 4,
        },
      ]),
    ),
  });
  const apart = (positioning: Positioning) => runDay(stockDivergence, TODAY, { positioning });

  test('of 30 in 50 against 40 in 100', async () => {
    // 0.6 less 0.4, by sqrt(70/150 * 80/150 * (1/50 + 1/100)).
    const score = 0.2 / Math.sqrt((70 / 150) * (80 / 150) * 0.03);
    expect(await apart(of(50, 100, { A: [30, 40] }))).toEqual({
      A: { difference: expect.closeTo(0.3 - 0.1, 12), score: expect.closeTo(score, 12), stands: 'alike' },
    });
  });

  test('stands where chance would have it once in a thousand days, of all tickers together', async () => {
    // statsmodels 0.15.0, proportions_ztest([n, 50], [1000, 1000]): p is 0.00106 for 87, 0.00080 for 88, 0.000104 for 95, 0.000077 for 96.
    const scoreOfOne = async (smart: number, more: number): Promise<string | undefined> => {
      const others = Object.fromEntries(Array.from({ length: more }, (_, at) => [`B${at}`, [500, 500] as const]));
      return (await apart(of(1000, 1000, { A: [smart, 50], ...others })))['A']?.stands;
    };
    expect(await Promise.all([87, 88, 90].map((smart) => scoreOfOne(smart, 0)))).toEqual(['alike', 'bought', 'bought']);
    expect(await Promise.all([90, 95, 96].map((smart) => scoreOfOne(smart, 9)))).toEqual(['alike', 'alike', 'bought']);
    const avoided = await apart(of(1000, 1000, { A: [50, 90] }));
    expect(avoided['A']).toMatchObject({ stands: 'avoided' });
  });

  test('is not known where a side is empty, or all or nobody hold it', async () => {
    const unknown = { score: null, stands: 'alike' };
    expect((await apart(of(0, 100, { A: [0, 40] })))['A']).toMatchObject(unknown);
    expect((await apart(of(50, 0, { A: [30, 0] })))['A']).toMatchObject(unknown);
    expect((await apart(of(50, 100, { A: [50, 100] })))['A']).toMatchObject(unknown);
    expect((await apart(of(3, 7, { A: [3, 7] })))['A']).toMatchObject(unknown);
    expect(await apart(of(0, 0, {}))).toEqual({});
    expect(await runDay(cryptoDivergence, TODAY, { positioning: NOBODY })).toEqual({});
  });

  test('says in a line what it is of', async () => {
    const { headline } = stockDivergence;
    expect(headline?.(await apart(of(0, 0, {})))).toBe('smart users hold what the crowd does');
    expect(headline?.(await apart(of(1000, 1000, { A: [200, 50], B: [50, 90] })))).toBe('2 apart, A bought most');
    expect(stockPositioning.headline?.(NOBODY)).toBe('0 smart, 0 others');
    expect(stockPositioning.headline?.(of(50, 100, { A: [30, 40] }))).toBe('50 smart, 100 others, mostly A (10.0 %)');
  });
});
