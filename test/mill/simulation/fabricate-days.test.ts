/** The fabricated days: what must be among them, since code that differs only there would pass for the same. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  dataset,
  defineComputation,
  defineDataset,
  defineDocument,
  document,
  history,
  joined,
  previous,
} from '../../../src/index.ts';
import { fabricateDays } from '../../../src/mill/simulation/fabricate-days.ts';
import { simulate } from '../../../src/mill/simulation/simulate.ts';
import type { Literals } from '../../../src/mill/simulation/scene.ts';

const rates = defineDocument({
  name: 'rates',
  document: z.object({ name: z.string(), at: z.iso.datetime({ offset: true }), v: z.number(), n: z.int() }),
});

const fabricated = (literals: Literals) =>
  fabricateDays(
    defineComputation({
      name: 'it',
      category: 'x',
      needs: { rates: document(rates), past: history(rates, 60), own: history(20) },
      output: z.number(),
      compute: () => 1,
    }),
    literals,
  );
const { chains, pasts } = fabricated({ numbers: [30, 0.5, 1000], strings: ['EUR', 'Café'] });
const days = chains.flat();
const documents = days.flatMap(({ inputs }) =>
  inputs['rates'] === undefined ? [] : [inputs['rates'] as z.infer<typeof rates.schema>],
);
const lengths = new Set(days.map(({ inputs }) => (inputs['past'] as readonly unknown[]).length));

test.each([0, 1, 29, 30, 31, 60])('histories are %i days long, where the code says 30 and looks back 60', (length) => {
  expect(lengths).toContain(length);
});

test('code that takes its seed otherwise is told apart, also where only a seed of one length shows it', async () => {
  const seeded = (start: (closes: readonly number[]) => number) =>
    defineComputation({
      name: 'it',
      category: 'x',
      needs: { rates: document(rates), before: previous({ seed: history(rates, 60) }) },
      output: z.number(),
      compute: ({ rates: { n }, before: { result, seed } }) => (result ?? start(seed.map(({ value }) => value.n))) + n,
    });
  const hashesOf = async (start: (closes: readonly number[]) => number): Promise<string[]> => {
    const computation = seeded(start);
    return simulate(computation, fabricateDays(computation, { numbers: [30], strings: [] }));
  };
  const first = await hashesOf((seed) => seed.length);
  expect(await hashesOf((seed) => seed.reduce((count) => count + 1, 0))).toEqual(first);
  expect(await hashesOf((seed) => (seed.length === 30 ? 0 : seed.length))).not.toEqual(first);
  expect(await hashesOf((seed) => (seed.length === 31 ? 0 : seed.length))).not.toEqual(first);
  expect(await hashesOf(() => 0)).not.toEqual(first);
});

test('histories of many numbers that the code names are as long as those, and beside them', () => {
  const many = fabricated({ numbers: [2, 7, 14, 28, 59], strings: [] });
  const seen = new Set(many.chains.flat().map(({ inputs }) => (inputs['past'] as readonly unknown[]).length));
  for (const number of [7, 14, 28, 59])
    expect([...seen]).toEqual(expect.arrayContaining([number - 1, number, number + 1]));
});

test('a computation that reads its own history finds one, of its own days', () => {
  const long = fabricated({ numbers: [18], strings: [] }).pasts.filter(({ length }) => length > 0);
  expect(long.length).toBeGreaterThan(0);
  for (const past of long) expect(past.length).toBe(14);
  expect(pasts).toHaveLength(chains.length);
});

test.each([
  ['as it is', 'EUR'],
  ['in lower case', 'eur'],
  ['with a space before it', ' EUR'],
  ['with a space behind it', 'EUR '],
  ['as a beginning', 'EURx'],
  ['as an end', 'xEUR'],
  ['in the midst', 'xEURx'],
  ['without its end', 'EU'],
  ['decomposed', 'Cafe\u0301'],
])('texts are a text of the code %s', (_, text) => {
  expect(documents.map(({ name }) => name)).toContain(text);
});

test('times lie on another day in UTC than where they were written down', () => {
  const moved = documents.filter(({ at }) => new Date(at).toISOString().slice(0, 10) !== at.slice(0, 10));
  expect(new Set(moved.map(({ at }) => at.slice(-6))).size).toBeGreaterThan(1);
});

test.each([29, 30, 31])('whole numbers are %i, where the code says 30', (number) => {
  expect(documents.map(({ n }) => n)).toContain(number);
});

test('numbers come up that do not sum exactly', () => {
  expect(documents.map(({ v }) => v)).toContain(0.1);
});

test('dates are of every month and weekday, of the leap day, and of both ends of years and months', () => {
  const dates = days.map(({ date }) => date);
  expect(new Set(dates.map((date) => date.slice(5, 7))).size).toBe(12);
  expect(new Set(dates.map((date) => new Date(date).getUTCDay())).size).toBe(7);
  for (const end of ['-02-29', '-12-31', '-01-01', '-09-30', '-08-31', '-10-31'])
    expect(dates.some((date) => date.endsWith(end))).toBe(true);
});

test('of a joined result entities have a value each, or none; the same days for the same definition', () => {
  const orders = defineDataset({ name: 'orders', entity: z.object({ who: z.string() }), id: ({ who }) => who });
  const spent = defineComputation({
    name: 'spent',
    category: 'x',
    needs: { order: dataset(orders) },
    output: z.record(z.string(), z.object({ sum: z.number() })),
    perEntity: () => ({ sum: 1 }),
  });
  const rank = defineComputation({
    name: 'rank',
    category: 'x',
    needs: { order: dataset(orders), spent: joined(spent) },
    output: z.record(z.string(), z.number()),
    perEntity: (_, { inputs }) => inputs.spent?.sum,
  });
  const made = fabricateDays(rank, { numbers: [], strings: [] });
  expect(made.beside).toEqual([{ at: 0, key: 'spent' }]);
  const beside = made.chains.flat().flatMap(({ entities }) => entities.map((entry) => entry[2]));
  expect(beside.filter((value) => value === undefined).length).toBeGreaterThan(50);
  const there = beside.filter((value) => value !== undefined);
  expect(there.length).toBeGreaterThan(200);
  for (const value of there) expect(value).toEqual({ sum: expect.any(Number) as number });
  expect(made.chains.flat().every(({ inputs }) => !Object.hasOwn(inputs, 'spent'))).toBe(true);
  expect(fabricateDays(rank, { numbers: [], strings: [] }).hash).toBe(made.hash);
});

test('of a joined dataset the first, the last, all and none of the entities have something', () => {
  const named = (name: string) =>
    defineDataset({ name, entity: z.object({ who: z.string(), sum: z.number() }), id: ({ who }) => who });
  const net = defineComputation({
    name: 'net',
    category: 'x',
    needs: { order: dataset(named('orders'), { dayBefore: true }), refund: joined(named('refunds')) },
    output: z.record(z.string(), z.number()),
    perEntity: ({ sum }, { inputs }) => sum - (inputs.refund?.sum ?? 0),
  });
  const made = fabricateDays(net, { numbers: [], strings: [] });
  expect(made.beside).toEqual([{ at: 0 }, { at: 1, key: 'refund' }]);
  const has = made.chains
    .flat()
    .filter(({ entities }) => entities.length > 1)
    .map(({ entities }) => entities.map((entry) => entry[3] !== undefined));
  const count = (holds: (day: readonly boolean[]) => boolean): number => has.filter(holds).length;
  expect(count((day) => day.every((one) => one))).toBeGreaterThan(10);
  expect(count((day) => !day.includes(true))).toBeGreaterThan(10);
  expect(count((day) => day[0] === false && day.includes(true))).toBeGreaterThan(10);
  expect(count((day) => day.at(-1) === false && day.includes(true))).toBeGreaterThan(10);
});
