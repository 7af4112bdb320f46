/** `daymill/testing`: what it says of a computation is what a night would. */
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  dataset,
  defineComputation,
  defineDataset,
  defineDocument,
  dependency,
  document,
  history,
  joined,
  latest,
  previous,
} from '../../src/index.ts';
import { fabricatedDays, runDay, runDays } from '../../src/testing/index.ts';

const DAY = '2026-05-01';
const orders = defineDataset({
  name: 'orders',
  entity: z.object({ who: z.string(), price: z.number().positive() }),
  id: ({ who }) => who,
});
const rate = defineDocument({ name: 'rate', document: z.object({ tax: z.number() }) });
const sales = defineComputation({
  name: 'sales',
  category: 'x',
  needs: { orders: dataset(orders), rate: document(rate) },
  output: z.object({ gross: z.number() }),
  reduce: {
    init: () => ({ sum: 0 }),
    add: (tally, { price }) => void (tally.sum += price),
    finish: ({ sum }, { inputs }) => ({ gross: sum * (1 + inputs.rate.tax) }),
  },
});
const best = defineComputation({
  name: 'best',
  category: 'x',
  needs: { today: dependency(sales), before: previous(), past: history(2) },
  output: z.object({ gross: z.number(), days: z.number() }),
  compute: ({ today, before, past }) => ({ gross: Math.max(before?.gross ?? 0, today.gross), days: past.length }),
});
const spent = defineComputation({
  name: 'spent',
  category: 'x',
  needs: { orders: dataset(orders, { dayBefore: true }) },
  output: z.record(z.string(), z.number()),
  perEntity: ({ price }, { before }) => price - (before?.price ?? 0),
});

const refunds = defineDataset({
  name: 'refunds',
  entity: z.object({ who: z.string(), back: z.number() }),
  id: ({ who }) => who,
});
const net = defineComputation({
  name: 'net',
  category: 'x',
  needs: { orders: dataset(orders, { dayBefore: true }), refund: joined(refunds) },
  output: z.record(z.string(), z.object({ sum: z.number(), change: z.number(), refunded: z.boolean() })),
  perEntity: ({ price }, { before, inputs: { refund } }) => ({
    sum: price - (refund?.back ?? 0),
    change: price - (before?.price ?? 0),
    refunded: refund !== undefined,
  }),
});

test('a day of entities and a document', async () => {
  const given = {
    orders: [
      { who: 'ann', price: 2 },
      { who: 'bob', price: 3 },
    ],
    rate: { tax: 0.5 },
  };
  expect(await runDay(sales, DAY, given)).toEqual({ gross: 7.5 });
});

test('what is given and what comes out have the types of the needs and the output', () => {
  expectTypeOf(runDay(sales, DAY, { orders: [], rate: { tax: 1 } })).resolves.toEqualTypeOf<{ gross: number }>();
  // @ts-expect-error a price is a number
  void runDay(sales, DAY, { orders: [{ who: 'ann', price: '2' }], rate: { tax: 0 } }).catch(() => {});
  // @ts-expect-error the document is missing
  void runDay(sales, DAY, { orders: [] }).catch(() => {});
});

test('days in the order of the calendar, each with its own past', async () => {
  const day = (gross: number) => ({ today: { gross } });
  expect(
    await runDays(best, { '2026-05-04': day(1), '2026-05-01': day(4), '2026-05-02': day(2), '2026-05-03': day(9) }),
  ).toEqual([
    { date: '2026-05-01', value: { gross: 4, days: 0 } },
    { date: '2026-05-02', value: { gross: 4, days: 1 } },
    { date: '2026-05-03', value: { gross: 9, days: 2 } },
    { date: '2026-05-04', value: { gross: 9, days: 2 } },
  ]);
});

