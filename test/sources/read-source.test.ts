/** Reading datasets day by day: the bundled files against DuckDB, and files made for the purpose. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flights } from '../../src/computations/flights/flights.ts';
import { sp500 } from '../../src/computations/market/sp500.ts';
import type { Dataset, FileSource } from '../../src/model/dataset.ts';
import { coverage, readSource } from '../../src/sources/read-source.ts';
import type { SourceDay } from '../../src/sources/read-source.ts';
import { FLIGHTS, PRICES, query } from '../support/duckdb.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daymill-sources-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

type Row = Readonly<Record<string, unknown>>;

const sourceOf = (dataset: Dataset): FileSource<unknown> => dataset.source as FileSource<unknown>;

/** A source in the temporary folder whose parse hands rows on as they are. */
const plain = (file: string, format: 'csv' | 'parquet' = 'csv'): FileSource<Row> => ({
  file,
  format,
  dateColumn: 'day',
  parse: (row) => row,
});

async function daysOf<T>(
  source: FileSource<T>,
  { root = folder, from = '0001-01-01', to = '9999-12-31' } = {},
): Promise<SourceDay<T>[]> {
  const days: SourceDay<T>[] = [];
  for await (const day of readSource(source, { root, from, to })) days.push(day);
  return days;
}

async function csv(name: string, text: string): Promise<FileSource<Row>> {
  await writeFile(join(folder, name), text);
  return plain(name);
}

