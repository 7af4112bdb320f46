/** The simulated sample: the same whenever it is asked, and one day follows from the other. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { History } from '../../../src/computations/trading/histories.ts';
import { Portfolio } from '../../../src/computations/trading/portfolios.ts';
import { Instruments, Prices } from '../../../src/computations/trading/prices.ts';
import { BEHAVIOURS, HABITS } from '../../../src/computations/trading/simulation/behaviour.ts';
import { placeOfDay, simulatedMarket } from '../../../src/computations/trading/simulation/market.ts';
import { behaviourOf, simulatePerson, userOf } from '../../../src/computations/trading/simulation/person.ts';
import {
  simulatedHistories,
  simulatedInstruments,
  simulatedPortfolios,
  simulatedPrices,
} from '../../../src/computations/trading/simulation/rows.ts';
import { SAMPLE_FIRST } from '../../../src/computations/trading/simulation/sample.ts';

const market = simulatedMarket();
const FRIDAY = placeOfDay(market, '2019-03-29');
const PEOPLE = 300;

describe('the market', () => {
  test('has the closes of the real index', () => {
    const rows = readFileSync('node_modules/vega-datasets/data/sp500-2000.csv', 'utf8').split('\n');
    const real = rows.find((row) => row.startsWith('2019-03-29'))?.split(',')[4];
    expect([...simulatedPrices('2019-03-29')][0]?.index).toBe(Number(real));
  });

  test('has a week with sixty trading days before it', () => {
    expect(placeOfDay(market, SAMPLE_FIRST)).toBeGreaterThanOrEqual(60);
    expect(market.days.slice(placeOfDay(market, SAMPLE_FIRST), FRIDAY + 1)).toHaveLength(5);
    expect([...simulatedPrices('2019-03-30')]).toEqual([]);
    expect([...simulatedPortfolios('2019-03-30')]).toEqual([]);
  });

  test('falls to a half by a split of two for one, and to nothing else', () => {
    const closes = (day: string): Prices => Prices.parse([...simulatedPrices(day)][0]);
    expect(closes('2019-03-27').splits).toEqual({ TEC2: 2 });
    const [before, after] = [closes('2019-03-26').closes['TEC2'] ?? 0, closes('2019-03-27').closes['TEC2'] ?? 0];
    expect(after / before).toBeGreaterThan(0.42);
    expect(after / before).toBeLessThan(0.58);
    const listed = Instruments.parse([...simulatedInstruments()][0]);
    expect(Object.values(listed).filter(({ line }) => line === 'crypto')).toHaveLength(8);
  });
});

describe('a person', () => {
  test('is the same whenever it is asked, and fits the schemas', () => {
    const [first] = simulatedPortfolios('2019-03-29');
    const [history] = simulatedHistories('2019-03-29');
    const person = simulatePerson(0, FRIDAY, market);
    expect(first).toEqual(person.portfolio);
    expect(history).toEqual(person.history);
    expect(Portfolio.parse(first)).toEqual(first);
    expect(History.parse(history)).toEqual(history);
    expect(person.history.equity).toHaveLength(61);
  });

  test('goes on the next day from where it was', () => {
    for (let number = 0; number < PEOPLE; number++) {
      const before = simulatePerson(number, FRIDAY - 1, market);
      const after = simulatePerson(number, FRIDAY, market);
      expect(after.history.equity.slice(0, -1)).toEqual(before.history.equity.slice(1));
      const today = (market.minutes[FRIDAY] as number) - 1;
      const kept = after.history.closed.filter(({ closed }) => closed < today);
      expect(before.history.closed.slice(-kept.length || before.history.closed.length)).toEqual(kept);
    }
  });

  test('is worth its cash and its positions; no money is made of nothing', () => {
    for (let number = 0; number < PEOPLE; number++) {
      const { portfolio, history } = simulatePerson(number, FRIDAY, market);
      const worth = portfolio.positions.reduce((sum, { ticker, units, price, leverage }) => {
        const at = market.instruments.findIndex((instrument) => instrument.ticker === ticker);
        return sum + units * (price / leverage + (market.closes[at]?.[FRIDAY] as number) - price);
      }, portfolio.cash);
      expect(history.equity.at(-1)).toBeCloseTo(worth, 1);
      expect(portfolio.cash).toBeGreaterThan(-0.02);
      for (const { opened, closed } of history.closed) expect(closed).toBeGreaterThan(opened);
    }
  });

  test('comes in the order of names, of each kind as often as is said', () => {
    expect(userOf(9) < userOf(10) && userOf(99_999) < userOf(100_000)).toBe(true);
    const count = 20_000;
    const kinds = Map.groupBy(
      Array.from({ length: count }, (_, number) => behaviourOf(number)),
      (kind) => kind,
    );
    for (const kind of BEHAVIOURS) {
      const { frequency } = HABITS[kind];
      const spread = Math.sqrt((frequency * (1 - frequency)) / count);
      expect(Math.abs((kinds.get(kind)?.length ?? 0) / count - frequency)).toBeLessThan(4 * spread);
    }
    expect(BEHAVIOURS.reduce((sum, kind) => sum + HABITS[kind].frequency, 0)).toBeCloseTo(1, 9);
  });
});
