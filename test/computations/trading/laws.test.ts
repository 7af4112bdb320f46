/**
 * What holds of all trading computations, on a hundred and fifty simulated people: they leave what they read as it is, they do not depend on the order in which trades and positions
 * are told, another currency changes money alone, and a split changes nothing.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Computation } from '../../../src/index.ts';
import { addDays } from '../../../src/values/date.ts';
import { dayOfMinute, dayOrdinal } from '../../../src/computations/trading/day-ordinal.ts';
import { cryptoDivergence, stockDivergence } from '../../../src/computations/trading/divergence.ts';
import { cryptoHerding, stockHerding } from '../../../src/computations/trading/herding.ts';
import type { History, Trade } from '../../../src/computations/trading/histories.ts';
import type { Portfolio, Position } from '../../../src/computations/trading/portfolios.ts';
import { cryptoPositioning, stockPositioning } from '../../../src/computations/trading/positioning.ts';
import { type PricePanel, pricePanel } from '../../../src/computations/trading/price-panel.ts';
import type { Instruments, Prices } from '../../../src/computations/trading/prices.ts';
import { simulatedInstruments, simulatedPrices } from '../../../src/computations/trading/simulation/rows.ts';
import { tradingBriefing, type TradingBriefing } from '../../../src/computations/trading/trading-briefing.ts';
import { runDay } from '../../../src/testing/index.ts';
import { bareLoop } from '../../support/bare-loop.ts';
import { differences } from '../../support/differences.ts';
import { PER_USER, TRADING_DAY } from '../../support/traders.ts';
import { simulatePerson } from '../../../src/computations/trading/simulation/person.ts';
import { placeOfDay, simulatedMarket } from '../../../src/computations/trading/simulation/market.ts';

const PEOPLE = 150;

/** One day as everything reads it. */
interface World {
  readonly prices: readonly { readonly date: string; readonly value: Prices }[];
  readonly today: readonly Portfolio[];
  readonly before: readonly Portfolio[];
  readonly histories: readonly History[];
}

type Results = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const [listed] = [...simulatedInstruments()] as [Instruments];
let plain: World;
let found: Results;

beforeAll(async () => {
  const market = simulatedMarket();
  const place = placeOfDay(market, TRADING_DAY);
  const people = Array.from({ length: PEOPLE }, (_, number) => simulatePerson(number, place, market));
  plain = {
    prices: market.days
      .filter((day) => day <= TRADING_DAY && day >= addDays(TRADING_DAY, -95))
      .map((date) => ({ date, value: [...simulatedPrices(date)][0] as Prices })),
    today: people.map(({ portfolio }) => portfolio),
    before: people.map((_, number) => simulatePerson(number, place - 1, market).portfolio),
    histories: people.map(({ history }) => history),
  };
  found = await look(plain);
});

const panelOf = ({ prices }: World): Promise<PricePanel> =>
  runDay(pricePanel, TRADING_DAY, {
    today: prices.at(-1)?.value as Prices,
    past: prices.slice(0, -1),
    listed,
  });

/** All that is found, by computation: of each user, and of the crowd. What is read is as it comes, or frozen. */
async function look(world: World, prepare: <T>(value: T) => T = (value) => value): Promise<Results> {
  const panel = prepare(await panelOf(world));
  const results: Record<string, Record<string, unknown>> = {};
  const each = bareLoop(PER_USER, { date: TRADING_DAY, whole: { [pricePanel.name]: panel } });
  const of: Record<string, unknown>[] = [];
  for (const [at, portfolio] of world.today.entries()) {
    const all = each(
      portfolio.user,
      prepare(portfolio),
      { histories: prepare(world.histories[at]) },
      prepare(world.before[at]),
    );
    of.push(prepare(all));
    for (const { name } of PER_USER) (results[name] ??= {})[portfolio.user] = all[name];
  }
  const whole: Record<string, unknown> = { [pricePanel.name]: panel };
  for (const computation of [stockPositioning, cryptoPositioning, stockHerding, cryptoHerding] as const)
    whole[computation.name] = prepare(reduced(computation, world, whole, of));
  for (const computation of [stockDivergence, cryptoDivergence])
    if (computation.work.shape === 'compute')
      whole[computation.name] = await computation.work.compute(inputsOf(computation, whole), { date: TRADING_DAY });
  whole[tradingBriefing.name] = reduced(tradingBriefing, world, whole, of);
  return { ...results, ...(whole as Results) };
}

