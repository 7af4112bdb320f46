/** The panel of prices: splits, gaps, prices of nothing and less, and what is listed. */
import { describe, expect, test } from 'vitest';
import { dayOrdinal } from '../../../src/computations/trading/day-ordinal.ts';
import { PANEL_DAYS, pricePanel, unitsSince } from '../../../src/computations/trading/price-panel.ts';
import type { Prices } from '../../../src/computations/trading/prices.ts';
import { runDay } from '../../../src/testing/index.ts';
import { listedIn, panelOf, pricesOf, TODAY, tradingDay } from '../../support/trading-world.ts';

test('three days of two shares of one sector, and one of another', async () => {
  const panel = await panelOf({
    index: [100, 110, 99],
    closes: { A: [10, 11, 11], B: [20, 20, 30], C: [1, 2, 1] },
    sectors: { C: 'health' },
  });
  expect(panel.days).toEqual([2, 1, 0].map((ago) => dayOrdinal(tradingDay(ago))));
  expect(panel.market).toEqual([null, expect.closeTo(0.1, 12), expect.closeTo(-0.1, 12)]);
  expect(panel.sectors).toEqual({
    energy: [null, expect.closeTo(0.05, 12), expect.closeTo(0.25, 12)],
    health: [null, 1, -0.5],
  });
  expect(panel.tickers['A']).toEqual({
    line: 'stocks',
    sector: 'energy',
    closes: [10, 11, 11],
    splits: [],
    risk: null,
    reward: null,
  });
});

test('has sixty trading days before today, and no more', async () => {
  const closes = Array.from({ length: 70 }, (_, day) => 100 + day);
  const panel = await panelOf({ closes: { A: closes } });
  expect(panel.days).toHaveLength(PANEL_DAYS + 1);
  expect(panel.tickers['A']?.closes).toEqual(closes.slice(-PANEL_DAYS - 1));
  expect(panel.market).toHaveLength(PANEL_DAYS + 1);
});

test('what it reads back holds sixty trading days, whatever holidays there were', () => {
  // Ten holidays a year, at most four of them within twelve weeks.
  const { past } = pricePanel.needs;
  const weekdays = Array.from({ length: 100 }, (_, ago) => tradingDay(ago)).filter(
    (day) => dayOrdinal(TODAY) - dayOrdinal(day) <= past.days,
  );
  expect(weekdays.length - 1 - PANEL_DAYS).toBeGreaterThanOrEqual(4);
});

describe('a split', () => {
  const splits = { A: { 1: 2 } };

  test('divides the closes before its day, and no return sees it', async () => {
    const panel = await panelOf({ closes: { A: [10, 12, 6, 9] }, splits });
    expect(panel.tickers['A']?.closes).toEqual([5, 6, 6, 9]);
    expect(panel.tickers['A']?.splits).toEqual([{ day: dayOrdinal(tradingDay(1)), units: 2 }]);
    expect(panel.sectors['energy']).toEqual([null, expect.closeTo(0.2, 12), 0, 0.5]);
  });

  test('of today, two of them, and one of ten into one', async () => {
    const today = await panelOf({ closes: { A: [10, 12, 6] }, splits: { A: { 0: 2 } } });
    expect(today.tickers['A']?.closes).toEqual([5, 6, 6]);
    const twice = await panelOf({ closes: { A: [12, 6, 2] }, splits: { A: { 1: 2, 0: 3 } } });
    expect(twice.tickers['A']?.closes).toEqual([2, 2, 2]);
    const reverse = await panelOf({ closes: { A: [1, 10] }, splits: { A: { 0: 0.1 } } });
    expect(reverse.tickers['A']?.closes).toEqual([10, 10]);
  });

  test('on a day without a close still counts', async () => {
    const panel = await panelOf({ closes: { A: [10, null, 5] }, splits });
    expect(panel.tickers['A']?.closes).toEqual([5, null, 5]);
  });

  test('of no unit is refused', async () => {
    await expect(panelOf({ closes: { A: [10, 5] }, splits: { A: { 0: 0 } } })).rejects.toThrow(
      'price-panel was given a wrong today.splits.A',
    );
  });

  test('multiplies units from the end of the day before', () => {
    const two = [
      { day: 5, units: 2 },
      { day: 8, units: 3 },
    ];
    expect([4, 5, 7, 8].map((day) => unitsSince(two, day))).toEqual([6, 3, 3, 1]);
  });
});

