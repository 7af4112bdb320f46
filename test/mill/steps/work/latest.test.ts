/** Documents that change now and then: which one a day reads, and which days run when one comes, changes or goes. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { daySetOfDays } from '../../../../src/mill/planning/day-set.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

const BEFORE = '2021-02-28';
const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04'] as const;
const [FIRST, SECOND, THIRD, FOURTH] = DAYS;

const PROJECT = `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, defineDocument, dependency, files, latest } from 'daymill';
export const rates = defineDocument({ name: 'rates', document: z.object({ eur: z.number() }), source: files('rates/{date}.json') });
export const orders = defineDataset({
  name: 'orders', entity: z.object({ id: z.string(), usd: z.coerce.number() }), id: ({ id }) => id, source: files('orders/{date}.csv'),
});
export const rate = defineComputation({
  name: 'rate', category: 'tests', needs: { rates: latest(rates) }, output: z.number(), compute: ({ rates }) => rates.eur,
});
export const sales = defineComputation({
  name: 'sales', category: 'tests', needs: { order: dataset(orders), rates: latest(rates) }, output: z.record(z.string(), z.number()),
  perEntity: ({ usd }, { inputs }) => usd * inputs.rates.eur,
});
export const twice = defineComputation({
  name: 'twice', category: 'tests', needs: { rate: dependency(rate) }, output: z.number(), compute: ({ rate }) => rate * 2,
});
`;

let local: LocalPorts;
let nights = 0;
beforeEach(async () => {
  local = await localPorts({ 'computations/shop.ts': PROJECT });
  for (const date of DAYS) put(`orders/${date}.csv`, 'id,usd\na,10\nb,20\n');
});
afterEach(() => local.close());

function put(name: string, content: string): void {
  const path = join(local.project.root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
const putRate = (date: string, eur: number): void => put(`rates/${date}.json`, JSON.stringify({ eur }));

/** Answers which cells have run, once the files were indexed, in a process of its own. */
async function night(from: string = FIRST): Promise<string[]> {
  const ports = local.open();
  await indexRootData(ports);
  const before = await finished();
  await runDay({ from, date: FOURTH }, ports, `night-${++nights}`);
  const after = await finished();
  return [...after].filter(([cell, ms]) => before.get(cell) !== ms).map(([cell]) => cell);
}

const CELLS = ['rate', 'sales', 'twice'].flatMap((computation) => DAYS.map((date) => ({ computation, date })));

/** When each cell ended last, by a name that is short: `rate 2`. */
async function finished(): Promise<Map<string, number | undefined>> {
  const cells = await local.open().cells.read(CELLS);
  return new Map(
    CELLS.map(({ computation, date }, index) => [
      `${computation} ${Number(date.slice(-2))}`,
      cells[index]?.record?.finishedMs,
    ]),
  );
}

/** On each of the days; undefined where there is none. */
async function rates(): Promise<unknown[]> {
  const places = DAYS.map((date) => ({ kind: 'cell', computation: 'rate', date }) as const);
  const found = await local.open().artifacts.read(places);
  return Promise.all(
    found.map(async (stored) =>
      stored === undefined ? undefined : (await Array.fromAsync(stored.parts()))[0]?.value(),
    ),
  );
}

const of = (computation: string, ...days: number[]): string[] => days.map((day) => `${computation} ${day}`);

test('a day reads the newest document up to it, however long before the grid; the vector has its hash', async () => {
  putRate(BEFORE, 0.5);
  putRate(THIRD, 0.75);
  expect(await night()).toEqual([...of('rate', 1, 2, 3, 4), ...of('sales', 1, 2, 3, 4), ...of('twice', 1, 2, 3, 4)]);
  expect(await rates()).toEqual([0.5, 0.5, 0.75, 0.75]);
  const ports = local.open();
  const [stored] = await ports.artifacts.read([{ kind: 'root', dataset: 'rates', date: BEFORE }]);
  const [cell] = await ports.cells.read([{ computation: 'sales', date: SECOND }]);
  expect(cell?.vector?.inputs).toMatchObject({ 'latest:rates': stored?.hash });
  const [sales] = await ports.artifacts.read([{ kind: 'cell', computation: 'sales', date: FOURTH }]);
  expect((await Array.fromAsync(sales?.parts() ?? [])).flatMap((part) => part.entries())).toEqual([
    ['a', 7.5],
    ['b', 15],
  ]);
  expect(await night()).toEqual([]);
  expect(await night(THIRD)).toEqual([]);
});

test('one that comes, is corrected or goes runs the days that it serves, and no other', async () => {
  putRate(BEFORE, 0.5);
  putRate(FOURTH, 1);
  await night();
  putRate(SECOND, 0.75);
  expect(await night()).toEqual([...of('rate', 2, 3), ...of('sales', 2, 3), ...of('twice', 2, 3)]);
  expect(await rates()).toEqual([0.5, 0.75, 0.75, 1]);
  const [cell] = await local.open().cells.read([{ computation: 'rate', date: THIRD }]);
  expect(cell?.record?.because).toEqual({ why: 'CHANGED', parts: ['latest:rates'] });

  putRate(BEFORE, 0.6);
  expect(await night()).toEqual([...of('rate', 1), ...of('sales', 1), ...of('twice', 1)]);
  rmSync(join(local.project.root, `rates/${SECOND}.json`));
  expect(await night()).toEqual([...of('rate', 2, 3), ...of('sales', 2, 3), ...of('twice', 2, 3)]);
  expect(await rates()).toEqual([0.6, 0.6, 0.6, 1]);
  // What says the same again is no change.
  putRate(THIRD, 0.6);
  expect(await night()).toEqual([]);
});

test('before the first there is none: those days are impossible, by its name, until one comes', async () => {
  putRate(THIRD, 2);
  expect(await night()).toEqual([...of('rate', 3, 4), ...of('sales', 3, 4), ...of('twice', 3, 4)]);
  const { standings } = await local.open().planning.load();
  expect(standings.get('sales')?.rest).toContainEqual({
    reason: { why: 'NO_DATA', dataset: 'rates' },
    days: daySetOfDays([FIRST, SECOND]),
  });
  putRate(FIRST, 1);
  expect(await night()).toEqual([...of('rate', 1, 2), ...of('sales', 1, 2), ...of('twice', 1, 2)]);
  expect(await rates()).toEqual([1, 1, 2, 2]);
});

test('one that is another than it was indexed is not read: what it serves waits for the next index', async () => {
  putRate(BEFORE, 0.5);
  putRate(THIRD, 2);
  await indexRootData(local.open());
  putRate(BEFORE, 0.8);
  await runDay({ from: FIRST, date: FOURTH }, local.open(), 'between');
  expect(await rates()).toEqual([undefined, undefined, 2, 2]);
  const { datasets } = await local.open().planning.load();
  expect(datasets.get('rates')?.doubted).toEqual(daySetOfDays([BEFORE]));
  await night();
  expect(await rates()).toEqual([0.8, 0.8, 2, 2]);
});
