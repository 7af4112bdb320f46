/** The day in a few lines: counts, who is up, favourites, and a day without anybody. */
import { describe, expect, test } from 'vitest';
import type { Herding } from '../../../src/computations/trading/herding.ts';
import type { Positioning } from '../../../src/computations/trading/positioning.ts';
import { tradingBriefing } from '../../../src/computations/trading/trading-briefing.ts';
import type { UserClass } from '../../../src/computations/trading/user-classifier.ts';
import { runDay } from '../../../src/testing/index.ts';
import { portfolio, TODAY } from '../../support/trading-world.ts';

interface User {
  readonly label?: UserClass['label'];
  readonly realised?: number;
  readonly unrealised?: number;
}

const herdingOf = (herding: number | null): Herding => ({
  buying: herding === null ? null : 0.5,
  herding,
  tickers: {},
});
const positioningOf = (holders: Readonly<Record<string, readonly [smart: number, crowd: number]>>): Positioning => ({
  smart: 1,
  crowd: 1,
  tickers: Object.fromEntries(
    Object.entries(holders).map(([ticker, [smartHolders, crowdHolders]]) => [
      ticker,
      { smartHolders, crowdHolders, smartShare: 0, crowdShare: 0 },
    ]),
  ),
});

function found(users: readonly User[], stocks = positioningOf({}), crypto = positioningOf({})) {
  const named = users.map((user, at) => ({ ...user, name: `u${at}` }));
  return runDay(tradingBriefing, TODAY, {
    portfolio: named.map(({ name }) => portfolio([], 0, name)),
    user: Object.fromEntries(
      named.flatMap(({ name, label }) => (label === undefined ? [] : [[name, { label, traits: [], score: null }]])),
    ),
    result: Object.fromEntries(
      named.flatMap(({ name, realised = 0, unrealised }) =>
        unrealised === undefined ? [] : [[name, { realised, fees: 0, unrealised, unrealisedChange: null, stale: 0 }]],
      ),
    ),
    stocks,
    crypto,
    stockHerding: herdingOf(0.04),
    cryptoHerding: herdingOf(null),
  });
}

test('five users: two plain, one skilled, two of whom nothing is known', async () => {
  const users: User[] = [
    { label: 'plain', realised: 5, unrealised: 2 },
    { label: 'plain', realised: -2, unrealised: -1 },
    { label: 'skilled', realised: 0.5, unrealised: 3 },
    { label: 'unknown', realised: 0, unrealised: 0 },
    {},
  ];
  const stocks = positioningOf({ A: [1, 4], B: [5, 0], C: [6, 1] });
  const result = await found(users, stocks, positioningOf({ COIN: [0, 1] }));
  expect(result).toEqual({
    users: 5,
    labels: { plain: 2, skilled: 1, unknown: 2 },
    realised: 3.5,
    winning: 2 / 3,
    favourites: { stocks: 'C', crypto: 'COIN' },
    herding: { stocks: 0.04, crypto: null },
  });
  expect(tradingBriefing.headline?.(result)).toBe('5 users, 1 skilled, 4 realised');
});

describe('bad input', () => {
  test('nobody, and nobody who holds anything', async () => {
    const nothing = { labels: {}, realised: 0, winning: null, favourites: { stocks: null, crypto: null } };
    const empty = await found([]);
    expect(empty).toMatchObject({ ...nothing, users: 0 });
    expect(tradingBriefing.headline?.(empty)).toBe('0 users, 0 skilled, 0 realised');
    expect(await found([{ unrealised: 0 }])).toMatchObject({ ...nothing, users: 1, labels: { unknown: 1 } });
  });

  test('of favourites that are equal the first by name', async () => {
    expect((await found([], positioningOf({ B: [1, 1], A: [2, 0], C: [0, 2] }))).favourites.stocks).toBe('A');
  });
});