const parquet = (file: string, sql: string): Promise<unknown> =>
  query(`COPY (${sql}) TO '${join(folder, file)}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);

describe('the flights', () => {
  test('are all there, day by day', async () => {
    const expected = await query(`SELECT day, count(*)::INT AS count FROM ${FLIGHTS} GROUP BY day ORDER BY day`);
    const counted: unknown[] = [];
    for await (const { date, rows } of readSource(sourceOf(flights), {
      root: ROOT,
      from: '2001-01-01',
      to: '2001-12-31',
    })) {
      counted.push({ day: date, count: rows.length });
    }
    expect(counted).toEqual(expected);
    expect(counted).toHaveLength(182);
  });

  test('of a day that two row groups share come whole and in the file’s order', async () => {
    const expected = await query(`
      SELECT (hour(date) * 60 + minute(date))::INT AS minute, delay::INT AS delay, distance::INT AS distance, origin, destination
      FROM ${FLIGHTS} WHERE day = '2001-01-17'`);
    const [day, ...others] = await daysOf(sourceOf(flights), { root: ROOT, from: '2001-01-17', to: '2001-01-17' });
    expect(others).toEqual([]);
    expect(day).toEqual({ date: '2001-01-17', rows: expected });
  });

  test('fit the schema', async () => {
    const [day] = await daysOf(sourceOf(flights), { root: ROOT, from: '2001-05-05', to: '2001-05-05' });
    for (const row of day?.rows ?? []) flights.schema.parse(row);
    expect(day?.rows.length).toBeGreaterThan(10_000);
  });

  test('outside of the file are no days', async () => {
    expect(await daysOf(sourceOf(flights), { root: ROOT, from: '2002-01-01', to: '2002-12-31' })).toEqual([]);
    expect(await daysOf(sourceOf(flights), { root: ROOT, from: '2001-02-02', to: '2001-02-01' })).toEqual([]);
  });

  test('cover the first half of 2001', async () => {
    expect(await coverage(sourceOf(flights), ROOT)).toEqual({ first: '2001-01-01', last: '2001-07-01' });
  });
});

describe('the S&P 500', () => {
  test('has a document each trading day', async () => {
    const expected = await query<Row>(`
      SELECT date, open, high, low, close, volume::DOUBLE AS volume FROM ${PRICES} WHERE date BETWEEN '2001-09-01' AND '2001-09-30'`);
    const days = await daysOf(sourceOf(sp500), { root: ROOT, from: '2001-09-01', to: '2001-09-30' });
    expect(days).toEqual(expected.map(({ date, ...prices }) => ({ date, rows: [prices] })));
    expect(days).toHaveLength(15);
  });

  test('fits the schema, and leaves nothing out that differs from the close', async () => {
    const days = await daysOf(sourceOf(sp500), { root: ROOT });
    for (const { rows } of days) sp500.schema.parse(rows[0]);
    expect(days).toHaveLength(5105);
    expect(await query(`SELECT date FROM ${PRICES} WHERE adjclose <> close`)).toEqual([]);
  });

  test('covers twenty years', async () => {
    expect(await coverage(sourceOf(sp500), ROOT)).toEqual({ first: '2000-01-03', last: '2020-04-17' });
  });
});

describe('a CSV', () => {
  test('gives each row by its header’s names', async () => {
    const source = await csv('named.csv', 'day,x\n2024-02-29,1\n2024-02-29,"2\n"\n2024-03-01T12:00:00Z,3\n');
    expect(await daysOf(source)).toEqual([
      {
        date: '2024-02-29',
        rows: [
          { day: '2024-02-29', x: '1' },
          { day: '2024-02-29', x: '2\n' },
        ],
      },
      { date: '2024-03-01', rows: [{ day: '2024-03-01T12:00:00Z', x: '3' }] },
    ]);
    expect(await coverage(source, folder)).toEqual({ first: '2024-02-29', last: '2024-03-01' });
  });

  test('is not read past the last day that is wanted', async () => {
    const source = await csv('early.csv', 'day,x\n2024-01-01,1\n2024-01-02,2\nnonsense,3\n');
    expect(await daysOf(source, { to: '2024-01-01' })).toHaveLength(1);
  });

  test('longer than its tail is covered from both ends', async () => {
    const source = await csv('long.csv', `day,x\n2024-01-01,1\n${'2024-01-02,22222222\n'.repeat(10_000)}2024-01-03,3`);
    expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-03' });
  });

  test.each([
    ['quotes hide a line end', 'day,x\n2024-01-01,1\n2024-01-02,"a\n2023-01-01,b"\n'],
    ['the last record is longer than the tail', `day,x\n2024-01-01,1\n2024-01-02,${'x'.repeat(70_000)}\n`],
    ['the header names numbers', 'x,2,day,1\n0,0,2024-01-01,0\n0,0,2024-01-02,0\n'],
    ['empty lines follow', 'day,x\r\n2024-01-01,1\r\n2024-01-02,2\r\n\r\n'],
  ])('is covered to its last record where %s', async (name, text) => {
    const source = await csv(`${name.replaceAll(' ', '-')}.csv`, text);
    expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-02' });
    expect((await daysOf(source)).map(({ date }) => date)).toEqual(['2024-01-01', '2024-01-02']);
  });

  test.each([
    ['a day that is none', 'day,x\n2024-01-01,1\n2024-02-30,2\n', /row 2: "2024-02-30" in column "day" is no day/u],
    ['an empty day', 'day,x\n,1\n', /row 1: "" in column "day" is no day/u],
    ['a missing column', 'date,x\n2024-01-01,1\n', /row 1: "undefined" in column "day" is no day/u],
    [
      'days that go back',
      'day,x\n2024-01-02,1\n2024-01-01,2\n',
      /row 2: 2024-01-01 comes after 2024-01-02, so sort the file/u,
    ],
    ['a row that is too short', 'day,x\n2024-01-02\n', /row 1: it has 1 fields, but the header names 2/u],
    ['a row that is too long', 'day,x\n2024-01-02,1,2\n', /row 1: it has 3 fields, but the header names 2/u],
  ])('is refused for %s', async (name, text, message) => {
    const source = await csv(`${name.replaceAll(' ', '-')}.csv`, text);
    await expect(daysOf(source)).rejects.toMatchObject({ code: 'BAD_SOURCE', message: expect.stringMatching(message) });
  });

  test('is refused with the row that its parser refuses', async () => {
    const source: FileSource<number> = {
      ...(await csv('parser.csv', 'day,x\n2024-01-01,1\n2024-01-02,?\n')),
      parse: ({ x }) => {
        if (x === '?') throw new Error('x is not known');
        return Number(x);
      },
    };
    await expect(daysOf(source)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: 'parser.csv, row 2: x is not known',
    });
  });

  test('without rows has no days and no coverage', async () => {
    const source = await csv('empty.csv', 'day,x\n');
    expect(await daysOf(source)).toEqual([]);
    await expect(coverage(source, folder)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: 'empty.csv has no rows.',
    });
  });
});

describe('a Parquet file', () => {
  test.each([
    ['dates', 'DATE'],
    ['timestamps', 'TIMESTAMP'],
    ['text', 'VARCHAR'],
  ])('may have its days as %s', async (name, type) => {
    const file = `${name}.parquet`;
    await parquet(
      file,
      `SELECT (DATE '2024-02-28' + (i // 3000)::INT)::${type} AS day, i::INT AS x FROM range(9000) r(i)`,
    );
    const source = plain(file, 'parquet');
    expect(await coverage(source, folder)).toEqual({ first: '2024-02-28', last: '2024-03-01' });
    const days = await daysOf(source, { from: '2024-02-29', to: '2024-02-29' });
    expect(days.map(({ date, rows }) => [date, rows.length, rows[0]?.['x'], rows.at(-1)?.['x']])).toEqual([
      ['2024-02-29', 3000, 3000, 5999],
    ]);
  });

  test.each([
    ['numbers for days', 'SELECT 20240101 AS day', /row 1: "20240101" in column "day" is no day/u],
    [
      'a day that is missing',
      "SELECT unnest([DATE '2024-01-01', NULL]) AS day",
      /row 2: "null" in column "day" is no day/u,
    ],
    [
      'days that go back',
      "SELECT unnest([DATE '2024-01-02', DATE '2024-01-01']) AS day",
      /row 2: 2024-01-01 comes after/u,
    ],
  ])('is refused for %s', async (name, sql, message) => {
    const file = `${name.replaceAll(' ', '-')}.parquet`;
    await parquet(file, sql);
    const failing = daysOf(plain(file, 'parquet'));
    await expect(failing).rejects.toMatchObject({ code: 'BAD_SOURCE', message: expect.stringMatching(message) });
  });

  test('without rows has no days and no coverage', async () => {
    await parquet('none.parquet', "SELECT DATE '2024-01-01' AS day WHERE false");
    expect(await daysOf(plain('none.parquet', 'parquet'))).toEqual([]);
    await expect(coverage(plain('none.parquet', 'parquet'), folder)).rejects.toMatchObject({ code: 'BAD_SOURCE' });
  });

  test('that is none is refused', async () => {
    await writeFile(join(folder, 'text.parquet'), 'day,x\n2024-01-01,1\n');
    const failing = daysOf(plain('text.parquet', 'parquet'));
    await expect(failing).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringMatching(/^text\.parquet: /u),
    });
  });
});

test('a missing file is named, with what brings it', async () => {
  const expected = {
    code: 'MISSING_FILE',
    message: `${join(folder, 'gone.csv')} is not there. Run \`npm ci\` in ${folder}, which brings it.`,
  };
  await expect(daysOf(plain('gone.csv'))).rejects.toMatchObject(expected);
  await expect(coverage(plain('gone.csv'), folder)).rejects.toMatchObject(expected);
});