test('a seed is for the first day; on the others there is a result to go on from', async () => {
  const level = defineComputation({
    name: 'level',
    category: 'x',
    needs: { rate: document(rate), before: previous({ seed: history(rate, 3) }) },
    output: z.number(),
    compute: ({ rate, before: { result, seed } }) =>
      (result ?? seed.reduce((sum, { value }) => sum + value.tax, 0)) + rate.tax,
  });
  const seed = [{ date: '2026-04-30', value: { tax: 8 } }];
  expect(await runDay(level, DAY, { rate: { tax: 1 } })).toBe(1);
  expect(await runDay(level, DAY, { rate: { tax: 1 }, before: { seed } })).toBe(9);
  expect(await runDay(level, DAY, { rate: { tax: 1 }, before: { result: 5, seed } })).toBe(6);
  const days = { '2026-05-02': { rate: { tax: 2 }, before: { seed } }, [DAY]: { rate: { tax: 1 }, before: { seed } } };
  expect(await runDays(level, days)).toEqual([
    { date: DAY, value: 9 },
    { date: '2026-05-02', value: 11 },
  ]);
  await expect(
    runDay(level, DAY, { rate: { tax: 1 }, before: { seed: [{ date: DAY, value: 3 }] } } as never),
  ).rejects.toThrow(`level was given a wrong before.${DAY}: `);
  // @ts-expect-error a result is a number
  await expect(runDay(level, DAY, { rate: { tax: 1 }, before: { result: 'a' } })).rejects.toThrow('before.result');
  const made = fabricatedDays(level);
  expect(made.some(({ given }) => (given.before?.seed?.length ?? 0) > 0)).toBe(true);
  expect(made.some(({ given }) => given.before?.result !== undefined)).toBe(true);
});

test('entities beside what they were on the day before', async () => {
  const given = {
    orders: {
      today: [
        { who: 'ann', price: 5 },
        { who: 'bob', price: 3 },
      ],
      before: [{ who: 'ann', price: 2 }],
    },
  };
  expect(await runDay(spent, DAY, given)).toEqual({ ann: 3, bob: 3 });
});

test('a document that is read long after its day is given as it is', async () => {
  const taxed = defineComputation({
    name: 'taxed',
    category: 'x',
    needs: { today: dependency(sales), rate: latest(rate) },
    output: z.number(),
    compute: (inputs) => inputs.today.gross * inputs.rate.tax,
  });
  expect(await runDay(taxed, DAY, { today: { gross: 4 }, rate: { tax: 0.5 } })).toBe(2);
  // @ts-expect-error there is always one
  await expect(runDay(taxed, DAY, { today: { gross: 4 } })).rejects.toThrow('taxed was given a wrong rate: ');
  const [first] = fabricatedDays(taxed);
  expect(first?.given.rate).toEqual({ tax: expect.any(Number) as number });
});

test('entities beside those of a joined result', async () => {
  const doubled = defineComputation({
    name: 'doubled',
    category: 'x',
    needs: { orders: dataset(orders), net: joined(net) },
    output: z.record(z.string(), z.number().nullable()),
    perEntity: (_, { inputs }) => (inputs.net === undefined ? null : inputs.net.sum * 2),
  });
  const given = {
    orders: [
      { who: 'bob', price: 3 },
      { who: 'ann', price: 5 },
    ],
    net: { ann: { sum: 4, change: 0, refunded: false }, eve: { sum: 9, change: 0, refunded: true } },
  };
  expect(await runDay(doubled, DAY, given)).toEqual({ ann: 8, bob: null });
  // @ts-expect-error of a computation it is a record
  await expect(runDay(doubled, DAY, { ...given, net: [] })).rejects.toThrow(/doubled was given a wrong net/);
  const days = fabricatedDays(doubled);
  const some = days.find(({ given: { net } }) => Object.keys(net).length > 1);
  expect(some?.given.orders.map(({ who }) => who)).toEqual(expect.arrayContaining(Object.keys(some?.given.net ?? {})));
  for (const { date, given } of days.slice(0, 20)) await runDay(doubled, date, given);
});

