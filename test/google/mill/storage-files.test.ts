/** Data in a bucket: read where it lies by Google's own client, from an emulator that was held to that client's contract. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Bucket, type SaveOptions, Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storageFiles } from '../../../src/google/mill/storage-files.ts';
import type { StoredFile } from '../../../src/mill/model/artifact.ts';
import { type FilePattern, filePattern } from '../../../src/mill/model/file-pattern.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { query } from '../../support/duckdb.ts';
import { localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const BUCKET = 'shop-data';
const [FIRST, SECOND, THIRD] = ['2024-01-01', '2024-01-02', '2024-01-03'] as const;

const COMPUTATIONS = `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, files } from 'daymill';
const Order = z.object({ id: z.string(), price: z.coerce.number() });
export const orders = defineDataset({
  name: 'orders', entity: Order, id: (order) => order.id, source: files('gs://${BUCKET}/orders/{date}/*'),
});
export const total = defineComputation({
  name: 'total', category: 'tests', needs: { orders: dataset(orders) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { price }) => { all.sum += price; }, finish: ({ sum }) => sum },
});
`;

let local: LocalPorts;
let bucket: Bucket;
let nights = 0;

beforeEach(async () => {
  local = await localPorts({ 'computations/orders.ts': COMPUTATIONS });
  [bucket] = await new Storage({ projectId: 'daymill-local' }).createBucket(BUCKET);
});
afterEach(() => local.close());

const csv = (...rows: readonly string[]): string => ['id,price', ...rows, ''].join('\n');

const put = (name: string, content: string | Uint8Array, options: SaveOptions = {}): Promise<void> =>
  bucket.file(name).save(content, { resumable: false, ...options });

async function putDays(): Promise<void> {
  for (const date of [FIRST, SECOND, THIRD]) await put(`orders/${date}/a.csv`, csv('a,1', 'b,2'));
}

/** Answers the tasks that ran, once the objects were indexed, in a process of its own. */
async function night(): Promise<number> {
  const fresh = local.open();
  await indexRootData(fresh);
  return runDay({ from: FIRST, date: THIRD }, fresh, `night-${++nights}`);
}

async function total(date: string): Promise<unknown> {
  const [stored] = await local.open().artifacts.read([{ kind: 'cell', computation: 'total', date }]);
  return (await Array.fromAsync(stored?.parts() ?? []))[0]?.value();
}

const failure = async (date: string): Promise<string | undefined> =>
  (await local.open().cells.read([{ computation: 'total', date }]))[0]?.error?.message;

const patternOf = (text: string): FilePattern => {
  const pattern = filePattern(text);
  if ('problem' in pattern) throw new Error(pattern.problem);
  return pattern;
};

test('objects are read where they lie; the same bytes again run nothing, others run their day', async () => {
  await putDays();
  expect(await night()).toBe(3);
  expect(await total(SECOND)).toBe(3);
  await put(`orders/${SECOND}/a.csv`, csv('a,1', 'b,2'));
  expect(await night()).toBe(0);
  await put(`orders/${SECOND}/a.csv`, csv('a,1', 'b,5'));
  expect(await night()).toBe(1);
  expect([await total(FIRST), await total(SECOND)]).toEqual([3, 6]);
  await put(`orders/${THIRD}/b.csv`, csv('c,9'));
  expect(await night()).toBe(1);
  expect(await total(THIRD)).toBe(12);
});

test('what is compressed is known by its name or by its metadata, and Parquet is read in ranges', async () => {
  await put(`orders/${FIRST}/a.csv.gz`, gzipSync(csv('a,1')));
  await put(`orders/${SECOND}/a.csv`, csv('a,2'), { gzip: true });
  const parquet = join(local.project.root, 'a.parquet');
  await query(`COPY (SELECT 'p' AS id, 7 AS price, 'not wanted' AS other) TO '${parquet}' (FORMAT parquet)`);
  await put(`orders/${THIRD}/a.parquet`, readFileSync(parquet));
  await night();
  expect([await total(FIRST), await total(SECOND), await total(THIRD)]).toEqual([1, 2, 7]);
});

