/**
 * The market of the sample. Its index is real: closes of the S&P 500 as vega-datasets publishes them. Everything else is SIMULATED on it: shares
 * that follow the index, their sector and chance, and coins that mostly follow each other.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../statistics/seeded-random.ts';
import { dayOrdinal, MINUTES_A_DAY } from '../day-ordinal.ts';

export interface SimulatedMarket {
  /** Trading days, ascending, as YYYY-MM-DD. */
  readonly days: readonly string[];
  readonly instruments: readonly SimulatedInstrument[];
  /** Closes of the real index, by day. */
  readonly index: Float64Array;
  /** Of each instrument: closes as they were traded, by day. */
  readonly closes: readonly Float64Array[];
  /** Of each instrument: the closes as if its splits had always been. What people simulated here decide by. */
  readonly adjusted: readonly Float64Array[];
  /** The minute since 1970 at which each day begins. */
  readonly minutes: Float64Array;
  /** Splits of each day: instruments by their places. */
  readonly splits: readonly (readonly { readonly instrument: number; readonly units: number }[])[];
  /** Of each instrument: what is its own in the day's logarithmic return, without index and sector. */
  readonly own: readonly Float64Array[];
}

export interface SimulatedInstrument {
  readonly ticker: string;
  readonly line: 'stocks' | 'crypto';
  readonly sector: string;
  /** To the index, of the logarithmic return. */
  readonly beta: number;
  /** Units that one becomes, by the day on which it does. */
  readonly splits: Readonly<Record<string, number>>;
}

/** The first day that there is: with the 60 days before the sample's week. */
export const SIMULATION_FIRST = '2018-12-03';
const SIMULATION_LAST = '2019-06-28';

const SECTORS = ['technology', 'health', 'energy', 'finance', 'consumer', 'industry'] as const;
const SHARES_A_SECTOR = 4;
const COINS = 8;

/** Standard deviations of a day's logarithmic returns, of the size that daily data of shares and coins have. */
const SECTOR_DEVIATION = 0.006;
const SHARE_DEVIATION = 0.014;
const COIN_FACTOR_DEVIATION = 0.03;
const COIN_DEVIATION = 0.022;
const COIN_BETA = 0.3;

const SPLITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  TEC2: { '2019-03-27': 2 },
  HEA1: { '2019-02-13': 3 },
};

let made: SimulatedMarket | undefined;

/** The same on every machine: it follows from the index and from fixed seeds. */
export const simulatedMarket = (): SimulatedMarket => (made ??= makeMarket());

function makeMarket(): SimulatedMarket {
  const { days, index } = readIndex();
  const instruments = allInstruments();
  const factors = new Map(
    [...SECTORS, 'crypto'].map((sector) => [
      sector,
      normals(days.length, sector === 'crypto' ? COIN_FACTOR_DEVIATION : SECTOR_DEVIATION, 'sector', sector),
    ]),
  );
  const own = instruments.map(({ ticker, line }) =>
    normals(days.length, line === 'crypto' ? COIN_DEVIATION : SHARE_DEVIATION, 'own', ticker),
  );
  const adjusted = instruments.map(({ ticker, sector, beta }, at) => {
    const closes = new Float64Array(days.length);
    let logarithm = Math.log(20 + 180 * seededRandom('first close', ticker).uniform());
    for (let day = 0; day < days.length; day++) {
      const market = day === 0 ? 0 : Math.log((index[day] as number) / (index[day - 1] as number));
      logarithm += beta * market + (factors.get(sector)?.[day] ?? 0) + (own[at]?.[day] ?? 0);
      closes[day] = Math.exp(logarithm);
    }
    return closes;
  });
  const closes = instruments.map(({ splits }, at) =>
    Float64Array.from(adjusted[at] ?? [], (close, day) => cents(close * unitsToCome(splits, days[day] as string))),
  );
  const minutes = Float64Array.from(days, (day) => dayOrdinal(day) * MINUTES_A_DAY);
  const splits = days.map((day) =>
    instruments.flatMap(({ splits }, instrument) => (splits[day] ? [{ instrument, units: splits[day] }] : [])),
  );
  return { days, instruments, index, closes, adjusted, minutes, splits, own };
}

/** What one unit of the day becomes by splits after it. */
export const unitsToCome = (splits: Readonly<Record<string, number>>, day: string): number =>
  Object.entries(splits).reduce((product, [date, units]) => (date > day ? product * units : product), 1);

const cents = (money: number): number => Math.round(money * 100) / 100;

function allInstruments(): SimulatedInstrument[] {
  const shares = SECTORS.flatMap((sector) =>
    Array.from({ length: SHARES_A_SECTOR }, (_, at) => {
      const ticker = `${sector.slice(0, 3).toUpperCase()}${at + 1}`;
      return { ticker, line: 'stocks', sector, beta: 0.6 + 0.3 * at, splits: SPLITS[ticker] ?? {} } as const;
    }),
  );
  const coins = Array.from(
    { length: COINS },
    (_, at) => ({ ticker: `COIN${at + 1}`, line: 'crypto', sector: 'crypto', beta: COIN_BETA, splits: {} }) as const,
  );
  return [...shares, ...coins];
}

function normals(count: number, deviation: number, ...seeds: readonly string[]): Float64Array {
  const random = seededRandom(...seeds);
  return Float64Array.from({ length: count }, () => deviation * random.normal());
}

function readIndex(): { days: string[]; index: Float64Array } {
  const file = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data/sp500-2000.csv');
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([date = '']) => date >= SIMULATION_FIRST && date <= SIMULATION_LAST);
  return {
    days: rows.map(([date = '']) => date),
    index: Float64Array.from(rows, (row) => Number(row[4])),
  };
}

/** The place of a trading day among all; -1 when it is none. */
export const placeOfDay = (market: SimulatedMarket, day: string): number => market.days.indexOf(day);
