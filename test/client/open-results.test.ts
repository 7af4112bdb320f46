/** Results for an application, as the mill stored them. */
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { dataset, defineComputation, defineDataset } from '../../src/index.ts';
import { openResults, type Results } from '../../src/client/index.ts';
import { DAYS, IMPORTS, pagesOf, VISITORS } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';
import { runDay } from '../support/run-day.ts';

const [FIRST, SECOND] = DAYS;

const SOURCE = `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()), perEntity: ({ pages }) => pages,
});
export const most = defineComputation({
  name: 'most', category: 'tests', needs: { visits: dataset(visits) }, output: z.object({ pages: z.number() }),
  reduce: { init: () => ({ pages: 0 }), add: (all, { pages }) => { if (pages > 8) throw new Error('too many'); all.pages = Math.max(all.pages, pages); }, finish: (all) => all },
});`;

/** What an application imports of the same project. */
const visits = defineDataset({ name: 'visits', entity: z.object({ pages: z.number() }) });
const pages = defineComputation({
  name: 'pages',
  category: 'tests',
  needs: { visits: dataset(visits) },
  output: z.record(z.string(), z.number()),
  perEntity: (visit) => visit.pages,
});
const most = defineComputation({
  name: 'most',
  category: 'tests',
  needs: { visits: dataset(visits) },
  output: z.object({ pages: z.number() }),
  reduce: { init: () => ({ pages: 0 }), add: () => {}, finish: (all) => all },
});

let local: LocalPorts;
let results: Results;
beforeAll(async () => {
  local = await localPorts({ 'computations/pages.ts': SOURCE });
  const ports = local.open();
  await loadFixture(ports);
  await runDay({ from: FIRST, date: DAYS[3] }, ports, 'night');
  results = openResults({ project: 'daymill-local', database: '(default)' });
});
afterAll(async () => {
  await results.close();
  await local.close();
});

test('a result is read whole, with the type that its computation gives it', async () => {
  const found = await results.read(most, SECOND);
  expectTypeOf(found?.value).toEqualTypeOf<{ pages: number } | undefined>();
  expect(found).toMatchObject({ date: SECOND, value: { pages: 7 }, failedSince: undefined });
  const all = await results.read(pages, FIRST);
  expect(Object.keys(all?.value ?? {})).toHaveLength(VISITORS);
  expect(all?.hash).toMatch(/^[0-9a-f]{16}$/);
});

test('one entity is read by its id, and all of them in order', async () => {
  const one = await results.entity(pages, SECOND, '0000003');
  expectTypeOf(one).toEqualTypeOf<number | undefined>();
  expect(one).toBe(pagesOf(3, 1));
  expect(await results.entity(pages, SECOND, 'constructor')).toBeUndefined();
  const ids = (await Array.fromAsync(results.entities(pages, SECOND))).map(([id]) => id);
  expect(ids).toHaveLength(VISITORS);
  expect(ids).toEqual([...ids].sort());
});

test('a day that was never made, or failed from the first, has no result', async () => {
  expect(await results.read(pages, '2023-01-01')).toBeUndefined();
  expect(await results.read(most, DAYS[3])).toBeUndefined();
  expect(await results.entity(pages, '2023-01-01', 'a')).toBeUndefined();
  expect(await Array.fromAsync(results.entities(pages, '2023-01-01'))).toEqual([]);
});

test('what is not a day, and entities of what has none, are refused', async () => {
  await expect(results.read(pages, 'yesterday')).rejects.toThrow('"yesterday" is not a day. Write it as 2024-01-05.');
  await expect(results.entity(most, SECOND, 'pages')).rejects.toThrow(/most has one result a day and no entities/);
});