test('an object that went or changed since it was indexed is not read: the day waits for the next index', async () => {
  await putDays();
  await indexRootData(local.open());
  await bucket.file(`orders/${FIRST}/a.csv`).delete();
  await put(`orders/${SECOND}/a.csv`, csv('a,8'));
  await runDay({ from: FIRST, date: THIRD }, local.open(), 'between');
  expect([await total(FIRST), await total(SECOND), await total(THIRD)]).toEqual([undefined, undefined, 3]);
  await night();
  expect([await total(FIRST), await total(SECOND), await total(THIRD)]).toEqual([undefined, 8, 3]);
});

test('a truncated object fails its day, in words, and no other', async () => {
  await putDays();
  const whole = gzipSync(csv(...Array.from({ length: 5_000 }, (_, index) => `${Math.sin(index)},${index}`)));
  await put(`orders/${SECOND}/a.csv`, csv());
  await put(`orders/${SECOND}/b.csv.gz`, whole.subarray(0, whole.length / 2));
  await night();
  expect(await total(SECOND)).toBeUndefined();
  expect(await failure(SECOND)).toMatch(/gs:\/\/shop-data\/orders\/2024-01-02\/b\.csv\.gz .*It is cut off or damaged/);
  expect([await total(FIRST), await total(THIRD)]).toEqual([3, 3]);
});

test('what is read is of one generation: an object that is overwritten while it is read says so, and is not opened again', async () => {
  const files = storageFiles('daymill-local');
  const pattern = patternOf(`gs://${BUCKET}/orders/{date}/*`);
  const name = `orders/${FIRST}/a.csv`;
  await put(name, 'x'.repeat(100_000));
  const [[file]] = (await Array.fromAsync(files.list(pattern))) as unknown as [[StoredFile]];
  const opened = await files.open(pattern, file);
  expect((await opened?.slice(0, 10))?.toString()).toBe('xxxxxxxxxx');
  await put(name, 'y');
  await expect(opened?.slice(0, 10)).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
  expect(await files.open(pattern, file)).toBeUndefined();
});

test('a bucket that is not there is said, in words, and what was known of it stays', async () => {
  await putDays();
  await night();
  await bucket.deleteFiles();
  await bucket.delete();
  const { trouble, changed } = await indexRootData(local.open());
  expect(trouble).toBe("orders: There is no bucket shop-data. Correct the dataset's pattern, or make the bucket.");
  expect(changed).toEqual({});
  expect((await local.open().rootData.days('orders')).size).toBe(3);
});

test.each([401, 403])('of a bucket that answers %i the role is named that is missing', async (status) => {
  const closed = createServer((_, response) => void response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { STORAGE_EMULATOR_HOST } = process.env;
  process.env['STORAGE_EMULATOR_HOST'] = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  try {
    const { trouble } = await indexRootData(local.open());
    expect(trouble).toContain('Give it roles/storage.objectViewer on the bucket');
  } finally {
    process.env['STORAGE_EMULATOR_HOST'] = STORAGE_EMULATOR_HOST;
    closed.close();
  }
});

test('more objects than one page has are all found', async () => {
  const files = storageFiles('daymill-local');
  const names = Array.from({ length: 1_001 }, (_, index) => `many/${FIRST}/${String(index).padStart(4, '0')}.csv`);
  for (let start = 0; start < names.length; start += 50)
    await Promise.all(names.slice(start, start + 50).map((name) => put(name, 'id,price\n')));
  const pages = await Array.fromAsync(files.list(patternOf(`gs://${BUCKET}/many/{date}/*.csv`)));
  expect(pages.map((page) => page.length)).toEqual([1_000, 1]);
  expect(pages.flat().map(({ name }) => name)).toEqual(names);
});
