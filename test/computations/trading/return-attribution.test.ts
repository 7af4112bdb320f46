/** Alpha and betas by hand, and of bad input: a benchmark that is missing, and fits that are perfect. */
import { describe, expect, test } from 'vitest';
import type { History } from '../../../src/computations/trading/histories.ts';
import type { Position } from '../../../src/computations/trading/portfolios.ts';
import { type ReturnAttribution, returnAttribution } from '../../../src/computations/trading/return-attribution.ts';
import { runDay } from '../../../src/testing/index.ts';
import {
  at,
  history,
  panelOf,
  portfolio,
  position,
  type SmallMarket,
  TODAY,
  worthAfter,
} from '../../support/trading-world.ts';

/** Four series of sixty days that have nothing to do with each other, nor with a constant. */
const waveOf = (...signs: number[]): number[] =>
  Array.from({ length: 60 }, (_, day) => signs[day % signs.length] as number);
const MARKET = waveOf(1, -1, 1, -1).map((sign) => sign * 0.01);
const BEYOND = waveOf(1, -1, -1, 1).map((sign) => sign * 0.006);
const OWN = waveOf(1, 1, -1, -1).map((sign) => sign * 0.004);
const sumOf = (...series: readonly (readonly number[])[]): number[] =>
  MARKET.map((_, day) => series.reduce((sum, one) => sum + (one[day] as number), 0));
const times = (series: readonly number[], by: number): number[] => series.map((one) => one * by);
const always = (value: number): number[] => MARKET.map(() => value);

const WORLD: SmallMarket = { index: worthAfter(MARKET), closes: { A: worthAfter(sumOf(MARKET, BEYOND)) } };
const NOTHING = { alpha: null, marketBeta: null, sectorBeta: null, explained: null, pValue: null };

async function found(
  of: Partial<History> | undefined,
  positions: readonly Position[] = [],
  world = WORLD,
): Promise<ReturnAttribution> {
  const result = await runDay(returnAttribution, TODAY, {
    portfolio: [portfolio(positions)],
    history: of === undefined ? [] : [history(of)],
    panel: await panelOf(world),
  });
  return result['ann'] as ReturnAttribution;
}

test('a beta of 1.5 and an alpha of 0.0005 under noise of 0.004', async () => {
  const equity = worthAfter(sumOf(always(0.0005), times(MARKET, 1.5), OWN));
  const deviation = 0.004 * Math.sqrt(60 / 58);
  const result = await found({ equity });
  expect(result).toEqual({
    days: 60,
    alpha: { estimate: expect.closeTo(0.0005, 12), error: expect.closeTo(deviation / Math.sqrt(60), 12) },
    marketBeta: { estimate: expect.closeTo(1.5, 9), error: expect.closeTo(deviation / (0.01 * Math.sqrt(60)), 9) },
    sectorBeta: null,
    sector: null,
    // Variance of 0.015² explained, of 0.004² not.
    explained: expect.closeTo(0.015 ** 2 / (0.015 ** 2 + 0.004 ** 2), 9),
    // scipy.stats.t.sf(0.0005 / (0.004 * sqrt(60 / 58) / sqrt(60)), 58)
    pValue: expect.closeTo(0.1725309139833624, 9),
    verdict: 'chance',
  });
});

test('a sector of which the user has 0.8, beyond the market', async () => {
  const equity = worthAfter(sumOf(always(0.003), MARKET, times(BEYOND, 0.8), OWN));
  const result = await found({ equity }, [position()]);
  const deviation = 0.004 * Math.sqrt(60 / 57);
  expect(result).toMatchObject({
    sector: 'energy',
    alpha: { estimate: expect.closeTo(0.003, 12), error: expect.closeTo(deviation / Math.sqrt(60), 12) },
    marketBeta: { estimate: expect.closeTo(1, 9) },
    sectorBeta: { estimate: expect.closeTo(0.8, 9), error: expect.closeTo(deviation / (0.006 * Math.sqrt(60)), 9) },
    verdict: 'skill',
  });
  // scipy.stats.t.sf(0.003 / (0.004 * sqrt(60 / 57) / sqrt(60)), 57): far out, and not 0.
  expect((result.pValue as number) / 2.55150571014004e-7).toBeCloseTo(1, 6);
});

test('a p-value beyond sixteen digits is small, and not 0', async () => {
  const { pValue } = await found({ equity: worthAfter(sumOf(always(0.02), MARKET, OWN)) });
  // scipy.stats.t.sf(0.02 / (0.004 * sqrt(60 / 58) / sqrt(60)), 58)
  expect((pValue as number) / 4.912750562803663e-43).toBeCloseTo(1, 6);
});