describe('risk and reward', () => {
  const closes = Array.from({ length: 21 }, (_, day) => 100 * 1.01 ** Math.ceil(day / 2) * 0.99 ** Math.floor(day / 2));

  test('are of twenty returns at least', async () => {
    const panel = await panelOf({ closes: { A: closes, B: [...closes.slice(0, 20), null] } });
    // Ten days of one percent up, ten of one down: 20 * 0.01² of 19 degrees of freedom.
    expect(panel.tickers['A']?.reward).toBeCloseTo(0, 12);
    expect(panel.tickers['A']?.risk).toBeCloseTo(0.01 * Math.sqrt(20 / 19), 12);
    expect(panel.tickers['B']).toMatchObject({ risk: null, reward: null });
  });

  test('leave out days around a gap and around prices of nothing', async () => {
    const missing = await panelOf({
      closes: { A: [...closes.slice(0, 10), null, ...closes.slice(10, 13), ...closes.slice(0, 12)] },
    });
    expect(missing.tickers['A']?.risk).toBeGreaterThan(0);
    const zero = await panelOf({ closes: { A: closes.with(10, 0) } });
    expect(zero.tickers['A']).toMatchObject({ risk: null, reward: null });
  });
});

describe('bad input', () => {
  test('oil below zero keeps its price, and has no return on that day nor the next', async () => {
    const panel = await panelOf({ closes: { CL: [18.27, -37.63, 10.01, 11.01] } });
    expect(panel.tickers['CL']?.closes).toEqual([18.27, -37.63, 10.01, 11.01]);
    expect(panel.sectors['energy']).toEqual([null, null, null, expect.closeTo(0.0999, 4)]);
  });

  test('a sector has the mean of those that were traded', async () => {
    const panel = await panelOf({ closes: { A: [10, 11, null], B: [10, null, 10], C: [null, null, 4] } });
    expect(panel.sectors['energy']).toEqual([null, expect.closeTo(0.1, 12), null]);
  });

  test('what is not listed any more is left out, and what was never traded is empty', async () => {
    const market = { closes: { A: [1, 2], GONE: [1, 2] }, unlisted: ['GONE'] };
    const panel = await panelOf(market);
    expect(Object.keys(panel.tickers)).toEqual(['A']);
    const listed = { ...listedIn(market), NEW: { line: 'stocks' as const, sector: 'health' } };
    const days = pricesOf(market);
    const today = days[1]?.value as Prices;
    const more = await runDay(pricePanel, TODAY, { today, past: days.slice(0, 1), listed });
    expect(more.tickers['NEW']).toEqual({
      line: 'stocks',
      sector: 'health',
      closes: [null, null],
      splits: [],
      risk: null,
      reward: null,
    });
    expect(more.sectors['health']).toEqual([null, null]);
  });

  test('a market without its index, always or on some days, has no returns there', async () => {
    const index = [100, null, 120, 126];
    const panel = await panelOf({ index, closes: { A: [1, 2, 3, 4] } });
    expect(panel.market).toEqual([null, null, null, expect.closeTo(0.05, 12)]);
    const without = await panelOf({ index: [null, null], closes: { A: [1, 2] } });
    expect(without.market).toEqual([null, null]);
  });

  test('the first day that there is, nothing listed, and nothing traded', async () => {
    const today = { index: 100, closes: {} };
    expect(await runDay(pricePanel, TODAY, { today, past: [], listed: {} })).toEqual({
      days: [dayOrdinal(TODAY)],
      market: [null],
      sectors: {},
      tickers: {},
    });
  });

  test('NaN is refused', async () => {
    await expect(panelOf({ closes: { A: [1, Number.NaN] } })).rejects.toThrow(
      'price-panel was given a wrong today.closes.A',
    );
  });
});