/** What a computation reads of whole days, by its own names. */
const inputsOf = ({ needs }: Computation, whole: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(needs).flatMap(([key, need]) =>
      'of' in need && need.of.name in whole ? [[key, whole[need.of.name]]] : [],
    ),
  );

function reduced(
  computation: Computation,
  world: World,
  whole: Readonly<Record<string, unknown>>,
  of: readonly Record<string, unknown>[],
): unknown {
  const { needs, work } = computation;
  if (work.shape !== 'reduce') throw new Error(`${computation.name} does not reduce`);
  const inputs = inputsOf(computation, whole);
  const beside = Object.entries(needs).flatMap(([key, need]) =>
    need.kind === 'joined' ? [[key, need.of.name] as const] : [],
  );
  const tally = work.reduce.init({ date: TRADING_DAY, inputs });
  for (const [at, portfolio] of world.today.entries()) {
    const joined = Object.fromEntries(beside.map(([key, name]) => [key, of[at]?.[name]]));
    const context = {
      date: TRADING_DAY,
      id: portfolio.user,
      inputs: { ...inputs, ...joined },
      before: world.before[at],
    };
    work.reduce.add(tally, portfolio, context);
  }
  return work.reduce.finish(tally, { date: TRADING_DAY, inputs });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

test('the people have something to be looked at', () => {
  expect(Object.keys(found)).toHaveLength(PER_USER.length + 8);
  expect(plain.histories.flatMap(({ closed }) => closed).length).toBeGreaterThan(1_500);
  expect(plain.histories.flatMap(({ deposits }) => deposits).length).toBeGreaterThan(5);
});

describe('purity', () => {
  test('nothing that is read is changed: all of it frozen, the same comes out', async () => {
    expect(await look(plain, deepFreeze)).toEqual(found);
  });

  test('nothing is remembered: the same comes out once more, and of who comes alone', async () => {
    expect(await look(plain)).toEqual(found);
    const at = 17;
    const alone: World = {
      ...plain,
      today: plain.today.slice(at, at + 1),
      before: plain.before.slice(at, at + 1),
      histories: plain.histories.slice(at, at + 1),
    };
    const user = (plain.today[at] as Portfolio).user;
    const result = await look(alone);
    for (const { name } of PER_USER) expect(result[name]?.[user]).toEqual(found[name]?.[user]);
  });

  test('nothing of the clock or of chance', async () => {
    const [now, random] = [Date.now, Math.random];
    const refuse = (): never => {
      throw new Error('read the clock, or chance');
    };
    const world = { ...plain, today: plain.today.slice(0, 20) };
    const panel = await panelOf(world);
    const each = bareLoop(PER_USER, { date: TRADING_DAY, whole: { [pricePanel.name]: panel } });
    const names: string[] = [];
    Object.assign(Date, { now: refuse });
    Object.assign(Math, { random: refuse });
    try {
      for (const [at, portfolio] of world.today.entries())
        names.push(
          ...Object.keys(each(portfolio.user, portfolio, { histories: world.histories[at] }, world.before[at])),
        );
    } finally {
      Object.assign(Date, { now });
      Object.assign(Math, { random });
    }
    expect(new Set(names).size).toBe(PER_USER.length + 1);
  });
});

const turned = (one: Portfolio): Portfolio => ({ ...one, positions: one.positions.toReversed() });

test('trades, positions and deposits may be told in any order', async () => {
  const backwards = ({ user, closed, equity, deposits }: History): History => ({
    user,
    closed: closed.toReversed(),
    equity,
    deposits: deposits.toReversed(),
  });
  const world = {
    ...plain,
    today: plain.today.map(turned),
    before: plain.before.map(turned),
    histories: plain.histories.map(backwards),
  };
  expect(differences(await look(world), found)).toEqual([]);
});

/** A power of two, so that nothing is rounded. */
const RATE = 1024;
const MONEY = new Set(['realised', 'fees', 'unrealised', 'unrealisedChange', 'exposure', 'worth', 'closes']);

const inMoney = <T extends Position>(one: T): T => ({ ...one, price: one.price * RATE });
const portfolioIn = ({ user, cash, positions }: Portfolio): Portfolio => ({
  user,
  cash: cash * RATE,
  positions: positions.map(inMoney),
});
const tradeIn = (one: Trade): Trade => ({ ...inMoney(one), closePrice: one.closePrice * RATE, fees: one.fees * RATE });

/** A result with its money in the other currency. */
function resultIn(value: unknown, isMoney = false): unknown {
  if (typeof value === 'number') return isMoney ? value * RATE : value;
  if (Array.isArray(value)) return value.map((one) => resultIn(one, isMoney));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resultIn(one, MONEY.has(name))]));
}