test('entities beside those of a joined dataset, in whatever order; who is there alone does not come', async () => {
  const today = [
    { who: 'bob', price: 3 },
    { who: 'ann', price: 5 },
  ];
  const refund = [
    { who: 'eve', back: 9 },
    { who: 'ann', back: 4 },
  ];
  expect(await runDay(net, DAY, { orders: { today, before: [{ who: 'bob', price: 1 }] }, refund })).toEqual({
    ann: { sum: 1, change: 5, refunded: true },
    bob: { sum: 3, change: 2, refunded: false },
  });
  await expect(runDay(net, DAY, { orders: { today, before: [] } } as never)).rejects.toThrow(
    "net was given a wrong refund: give it the day's refunds, as a list.",
  );
  await expect(runDay(net, DAY, { orders: { today, before: [] }, refund: [{ who: 'ann' }] } as never)).rejects.toThrow(
    'net was given a wrong refund.0.back: ',
  );
});

const of = (compute: () => unknown) =>
  defineComputation({
    name: 'it',
    category: 'x',
    needs: {},
    output: z.object({ n: z.number() }),
    compute: compute as never,
  });
let calls = 0;

test.each<[what: string, compute: () => unknown, words: string | RegExp]>([
  ['what its schema does not take', () => ({ n: 'x' }), /^it returned what its output schema does not take: at n: /],
  ['a number that JSON has not', () => ({ n: Number.NaN }), 'it returned what its output schema does not take: at n: '],
  [
    'a throw',
    () => {
      throw new TypeError('no');
    },
    'TypeError: no',
  ],
  ['another result each time', () => ({ n: calls++ }), 'it gave two results for the same inputs'],
])('%s fails in the words of a night', async (_, compute, words) => {
  await expect(runDay(of(compute), DAY, {})).rejects.toThrow(words);
});

test.each<[what: string, given: object, words: string]>([
  [
    'a need that it does not have',
    { orders: [], rate: { tax: 0 }, rates: 1 },
    'sales was given a wrong rates: it has no need of that name, only orders, rate.',
  ],
  [
    'an entity that does not fit',
    { orders: [{ who: 'ann', price: -1 }], rate: { tax: 0 } },
    'sales was given a wrong orders.0.price: ',
  ],
  [
    'two entities with one id',
    {
      orders: [
        { who: 'a', price: 1 },
        { who: 'a', price: 2 },
      ],
      rate: { tax: 0 },
    },
    'sales was given a wrong orders.1: another of the list has the id "a".',
  ],
  ['no entities', { rate: { tax: 0 } }, "sales was given a wrong orders: give it the day's orders, as a list."],
  ['a document that does not fit', { orders: [], rate: {} }, 'sales was given a wrong rate.tax: '],
])('%s is told by its place', async (_, given, words) => {
  await expect(runDay(sales, DAY, given as never)).rejects.toThrow(words);
});

test('a day that is none, and the day on which it fails', async () => {
  await expect(runDay(sales, 'May 1', { orders: [], rate: { tax: 0 } })).rejects.toThrow(
    '"May 1" is not a day. Write it as 2026-05-01.',
  );
  await expect(runDays(best, { [DAY]: { today: { gross: Number.NaN } } })).rejects.toThrow(
    `${DAY}: best was given a wrong today.gross`,
  );
});

test('fabricated days fit what it reads, and are the same each time', async () => {
  const days = fabricatedDays(spent);
  expect(days.length).toBe(240);
  expect(fabricatedDays(spent)).toEqual(days);
  let entities = 0;
  for (const { date, given } of days.slice(0, 40)) entities += Object.keys(await runDay(spent, date, given)).length;
  expect(entities).toBeGreaterThan(40);
  const found = new Map<boolean, number>();
  for (const { date, given } of fabricatedDays(net).slice(0, 80))
    for (const { refunded } of Object.values(await runDay(net, date, given)))
      found.set(refunded, (found.get(refunded) ?? 0) + 1);
  expect(found.get(true)).toBeGreaterThan(20);
  expect(found.get(false)).toBeGreaterThan(20);
  for (const { date, given } of fabricatedDays(best).slice(0, 40))
    expect((await runDay(best, date, given)).days).toBe(0);
});
