/** Reading datasets day by day: the bundled files against DuckDB, and files made for the purpose. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flights } from '../../../src/computations/flights/flights.ts';
import { sp500 } from '../../../src/computations/market/sp500.ts';
import type { Dataset, FileSource } from '../../../src/mill/model/dataset.ts';
import { coverage, readSource, sourceDays } from '../../../src/mill/sources/read-source.ts';
import type { SourceDay } from '../../../src/mill/sources/read-source.ts';
import { FLIGHTS, PRICES, query } from '../../support/duckdb.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

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

/** Without the places of rows. */
async function daysOf<T>(
  source: FileSource<T>,
  { root = folder, from = '0001-01-01', to = '9999-12-31' } = {},
): Promise<Pick<SourceDay<T>, 'date' | 'rows'>[]> {
  const days: Pick<SourceDay<T>, 'date' | 'rows'>[] = [];
  for await (const { date, rows } of readSource(source, { root, from, to })) days.push({ date, rows });
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
    [
      'a day that is none',
      'day,x\n2024-01-01,1\n2024-02-30,2\n',
      /line 3: column "day": "2024-02-30" is not a day: there is no/u,
    ],
    ['a blank day', 'day,x\n,1\n', /line 2: column "day": it is blank/u],
    ['a missing column', 'date,x\n2024-01-01,1\n', /has no column "day". It has: date, x/u],
    [
      'days that go back',
      'day,x\n2024-01-02,1\n2024-01-01,2\n',
      /line 3: 2024-01-01 comes after 2024-01-02, so sort the file/u,
    ],
    ['a row that is too short', 'day,x\n2024-01-02\n', /line 2: it has 1 fields, and the header names 2/u],
    ['a row that is too long', 'day,x\n2024-01-02,1,2\n', /line 2: it has 3 fields, and the header names 2/u],
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
      message: 'parser.csv, line 3: x is not known',
    });
  });

  test('without rows has no days and no coverage', async () => {
    const source = await csv('empty.csv', 'day,x\n');
    expect(await daysOf(source)).toEqual([]);
    await expect(coverage(source, folder)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringMatching(/^empty\.csv has no rows, as a download that failed.*allowEmpty: true/u),
    });
    expect(await coverage({ ...source, allowEmpty: true }, folder)).toBeUndefined();
  });
});

describe('a file that is not sorted by day', () => {
  const ALL = { from: '0001-01-01', to: '9999-12-31' };

  test('is refused by its ends when the newest day comes first', async () => {
    const source = await csv('newest.csv', 'day,x\n2024-01-03,3\n2024-01-02,2\n2024-01-01,1\n');
    await expect(coverage(source, folder)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message:
        'newest.csv begins with 2024-01-03 and ends with 2024-01-01. Sort the file by "day", the oldest day first.',
    });
  });

  test('is refused wherever that is, also behind the last day that is wanted', async () => {
    const source = await csv('middle.csv', 'day,x\n2024-01-01,1\n2024-01-05,5\n2024-01-02,2\n2024-01-06,6\n');
    expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-06' });
    await expect(sourceDays(source, { root: folder, ...ALL, to: '2024-01-02' })).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: 'middle.csv, line 4: 2024-01-02 comes after 2024-01-05, so sort the file by "day".',
    });
  });

  test('is refused as Parquet, by its statistics or by its rows', async () => {
    const days = "(DATE '2024-03-01' + (CASE WHEN i < 3000 THEN 0 WHEN i < 6000 THEN 9 ELSE i // 3000 END)::INT)";
    for (const type of ['DATE', 'VARCHAR']) {
      const file = `unsorted-${type}.parquet`;
      await parquet(file, `SELECT ${days}::${type} AS day FROM range(12000) r(i)`);
      const scan = sourceDays(plain(file, 'parquet'), { root: folder, ...ALL, to: '2024-03-03' });
      await expect(scan).rejects.toMatchObject({
        message: expect.stringMatching(/2024-03-0\d comes after 2024-03-10, so sort/u),
      });
    }
  });

  test('has its days told when it is sorted', async () => {
    const source = await csv('sorted.csv', 'day,x\n2024-01-01,1\n2024-01-01,2\n2024-01-03,3\n2024-01-04,4\n');
    expect(await sourceDays(source, { root: folder, from: '2024-01-01', to: '2024-01-03' })).toEqual([
      '2024-01-01',
      '2024-01-03',
    ]);
    await parquet('sorted.parquet', "SELECT (DATE '2024-03-01' + (i // 3000)::INT) AS day, i FROM range(9000) r(i)");
    expect(
      await sourceDays(plain('sorted.parquet', 'parquet'), { root: folder, from: '2024-03-02', to: '2024-03-09' }),
    ).toEqual(['2024-03-02', '2024-03-03']);
  });
});