test('who is as far below as others above has no skill, and a p-value near one', async () => {
  const equity = worthAfter(sumOf(always(-0.003), MARKET, OWN));
  expect(await found({ equity })).toMatchObject({ verdict: 'chance', pValue: expect.closeTo(1, 5) });
});

describe('too little', () => {
  const of = (returns: readonly number[]) => found({ equity: worthAfter(returns) });
  const all = sumOf(always(0.0005), MARKET, OWN);

  test('history says how little', async () => {
    const short = { ...NOTHING, sector: null, verdict: 'too-little-history' };
    expect(await found(undefined)).toEqual({ ...short, days: 0 });
    expect(await found({})).toEqual({ ...short, days: 0 });
    expect(await found({ equity: [1000] })).toEqual({ ...short, days: 0 });
    expect(await of(all.slice(-39))).toEqual({ ...short, days: 39 });
    expect(await of(all.slice(-40))).toMatchObject({ days: 40, verdict: 'chance' });
  });

  test('of the benchmark is too little too', async () => {
    const equity = worthAfter(all);
    const index = [...(WORLD.index as number[])] as (number | null)[];
    const some = await found({ equity }, [], { ...WORLD, index: index.with(7, null) });
    expect(some).toMatchObject({ days: 58, marketBeta: { estimate: expect.closeTo(1, 1) } });
    const never = await found({ equity }, [], { ...WORLD, index: index.map(() => null) });
    expect(never).toEqual({ ...NOTHING, days: 0, sector: null, verdict: 'too-little-history' });
    const late = await found({ equity }, [], { ...WORLD, index: index.fill(null, 0, 25) });
    expect(late).toMatchObject({ days: 35, verdict: 'too-little-history' });
  });

  test('of the sector leaves out its days', async () => {
    const closes = [...(WORLD.closes['A'] ?? [])].with(9, null);
    expect(await found({ equity: worthAfter(all) }, [position()], { ...WORLD, closes: { A: closes } })).toMatchObject({
      days: 58,
      sector: 'energy',
    });
  });

  test('is what is held that is not listed: then there is no sector', async () => {
    expect(await found({ equity: worthAfter(all) }, [position({ ticker: 'GONE' })])).toMatchObject({
      days: 60,
      sector: null,
      sectorBeta: null,
    });
  });
});

describe('nothing that varies', () => {
  const none = { ...NOTHING, verdict: 'too-little-history' };

  test('of the user: who had cash alone, and who had interest alone', async () => {
    expect(await found({ equity: always(500) })).toMatchObject({ ...none, days: 59 });
    const interest = Array.from({ length: 61 }, (_, day) => 500 * 1.0001 ** day);
    expect(await found({ equity: interest })).toMatchObject({ ...none, days: 60 });
  });

  test('of the market', async () => {
    const equity = worthAfter(OWN);
    expect(await found({ equity }, [], { ...WORLD, index: [...always(100), 100] })).toMatchObject(none);
  });

  test('beyond the market: a sector that is the market', async () => {
    const equity = worthAfter(sumOf(MARKET, OWN));
    const world = { ...WORLD, closes: { A: WORLD.index as number[] } };
    expect(await found({ equity }, [position()], world)).toMatchObject(none);
  });

  test.each([1, 2, 0.37])('but the market, times %d: rounding is no skill', async (beta) => {
    const index = Array.from({ length: 61 }, (_, day) => 2800 + 100 * Math.sin(day * day));
    const equity = index.reduce<number[]>(
      (worth, now, day) => [
        ...worth,
        day === 0 ? 1000 : (worth[day - 1] as number) * (1 + beta * (now / (index[day - 1] as number) - 1)),
      ],
      [],
    );
    expect(await found({ equity }, [], { closes: {}, index })).toMatchObject({ ...none, days: 60 });
  });
});

test('what is paid in is no alpha, and all in another currency is the same', async () => {
  const equity = worthAfter(sumOf(always(0.0005), MARKET, OWN));
  const plain = await found({ equity });
  const paid = equity.map((worth, day) => (day >= 20 ? worth * 4 : worth));
  const deposits = [{ minute: at(40), amount: 3 * (equity[20] as number) }];
  for (const other of [await found({ equity: paid, deposits }), await found({ equity: times(equity, 1e6) })]) {
    expect(other.pValue).toBeCloseTo(plain.pValue as number, 9);
    expect(other.alpha?.estimate).toBeCloseTo(plain.alpha?.estimate as number, 12);
  }
});

test('a day on which all was lost is a return', async () => {
  const equity = [...worthAfter(sumOf(always(0.003), MARKET, OWN)).slice(0, 60), 0];
  const result = await found({ equity });
  expect(result).toMatchObject({ days: 60, verdict: 'chance' });
  expect(result.alpha?.estimate).toBeLessThan(0);
});
