/** The last 60 trading days of everything that is traded, day by day side by side. */
import { z } from 'zod';
import { defineComputation, document, history, latest } from '../../index.ts';
import { addTo, emptyMoments, sampleDeviationOf } from '../statistics/moments.ts';
import { dayOrdinal } from './day-ordinal.ts';
import { instruments, Line, prices, type Prices } from './prices.ts';
import { simpleReturn } from './returns.ts';

/** Trading days before today. */
export const PANEL_DAYS = 60;
/** Calendar days that hold them: twelve weeks, and holidays. */
const DAYS_BACK = 95;
/** A mean of fewer returns says little. */
const MIN_RETURNS = 20;

const Series = z.array(z.number().nullable());

export const PricePanel = z.object({
  /** Trading days since 1970-01-01, ascending, today last; 61 at most. */
  days: z.array(z.number().int()),
  /** Returns of the index, by day; the first is null. */
  market: Series,
  /** Mean returns of the instruments of a sector, by day. */
  sectors: z.record(z.string(), Series),
  tickers: z.record(
    z.string(),
    z.object({
      line: Line,
      sector: z.string(),
      /** By day, in units of today; null where it was not traded. */
      closes: Series,
      /** Its splits within these days: one unit became so many at the beginning of the day. */
      splits: z.array(z.object({ day: z.number().int(), units: z.number().positive() })),
      /** Standard deviation and mean of its daily returns; null for fewer than 20. */
      risk: z.number().nonnegative().nullable(),
      reward: z.number().nullable(),
    }),
  ),
});
export type PricePanel = z.infer<typeof PricePanel>;

/**
 * What the computations of a day share: prices read once, adjusted for splits, rather than once a user. An instrument that is no longer
 * listed in `instruments` is left out.
 */
export const pricePanel = defineComputation({
  name: 'price-panel',
  category: 'prices',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['price'],
  description: 'Sixty trading days of closes, adjusted for splits, with returns of market and sectors',
  needs: { today: document(prices), past: history(prices, DAYS_BACK), listed: latest(instruments) },
  output: PricePanel,
  headline: ({ days, tickers }) => `${Object.keys(tickers).length} instruments over ${days.length} days`,
  compute: ({ today, past, listed }, { date }) => {
    const dated = [...past.slice(-PANEL_DAYS), { date, value: today }];
    const days = dated.map(({ date }) => dayOrdinal(date));
    const all = dated.map(({ value }) => value);
    const tickers = Object.fromEntries(
      Object.entries(listed).map(([ticker, { line, sector }]) => [
        ticker,
        { line, sector, ...seriesOf(ticker, all, days) },
      ]),
    );
    const sectors = [...new Set(Object.values(tickers).map(({ sector }) => sector))].sort();
    return {
      days,
      market: changes(all.map(({ index }) => index)),
      sectors: Object.fromEntries(
        sectors.map((sector) => [
          sector,
          meanOf(
            Object.values(tickers).flatMap((one) => (one.sector === sector ? [changes(one.closes)] : [])),
            days.length,
          ),
        ]),
      ),
      tickers,
    };
  },
});

function seriesOf(ticker: string, all: readonly Prices[], days: readonly number[]) {
  const splits = all.flatMap(({ splits }, place) => {
    const units = splits?.[ticker];
    return units === undefined ? [] : [{ day: days[place] as number, units }];
  });
  const closes = all.map(({ closes }, place) => {
    const close = closes[ticker];
    return close === undefined ? null : close / unitsSince(splits, days[place] as number);
  });
  const moments = emptyMoments();
  for (const change of changes(closes)) if (change !== null) addTo(moments, change);
  const isEnough = moments.count >= MIN_RETURNS;
  const risk = isEnough ? (sampleDeviationOf(moments) ?? null) : null;
  return { closes, splits, risk, reward: isEnough ? moments.mean : null };
}

/** Units of today that one unit of the end of `day` is. */
export const unitsSince = (splits: readonly { readonly day: number; readonly units: number }[], day: number): number =>
  splits.reduce((product, split) => (split.day > day ? product * split.units : product), 1);

const changes = (series: readonly (number | null)[]): (number | null)[] =>
  series.map((now, place) => (place === 0 ? null : simpleReturn(series[place - 1], now)));

const meanOf = (all: readonly (readonly (number | null)[])[], length: number): (number | null)[] =>
  Array.from({ length }, (_, place) => {
    const moments = emptyMoments();
    for (const series of all) {
      const value = series[place];
      if (value != null) addTo(moments, value);
    }
    return moments.count === 0 ? null : moments.mean;
  });