describe('a bundled CSV', () => {
  test('may be compressed, with lines that end in CR, a byte order mark and blank records', async () => {
    const text = '\uFEFFday, x\r2024-01-01,1\r,\r2024-01-02,2\r , \r';
    await writeFile(join(folder, 'cr.csv'), text);
    await writeFile(join(folder, 'cr.csv.gz'), gzipSync(text));
    for (const source of [plain('cr.csv'), plain('cr.csv.gz')]) {
      expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-02' });
      expect(await daysOf(source)).toEqual([
        { date: '2024-01-01', rows: [{ day: '2024-01-01', x: '1' }] },
        { date: '2024-01-02', rows: [{ day: '2024-01-02', x: '2' }] },
      ]);
    }
  });

  test.each<[what: string, content: Uint8Array | string, says: RegExp]>([
    ['Latin-1', Buffer.from('day,x\n2024-01-01,caf\xe9\n', 'latin1'), /^bad\.csv, line 2: the byte 0xE9 is no UTF-8/u],
    ['UTF-16', Buffer.from('\uFEFFday,x\n', 'utf16le'), /^bad\.csv is text in UTF-16/u],
    ['a column twice', 'day,x,x\n2024-01-01,1,2\n', /^bad\.csv: its header has "x" twice/u],
    ['nothing at all', '', /^bad\.csv has no rows, as a download that failed/u],
  ])('with %s is refused', async (_, content, says) => {
    await writeFile(join(folder, 'bad.csv'), content);
    await expect(coverage(plain('bad.csv'), folder)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringMatching(says),
    });
  });
});