test('in another currency money is another, and nothing else', async () => {
  const world: World = {
    prices: plain.prices.map(({ date, value }) => ({
      date,
      value: {
        ...value,
        closes: Object.fromEntries(Object.entries(value.closes).map(([ticker, close]) => [ticker, close * RATE])),
      },
    })),
    today: plain.today.map(portfolioIn),
    before: plain.before.map(portfolioIn),
    histories: plain.histories.map(({ user, closed, equity, deposits }) => ({
      user,
      closed: closed.map(tradeIn),
      equity: equity.map((one) => one && one * RATE),
      deposits: deposits.map(({ minute, amount }) => ({ minute, amount: amount * RATE })),
    })),
  };
  expect(await look(world)).toEqual(resultIn(found));
});

describe('a split of one into four, of everything', () => {
  const UNITS = 4;

  test.each([0, 1, 2, 30])('%d trading days ago changes nothing but units', async (ago) => {
    const place = plain.prices.length - 1 - ago;
    const date = plain.prices[place]?.date as string;
    const day = dayOrdinal(date);
    const after = <T extends Position>(one: T): T => ({ ...one, units: one.units * UNITS, price: one.price / UNITS });
    // The day's portfolios are after it, those of the day before only if it was before today.
    const splitPortfolio = (one: Portfolio): Portfolio => ({ ...one, positions: one.positions.map(after) });
    const splitTrade = (one: Trade): Trade =>
      dayOfMinute(one.closed) < day ? one : { ...after(one), closePrice: one.closePrice / UNITS };
    const world: World = {
      prices: plain.prices.map((one, at) => {
        if (at < place) return one;
        const closes = Object.fromEntries(
          Object.entries(one.value.closes).map(([ticker, close]) => [ticker, close / UNITS]),
        );
        const others = one.value.splits ?? {};
        const splits =
          at === place
            ? Object.fromEntries(Object.keys(closes).map((ticker) => [ticker, UNITS * (others[ticker] ?? 1)]))
            : others;
        return { date: one.date, value: { index: one.value.index, closes, splits } };
      }),
      today: plain.today.map(splitPortfolio),
      before: ago === 0 ? plain.before : plain.before.map(splitPortfolio),
      histories: plain.histories.map((one) => ({ ...one, closed: one.closed.map(splitTrade) })),
    };
    const { [pricePanel.name]: panel, ...results } = await look(world);
    const { [pricePanel.name]: asItWas, ...expected } = found;
    expect(results).toEqual(expected);
    expect(panel?.['sectors']).toEqual(asItWas?.['sectors']);
  });
});

test('who holds nothing changes nothing that the crowd does', async () => {
  const nobody: Portfolio = { user: 'sim-nobody', cash: 5, positions: [] };
  const world: World = {
    ...plain,
    today: [...plain.today, nobody],
    before: [...plain.before, nobody],
    histories: [...plain.histories, { user: nobody.user, closed: [], equity: [5], deposits: [] }],
  };
  const more = await look(world);
  for (const { name } of [
    stockPositioning,
    cryptoPositioning,
    stockHerding,
    cryptoHerding,
    stockDivergence,
    cryptoDivergence,
  ])
    expect(more[name]).toEqual(found[name]);
  const { users, labels, ...rest } = more[tradingBriefing.name] as unknown as TradingBriefing;
  const asItWas = found[tradingBriefing.name] as unknown as TradingBriefing;
  expect(asItWas).toMatchObject(rest);
  expect(users).toBe(PEOPLE + 1);
  expect(labels).toEqual({ ...asItWas.labels, unknown: (asItWas.labels.unknown ?? 0) + 1 });
});
