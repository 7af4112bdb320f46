/** A small market and its people, for tests that say only what they are about. Days are counted back from the last: 0 is today. */
import { dayOrdinal, MINUTES_A_DAY } from '../../src/computations/trading/day-ordinal.ts';
import type { History, Trade } from '../../src/computations/trading/histories.ts';
import type { Portfolio, Position } from '../../src/computations/trading/portfolios.ts';
import { type PricePanel, pricePanel } from '../../src/computations/trading/price-panel.ts';
import type { Instruments, Line, Prices } from '../../src/computations/trading/prices.ts';
import { runDay } from '../../src/testing/index.ts';
import { addDays } from '../../src/values/date.ts';

/** A Tuesday: yesterday was one, two days ago was a Friday. Oil closed below zero the day before. */
export const TODAY = '2020-04-21';

/** The weekday so many weekdays ago. */
export function tradingDay(ago: number): string {
  let day: string = TODAY;
  for (let left = ago; left > 0; left--) {
    do day = addDays(day, -1);
    while (isWeekend(day));
  }
  return day;
}

const isWeekend = (day: string): boolean => [0, 6].includes(new Date(day).getUTCDay());

/** A minute of a trading day, in minutes since 1970. */
export const at = (ago: number, minute = 900): number => dayOrdinal(tradingDay(ago)) * MINUTES_A_DAY + minute;

export interface SmallMarket {
  /** By ticker and day, today last; all as long. */
  readonly closes: Readonly<Record<string, readonly (number | null)[]>>;
  /** 100 every day, unless it is given. */
  readonly index?: readonly (number | null)[];
  /** By ticker and days ago. */
  readonly splits?: Readonly<Record<string, Readonly<Record<number, number>>>>;
  /** 'energy', unless it is given. */
  readonly sectors?: Readonly<Record<string, string>>;
  /** 'stocks', unless it is given. */
  readonly lines?: Readonly<Record<string, Line>>;
  /** Tickers that have closes and are not listed. */
  readonly unlisted?: readonly string[];
}

/** Prices of each day, oldest first. */
export function pricesOf({ closes, index, splits = {} }: SmallMarket): { date: string; value: Prices }[] {
  const days = Math.max(index?.length ?? 0, ...Object.values(closes).map((series) => series.length));
  return Array.from({ length: days }, (_, place) => {
    const ago = days - 1 - place;
    const today = Object.entries(closes).flatMap(([ticker, series]) => {
      const close = series[place];
      return close == null ? [] : [[ticker, close] as const];
    });
    const split = Object.entries(splits).flatMap(([ticker, units]) =>
      units[ago] === undefined ? [] : [[ticker, units[ago]] as const],
    );
    return {
      date: tradingDay(ago),
      value: {
        index: index === undefined ? 100 : (index[place] ?? null),
        closes: Object.fromEntries(today),
        ...(split.length === 0 ? {} : { splits: Object.fromEntries(split) }),
      },
    };
  });
}

export const listedIn = ({ closes, sectors = {}, lines = {}, unlisted = [] }: SmallMarket): Instruments =>
  Object.fromEntries(
    Object.keys(closes)
      .filter((ticker) => !unlisted.includes(ticker))
      .map((ticker) => [ticker, { line: lines[ticker] ?? 'stocks', sector: sectors[ticker] ?? 'energy' }]),
  );

export function panelOf(market: SmallMarket): Promise<PricePanel> {
  const days = pricesOf(market);
  const today = days.at(-1)?.value as Prices;
  return runDay(pricePanel, TODAY, { today, past: days.slice(0, -1), listed: listedIn(market) });
}

/** One unit of A, bought a week ago at 10. */
export const position = (of: Partial<Position> = {}): Position => ({
  ticker: 'A',
  units: 1,
  price: 10,
  leverage: 1,
  opened: at(5),
  ...of,
});

/** One unit of A, bought a week ago and sold yesterday, both at 10. */
export const trade = (of: Partial<Trade> = {}): Trade => ({
  ...position(),
  closed: at(1),
  closePrice: 10,
  fees: 0,
  ...of,
});

export const portfolio = (positions: readonly Position[] = [], cash = 0, user = 'ann'): Portfolio => ({
  user,
  cash,
  positions: [...positions],
});

export const history = (of: Partial<History> = {}): History => ({
  user: 'ann',
  closed: [],
  equity: [],
  deposits: [],
  ...of,
});

/** What somebody is worth at the end of each day, with these returns. */
export function worthAfter(returns: readonly number[], first = 1000): number[] {
  const all = [first];
  for (const one of returns) all.push((all.at(-1) as number) * (1 + one));
  return all;
}