describe('a Parquet file', () => {
  test('has its decimals as they are written, as numbers or, where none holds them, as text', async () => {
    await parquet(
      'decimals.parquet',
      `SELECT DATE '2024-01-01' AS day, {'n': 1} AS nested, 0.57::DECIMAL(4,2) AS small, -18.63::DECIMAL(18,2) AS medium,
        1234567890123456.78::DECIMAL(38,2) AS large, -12345678901234567890.5::DECIMAL(38,1) AS larger, NULL::DECIMAL(9,3) AS none, 5::DECIMAL(9,0) AS whole`,
    );
    const [day] = await daysOf(plain('decimals.parquet', 'parquet'));
    expect(day?.rows[0]).toMatchObject({
      nested: { n: 1 },
      small: 0.57,
      medium: -18.63,
      large: '1234567890123456.78',
      larger: '-12345678901234567890.5',
      none: null,
      whole: 5,
    });
  });

  test('has text days with offsets on their UTC day, whatever the order of their text', async () => {
    await parquet(
      'offsets.parquet',
      `SELECT CASE WHEN i < 3000 THEN '2024-01-01T12:00:00Z' ELSE '2024-01-01T23:30:00-05:00' END AS day FROM range(6000) r(i)`,
    );
    const source = plain('offsets.parquet', 'parquet');
    expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-02' });
    const days = await daysOf(source, { from: '2024-01-02' });
    expect(days.map(({ date, rows }) => [date, rows.length])).toEqual([['2024-01-02', 3000]]);
  });

  test('that is a CSV, or has no such column, is named', async () => {
    await writeFile(join(folder, 'page.parquet'), '<!doctype html>');
    await expect(coverage(plain('page.parquet', 'parquet'), folder)).rejects.toMatchObject({
      message: 'page.parquet: it is an HTML page, not Parquet.',
    });
    await parquet('dates.parquet', "SELECT DATE '2024-01-01' AS date, 1 AS x");
    await expect(coverage(plain('dates.parquet', 'parquet'), folder)).rejects.toMatchObject({
      message: 'dates.parquet has no column "day". It has: date, x.',
    });
  });

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
    [
      'numbers for days',
      'SELECT 20240101 AS day',
      /row 1: column "day": 20240101 is not a day: write it as YYYY-MM-DD/u,
    ],
    [
      'a day that is missing',
      "SELECT unnest([DATE '2024-01-01', NULL]) AS day",
      /row 2: column "day": null is not a day/u,
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

describe('a bundled file of another format', () => {
  const lines = [
    '{"day":"2024-01-01","x":1}',
    '{"day":"2024-01-01","x":9007199254740993}',
    '{"day":"2024-01-03","x":3}',
  ];

  test.each([
    ['rows.ndjson', lines.join('\n')],
    ['rows.jsonl.gz', gzipSync(lines.join('\n'))],
    ['rows.json', `[${lines.join(',\n')}]`],
  ])('%s is known by its name, and its rows have types', async (name, content) => {
    await writeFile(join(folder, name), content);
    const source: FileSource<Row> = {
      file: name,
      dateColumn: 'day',
      parse: () => {
        throw new Error('what has types is not parsed');
      },
    };
    expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-03' });
    const days = [];
    for await (const day of readSource(source, { root: folder, from: '2024-01-01', to: '2024-01-02' })) days.push(day);
    expect(days).toMatchObject([{ date: '2024-01-01', rows: [{ x: 1 }, {}], places: ['line 1', 'line 2'], raw: true }]);
    expect([...(days[0]?.inexact ?? [])]).toEqual([[1, [{ path: ['x'], text: '9007199254740993' }]]]);
  });

  test('has the days of a function, and other delimiters', async () => {
    await writeFile(join(folder, 'parts.txt'), 'year;rest\n2024;01-01\n2024;01-02\n');
    const source: FileSource<Row> = {
      file: 'parts.txt',
      format: 'csv',
      delimiter: ';',
      dateColumn: ({ year, rest }) => `${String(year)}-${String(rest)}`,
    };
    expect(await coverage(source, folder)).toEqual({ first: '2024-01-01', last: '2024-01-02' });
    expect(await daysOf(source)).toEqual([
      { date: '2024-01-01', rows: [{ year: '2024', rest: '01-01' }] },
      { date: '2024-01-02', rows: [{ year: '2024', rest: '01-02' }] },
    ]);
    await parquet('parts.parquet', "SELECT 2024 AS year, '01-0' || (1 + i // 3000) AS rest FROM range(6000) r(i)");
    const same = { ...source, file: 'parts.parquet', format: 'parquet' } as const;
    expect(await coverage(same, folder)).toEqual({ first: '2024-01-01', last: '2024-01-02' });
    expect(await sourceDays(same, { root: folder, from: '2024-01-01', to: '2024-01-09' })).toEqual([
      '2024-01-01',
      '2024-01-02',
    ]);
  });

  test('names the row of Parquet whose day a function cannot tell', async () => {
    await parquet('untold.parquet', 'SELECT 1 AS x');
    const dateColumn = (): never => {
      throw new Error('no day at all');
    };
    await expect(daysOf({ ...plain('untold.parquet', 'parquet'), dateColumn })).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: 'untold.parquet, row 1: dateColumn(): no day at all.',
    });
  });

  test('that its name does not tell is asked for', async () => {
    await writeFile(join(folder, 'rows.data'), '');
    await expect(coverage({ file: 'rows.data', dateColumn: 'day' }, folder)).rejects.toMatchObject({
      code: 'BAD_DEFINITION',
      message: expect.stringMatching(/^rows\.data does not say by its name.*format: 'csv'/u),
    });
  });
});
