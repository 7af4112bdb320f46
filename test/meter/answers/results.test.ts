/** Results as they are asked for: by whom they are for, page by page, and as series. */
import { describe, expect, test } from 'vitest';
import { selectDerived } from '../../../src/meter/answers/results/derived-series.ts';
import {
  listComputations,
  readEntity,
  readRange,
  readResult,
} from '../../../src/meter/answers/results/read-results.ts';
import type { ResultComputation, Results } from '../../../src/meter/ports/results.ts';
import { parse } from '../../../src/meter/promql/parse/parse.ts';

const DAY = '2026-03-01';
const START = Date.parse(`${DAY}T00:00:00Z`);

/** What a store would give: two computations over what was collected, one of them a whole value, and one of the project's own data. */
const STORED: Readonly<
  Record<string, ResultComputation & { readonly days: Readonly<Record<string, Record<string, unknown>>> }>
> = {
  'command-seconds': {
    name: 'command-seconds',
    description: undefined,
    keyed: true,
    isCollected: true,
    days: {
      [DAY]: {
        'acme/build': { seconds: 12, runs: { all: 3, failed: 1 }, flaky: true, notes: ['x'] },
        'acme/deploy': { seconds: 5 },
        'globex/build': { seconds: 99 },
      },
      '2026-03-02': { 'acme/build': { seconds: 20 } },
    },
  },
  total: { name: 'total', description: undefined, keyed: false, isCollected: true, days: { [DAY]: { '': 7 } } },
  orders: {
    name: 'orders',
    description: 'of the shop',
    keyed: true,
    isCollected: false,
    days: { [DAY]: { a: 1, b: 2, c: 3 } },
  },
};

const results: Results = {
  computations: () => Promise.resolve(new Map(Object.entries(STORED))),
  read(name, day) {
    const values = STORED[name]?.days[day];
    if (values === undefined) return Promise.resolve(undefined);
    const entries = Object.entries(values);
    return Promise.resolve({
      hash: `${name}-${day}`,
      count: entries.length,
      async *entries() {
        yield await Promise.resolve(entries);
      },
      entity: (id) => Promise.resolve(values[id]),
    });
  },
};
const ports = { results };
const ACME = { organization: 'acme', owner: 'shop' };
const SHOP = { organization: 'shop', owner: 'shop' };

describe('an organization', () => {
  test('sees its own entities of what was collected, and nothing of others', async () => {
    expect((await listComputations(ACME, ports)).map(({ name }) => name)).toEqual(['command-seconds']);
    const page = await readResult({ computation: 'command-seconds', date: DAY, limit: 10 }, ACME, ports);
    expect(page?.entities?.map(({ id }) => id)).toEqual(['acme/build', 'acme/deploy']);
    const id = 'globex/build';
    expect(await readEntity({ computation: 'command-seconds', date: DAY, id }, ACME, ports)).toBeUndefined();
    for (const computation of ['total', 'orders', 'none'])
      await expect(readResult({ computation, date: DAY, limit: 1 }, ACME, ports)).rejects.toThrow(
        'with results for you',
      );
  });

  test("that owns the project sees what is made of the project's own data", async () => {
    expect((await listComputations(SHOP, ports)).map(({ name }) => name)).toEqual([
      'command-seconds',
      'total',
      'orders',
    ]);
    expect(await readResult({ computation: 'total', date: DAY, limit: 1 }, SHOP, ports)).toMatchObject({ value: 7 });
    expect(await readResult({ computation: 'command-seconds', date: DAY, limit: 9 }, SHOP, ports)).toMatchObject({
      entities: [],
    });
  });

  test('without an owner nobody does', async () => {
    const nobody = { organization: 'shop', owner: undefined };
    expect((await listComputations(nobody, ports)).map(({ name }) => name)).toEqual(['command-seconds']);
    await expect(readResult({ computation: 'orders', date: DAY, limit: 1 }, nobody, ports)).rejects.toThrow(
      'collect.owner',
    );
  });
});

test('entities come page by page', async () => {
  const pages: string[][] = [];
  let after: string | undefined;
  do {
    const page = await readResult({ computation: 'orders', date: DAY, after, limit: 2 }, SHOP, ports);
    pages.push(page?.entities?.map(({ id }) => id) ?? []);
    after = page?.next;
  } while (after !== undefined);
  expect(pages).toEqual([['a', 'b'], ['c']]);
});

test('an entity is read day by day', async () => {
  const range = { computation: 'command-seconds', from: DAY, to: '2026-03-03', id: 'acme/build' };
  expect((await readRange(range, ACME, ports)).map(({ date }) => date)).toEqual([DAY, '2026-03-02']);
  await expect(readRange({ ...range, id: undefined }, ACME, ports)).rejects.toThrow('name one by entity=');
  await expect(readRange({ ...range, to: '2026-02-01' }, ACME, ports)).rejects.toThrow('are no days');
});

describe('a selector', () => {
  const select = async (text: string, limits = { maxSamples: 100, maxSeries: 100 }) => {
    const expr = parse(text);
    if (expr.kind !== 'vector') throw new Error('no selector');
    const selection = { matchers: expr.matchers, fromMs: START, toMs: START + 2 * 86_400_000 - 1 };
    const found = await selectDerived(ACME, selection, limits, ports, new AbortController().signal);
    return found.map(({ labels, values, holdsMs }) => [Object.fromEntries(labels), [...values], holdsMs]);
  };

  test('means the numbers of results, which hold for their day', async () => {
    expect(await select('daymill:command_seconds:seconds{entity="acme/build"}')).toEqual([
      [{ __name__: 'daymill:command_seconds:seconds', entity: 'acme/build' }, [12, 20], 86_400_000],
    ]);
    expect(await select('{__name__=~"daymill:command_seconds:(runs:.*|flaky)"}')).toEqual([
      [{ __name__: 'daymill:command_seconds:runs:all', entity: 'acme/build' }, [3], 86_400_000],
      [{ __name__: 'daymill:command_seconds:runs:failed', entity: 'acme/build' }, [1], 86_400_000],
      [{ __name__: 'daymill:command_seconds:flaky', entity: 'acme/build' }, [1], 86_400_000],
    ]);
    expect(await select('daymill:orders')).toEqual([]);
  });

  test('that means too many says so', async () => {
    await expect(select('{__name__=~"daymill:.*"}', { maxSamples: 2, maxSeries: 9 })).rejects.toThrow(
      'max_samples_per_query',
    );
  });
});
