/**
 * Simulated people and their market as plain rows, for oracles: raw closes and splits, positions of the day and the one before, trades, equity.
 * `node test/support/trading-rows.ts FILE PEOPLE` writes down what test/fixtures/trading-oracle.py is asked about.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dayOrdinal } from '../../src/computations/trading/day-ordinal.ts';
import type { Portfolio } from '../../src/computations/trading/portfolios.ts';
import type { History } from '../../src/computations/trading/histories.ts';
import { placeOfDay, simulatedMarket } from '../../src/computations/trading/simulation/market.ts';
import { simulatedInstruments, simulatedPrices } from '../../src/computations/trading/simulation/rows.ts';
import { simulatePerson } from '../../src/computations/trading/simulation/person.ts';

/** The day of a split, with another one within the sixty days before it. */
export const SPLIT_DAY = '2019-03-27';

export interface Crowd {
  readonly today: readonly Portfolio[];
  readonly before: readonly Portfolio[];
  readonly histories: readonly History[];
}

export function crowdOf(count: number): Crowd {
  const market = simulatedMarket();
  const day = placeOfDay(market, SPLIT_DAY);
  const numbers = Array.from({ length: count }, (_, number) => number);
  const people = numbers.map((number) => simulatePerson(number, day, market));
  return {
    today: people.map(({ portfolio }) => portfolio),
    before: numbers.map((number) => simulatePerson(number, day - 1, market).portfolio),
    histories: people.map(({ history }) => history),
  };
}

/** Rows by the names of their tables. */
export function tablesOf({ today, before, histories }: Crowd): Readonly<Record<string, readonly object[]>> {
  const market = simulatedMarket();
  const last = placeOfDay(market, SPLIT_DAY);
  const days = market.days.slice(last - 60, last + 1);
  return {
    days: days.map((day, place) => ({ place, day: dayOrdinal(day), index: market.index[last - 60 + place] })),
    listed: market.instruments.map(({ ticker, line, sector }) => ({ ticker, line, sector })),
    closes: market.instruments.flatMap(({ ticker }, at) =>
      days.map((day, place) => ({ ticker, day: dayOrdinal(day), close: market.closes[at]?.[last - 60 + place] })),
    ),
    splits: market.instruments.flatMap(({ ticker, splits }) =>
      Object.entries(splits).map(([day, units]) => ({ ticker, day: dayOrdinal(day), units })),
    ),
    users: today.map(({ user, cash }) => ({ user, cash })),
    positions: [...today.map((one) => [0, one] as const), ...before.map((one) => [1, one] as const)].flatMap(
      ([ago, { user, positions }]) => positions.map((position) => ({ user, ago, ...position })),
    ),
    trades: histories.flatMap(({ user, closed }) => closed.map((trade) => ({ user, ...trade }))),
    equity: histories.flatMap(({ user, equity }) => equity.map((worth, place) => ({ user, place, worth }))),
    deposits: histories.flatMap(({ user, deposits }) => deposits.map((deposit) => ({ user, ...deposit }))),
  };
}

export function writeRows(folder: string, crowd: Crowd): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, rows] of Object.entries(tablesOf(crowd)))
    writeFileSync(join(folder, `${name}.ndjson`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** The same people as they are stored, with all that the day reads: for an oracle that is not asked again each time. */
const asStored = (count: number): object => {
  const market = simulatedMarket();
  const last = placeOfDay(market, SPLIT_DAY);
  const { today, histories } = crowdOf(count);
  const prices = market.days.slice(last - 60, last + 1).map((date) => ({ date, value: [...simulatedPrices(date)][0] }));
  return { prices, listed: [...simulatedInstruments()][0], portfolios: today, histories };
};

if (import.meta.main) {
  const [file = '', count = '100'] = process.argv.slice(2);
  writeFileSync(file, gzipSync(JSON.stringify(asStored(Number(count)))));
}
