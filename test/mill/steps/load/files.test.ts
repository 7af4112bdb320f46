/** Data where it lies: files of a day are read in place, and what they make is what loading them would have made. */
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { query } from '../../../support/duckdb.ts';
import { load } from '../../../support/load-file.ts';
import { localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03'] as const;
const [FIRST, SECOND, THIRD] = DAYS;

const definition = (source: string, more = ''): string => `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, files } from 'daymill';
const Order = z.object({ id: z.string(), price: z.coerce.number() });
export const orders = defineDataset({ name: 'orders', entity: Order, id: (order) => order.id, ${more} source: ${source} });
export const doubled = defineComputation({
  name: 'doubled', category: 'tests', needs: { orders: dataset(orders) }, output: z.record(z.string(), z.number()),
  perEntity: ({ price }) => price * 2,
});
export const total = defineComputation({
  name: 'total', category: 'tests', needs: { orders: dataset(orders) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { price }) => { all.sum += price; }, finish: ({ sum }) => sum },
});
`;

const csv = (...rows: readonly string[]): string => ['id,price', ...rows, ''].join('\n');

let local: LocalPorts;
let ports: Ports;
let nights: number;

async function project(source = "files('data/orders-{date}.csv')", more = ''): Promise<void> {
  local = await localPorts({ 'computations/orders.ts': definition(source, more) });
  ports = local.open();
  nights = 0;
}
afterEach(() => local.close());

function put(name: string, content: string | Uint8Array): void {
  const path = join(local.project.root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Answers the tasks that ran, once the files were indexed, in a process of its own. */
async function night(): Promise<number> {
  const fresh = local.open();
  await indexRootData(fresh);
  return runDay({ from: FIRST, date: THIRD }, fresh, `night-${++nights}`);
}

async function result(computation: string, date: string): Promise<unknown> {
  const [stored] = await local.open().artifacts.read([{ kind: 'cell', computation, date }]);
  const parts = await Array.fromAsync(stored?.parts() ?? []);
  if (stored?.keyed === true) return Object.fromEntries(parts.flatMap((part) => part.entries()));
  return parts[0]?.value();
}

const failure = async (computation: string, date: string): Promise<string | undefined> => {
  const cells = await local.open().cells.read([{ computation, date }]);
  return cells[0]?.error?.message;
};

describe('files in place', () => {
  beforeEach(() => project());

  test('are read where they lie, and make what loading them makes', async () => {
    for (const [index, date] of DAYS.entries()) put(`data/orders-${date}.csv`, csv(`b,${index}`, 'a,2', 'C,3'));
    put('data/readme.txt', 'none of them');
    expect(await night()).toBeGreaterThan(0);
    expect(await result('doubled', SECOND)).toEqual({ C: 6, a: 4, b: 2 });
    expect(Object.keys((await result('doubled', SECOND)) as object)).toEqual(['C', 'a', 'b']);
    expect(await result('total', THIRD)).toBe(7);

    const loaded = await localPorts({
      'computations/orders.ts': definition("{ dateColumn: 'date', parse: ({ id, price }) => ({ id, price }) }"),
    });
    try {
      const rows = DAYS.flatMap((date, index) => [`b,${index}`, 'a,2', 'C,3'].map((row) => `${date},${row}`));
      writeFileSync(join(loaded.project.root, 'all.csv'), ['date,id,price', ...rows, ''].join('\n'));
      const other = loaded.open();
      await load(other, 'orders', join(loaded.project.root, 'all.csv'));
      await indexRootData(other);
      await runDay({ from: FIRST, date: THIRD }, other, 'night');
      const places = ['doubled', 'total'].flatMap((computation) =>
        DAYS.map((date) => ({ kind: 'cell', computation, date }) as const),
      );
      const hashes = async (of: Ports) => (await of.artifacts.read(places)).map((stored) => stored?.hash);
      expect(await hashes(local.open())).toEqual(await hashes(other));
    } finally {
      await loaded.close();
    }
  });

  test('run nothing when the same bytes are written again, and only their day when others are', async () => {
    for (const date of DAYS) put(`data/orders-${date}.csv`, csv('a,1', 'b,2'));
    await night();
    put(`data/orders-${SECOND}.csv`, csv('a,1', 'b,2'));
    utimesSync(join(local.project.root, `data/orders-${SECOND}.csv`), 1, 1);
    expect(await night()).toBe(0);
    put(`data/orders-${SECOND}.csv`, csv('a,1', 'b,7'));
    expect(await night()).toBeGreaterThan(0);
    expect(await result('total', SECOND)).toBe(8);
    expect(await result('total', FIRST)).toBe(3);
    expect(await night()).toBe(0);
  });

  test('that are gone take their day away, and all of them at once are refused', async () => {
    for (const date of DAYS) put(`data/orders-${date}.csv`, csv('a,1'));
    await night();
    rmSync(join(local.project.root, `data/orders-${THIRD}.csv`));
    await indexRootData(ports);
    expect([...(await ports.rootData.days('orders')).keys()]).toEqual([FIRST, SECOND]);
    rmSync(join(local.project.root, 'data'), { recursive: true });
    expect((await indexRootData(ports)).trouble).toMatch(/no file fits data\/orders-\{date\}\.csv, and 2 of its days/);
    expect((await ports.rootData.days('orders')).size).toBe(2);
  });

  test('that changed since they were indexed are not read: the cell waits for the next index', async () => {
    for (const date of DAYS) put(`data/orders-${date}.csv`, csv('a,1'));
    await indexRootData(ports);
    put(`data/orders-${SECOND}.csv`, csv('a,5'));
    await runDay({ from: FIRST, date: THIRD }, local.open(), 'between');
    expect(await result('total', FIRST)).toBe(1);
    expect(await result('total', SECOND)).toBeUndefined();
    await night();
    expect(await result('total', SECOND)).toBe(5);
  });

  test.each([
    ['a row that does not fit', csv('a,1', 'b,much'), /orders-2024-01-02\.csv, line 3: price: /],
    ['an id that is there twice', csv('a,1', 'b,2', 'a,3'), /line 4: it has the id "a", as .*line 2 has/],
    ['a header alone', csv(), /have no rows/],
    ['nothing', '', /have no rows/],
    ['a row that is cut off', 'id,price\na,1\nb', /cut off/],
    ['bytes that are no text', Buffer.from('id,price\na\xe9,1\n', 'latin1'), /UTF-8/],
    ['another schema', 'name,price\na,1\n', /line 2: id: /],
  ])('with %s fail their own day, in words', async (_, content, message) => {
    for (const date of DAYS) put(`data/orders-${date}.csv`, csv('a,1'));
    put(`data/orders-${SECOND}.csv`, content);
    await night();
    expect(await result('total', FIRST)).toBe(1);
    expect(await result('total', THIRD)).toBe(1);
    for (const computation of ['total', 'doubled']) {
      expect(await result(computation, SECOND)).toBeUndefined();
      expect(await failure(computation, SECOND)).toMatch(message);
    }
    put(`data/orders-${SECOND}.csv`, csv('a,4'));
    await night();
    expect(await result('total', SECOND)).toBe(4);
  });
});

test('several files of a day, of any format, are one day', async () => {
  await project("files('data/{date}/**')");
  put(`data/${FIRST}/a.csv.gz`, gzipSync(csv('x,1')));
  put(`data/${FIRST}/more/b.ndjson.zst`, zstdCompressSync('{"id":"w","price":2}\n'));
  put(`data/${FIRST}/c.json`, '[{"id":"v","price":3}]');
  put(`data/${SECOND}/a.csv`, csv('x,1'));
  mkdirSync(join(local.project.root, `data/${THIRD}`));
  const parquet = join(local.project.root, `data/${THIRD}/a.parquet`);
  await query(`COPY (SELECT 'p' AS id, 7 AS price, 'not wanted' AS other) TO '${parquet}' (FORMAT parquet)`);
  await night();
  expect(await result('doubled', FIRST)).toEqual({ v: 6, w: 4, x: 2 });
  expect(await result('total', THIRD)).toBe(7);
  // The order of the names tells the order of the rows, and nothing else.
  renameSync(join(local.project.root, `data/${SECOND}/a.csv`), join(local.project.root, `data/${SECOND}/b.csv`));
  expect(await night()).toBe(0);
});

test('a day is not there before the file that closes it', async () => {
  await project("files('data/{date}/*.csv', { closedBy: 'data/{date}/_SUCCESS' })");
  put(`data/${FIRST}/a.csv`, csv('x,1'));
  put(`data/${SECOND}/a.csv`, csv('x,2'));
  put(`data/${SECOND}/_SUCCESS`, '');
  await night();
  expect(await result('total', FIRST)).toBeUndefined();
  expect(await result('total', SECOND)).toBe(2);
  put(`data/${FIRST}/_SUCCESS`, '');
  await night();
  expect(await result('total', FIRST)).toBe(1);
});

test('a day whose canaries are not in its files waits, as one whose files cannot be read', async () => {
  await project("files('data/{date}.csv')", "complete: { canaries: ['zz'], minimumCount: 2 },");
  put(`data/${FIRST}.csv`, csv('a,1', 'zz,1'));
  put(`data/${SECOND}.csv`, csv('a,1'));
  put(`data/${THIRD}.csv`, csv('a,much', 'zz,1'));
  const { waiting } = await indexRootData(ports);
  expect(waiting['orders']).toEqual([
    {
      date: SECOND,
      missing: [
        { kind: 'canaries', ids: ['zz'], more: 0 },
        { kind: 'count', found: 1, minimum: 2 },
      ],
    },
    { date: THIRD, missing: [{ kind: 'readable-files', reason: expect.stringMatching(/line 2: price/) as string }] },
  ]);
  await night();
  expect(await result('total', FIRST)).toBe(2);
  expect(await result('total', SECOND)).toBeUndefined();
});

test('a document is one object a file', async () => {
  local = await localPorts({
    'computations/rates.ts': `
import { z } from 'zod';
import { defineComputation, defineDocument, document, files } from 'daymill';
export const rates = defineDocument({ name: 'rates', document: z.object({ usd: z.number() }), source: files('rates/{yyyymmdd}.json') });
export const usd = defineComputation({
  name: 'usd', category: 'tests', needs: { rates: document(rates) }, output: z.number(), compute: ({ rates }) => rates.usd,
});`,
  });
  nights = 0;
  put('rates/20240101.json', '{\n  "usd": 1.5\n}\n');
  put('rates/20240102.json', '[{ "usd": 2.5 }]');
  put('rates/20240103.json', '[{ "usd": 2.5 }, { "usd": 3 }]');
  await night();
  expect(await result('usd', FIRST)).toBe(1.5);
  expect(await result('usd', SECOND)).toBe(2.5);
  expect(await failure('usd', THIRD)).toMatch(/a document is one a day/);
});

test('such a dataset is not loaded', async () => {
  await project();
  put('more.csv', 'date,id,price\n2024-01-01,a,1\n');
  await expect(load(ports, 'orders', join(local.project.root, 'more.csv'))).rejects.toThrow(
    /its files are read where they lie, data\/orders-\{date\}\.csv\. Put the file there/,
  );
});

test('datasets in files are joined by entity, and a day that has none of the other says so with an empty file', async () => {
  local = await localPorts({
    'computations/net.ts': `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, files, joined } from 'daymill';
const Row = z.object({ id: z.string(), price: z.coerce.number() });
const rows = (name: string, more = {}) =>
  defineDataset({ name, entity: Row, id: (row) => row.id, source: files('data/' + name + '-{date}.csv', more) });
export const orders = rows('orders');
export const refunds = rows('refunds', { allowEmpty: true });
export const net = defineComputation({
  name: 'net', category: 'tests', needs: { orders: dataset(orders), refunds: joined(refunds) },
  output: z.record(z.string(), z.number()),
  perEntity: (order, { inputs }) => order.price - (inputs.refunds?.price ?? 0),
});`,
  });
  nights = 0;
  for (const date of DAYS) put(`data/orders-${date}.csv`, csv('b,10', 'a,20', 'c,30'));
  put(`data/refunds-${FIRST}.csv`, csv('x,1', 'c,5', 'a,2'));
  put(`data/refunds-${SECOND}.csv`, csv());
  await night();
  expect(await result('net', FIRST)).toEqual({ a: 18, b: 10, c: 25 });
  expect(await result('net', SECOND)).toEqual({ a: 20, b: 10, c: 30 });
  // Nobody said whether there were none, or whether they are yet to come.
  expect(await result('net', THIRD)).toBeUndefined();
  put(`data/refunds-${THIRD}.csv`, csv('b,4'));
  await night();
  expect(await result('net', THIRD)).toEqual({ a: 20, b: 6, c: 30 });
});
