/** Files for `daymill load`: what each line of them is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatOf, readRows } from '../../src/sources/read-rows.ts';
import type { FileRow } from '../../src/model/file-row.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(name: string, content: string | Uint8Array, dateColumn = 'date'): Promise<FileRow[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const rows: FileRow[] = [];
  for await (const batch of readRows(path, { format: formatOf(name) ?? 'csv', dateColumn })) rows.push(...batch);
  return rows;
}

const row = (line: number, date: string, values: object) => ({ kind: 'row', line, date, values });

describe('a CSV', () => {
  test('gives each row its line, where records span lines and lines are empty too', async () => {
    const csv = '\uFEFFdate,note\r\n2024-01-02,"two\r\nlines"\r\n\r\n2024-01-01T10:00:00Z,one\r\n';
    expect(await rowsOf('a.csv', csv)).toEqual([
      row(2, '2024-01-02', { date: '2024-01-02', note: 'two\r\nlines' }),
      row(5, '2024-01-01', { date: '2024-01-01T10:00:00Z', note: 'one' }),
    ]);
  });

  test('says what is wrong with a row, and goes on', async () => {
    const csv = 'date,n\n2024-01-01,1,2\n2024-02-30,3\n,\n,4\n2024-01-02,5\n';
    expect(await rowsOf('a.csv', csv)).toEqual([
      {
        kind: 'wrong',
        line: 2,
        column: '',
        reason: 'it has 3 fields, and the header names 2',
        row: ['2024-01-01', '1', '2'],
      },
      {
        kind: 'wrong',
        line: 3,
        column: 'date',
        reason: '"2024-02-30" is no day (YYYY-MM-DD)',
        row: { date: '2024-02-30', n: '3' },
      },
      { kind: 'blank', line: 4 },
      { kind: 'wrong', line: 5, column: 'date', reason: '"" is no day (YYYY-MM-DD)', row: { date: '', n: '4' } },
      row(6, '2024-01-02', { date: '2024-01-02', n: '5' }),
    ]);
  });

  test.each([
    ['without the date column', 'day,n\n', /has no column "date". It has: day, n\..*--date-column/],
    ['with a column twice', 'date,n,n\n', /has "n" twice/],
    ['with an open quote', 'date,n\n2024-01-01,"1\n', /is never closed/],
  ])('%s is refused', async (_, csv, message) => {
    await expect(rowsOf('a.csv', csv)).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringMatching(message) }),
    );
  });
});

describe('NDJSON', () => {
  test('gives objects as they are, and says which lines are none', async () => {
    const ndjson = '{"date":"2024-01-01","n":1}\r\n\n[1]\n{"date":\n{"n":2}\n{"date":"2024-01-02","n":null}';
    expect(await rowsOf('a.ndjson', ndjson)).toEqual([
      row(1, '2024-01-01', { date: '2024-01-01', n: 1 }),
      { kind: 'wrong', line: 3, column: '', reason: 'it is no JSON object', row: [1] },
      { kind: 'wrong', line: 4, column: '', reason: expect.stringMatching(/^it is no JSON: /), row: '{"date":' },
      { kind: 'wrong', line: 5, column: 'date', reason: 'it is not there', row: { n: 2 } },
      row(6, '2024-01-02', { date: '2024-01-02', n: null }),
    ]);
  });
});

describe('compression', () => {
  const text = `date,n\n${Array.from({ length: 50_000 }, (_, n) => `2024-01-01,${n}`).join('\n')}\n`;

  test.each([
    ['a.csv.gz', gzipSync],
    ['a.csv.zst', zstdCompressSync],
  ])('%s is read as what is in it', async (name, compress) => {
    const rows = await rowsOf(name, compress(text));
    expect(rows).toHaveLength(50_000);
    expect(rows.at(-1)).toEqual(row(50_001, '2024-01-01', { date: '2024-01-01', n: '49999' }));
  });

  test.each([
    ['a.csv.gz', gzipSync],
    ['a.csv.zst', zstdCompressSync],
  ])('a damaged %s is refused', async (name, compress) => {
    const bytes = compress(text);
    const short = bytes.subarray(0, bytes.length >> 1);
    for (const damaged of [short, Buffer.from('date,n\n2024-01-01,1\n')])
      await expect(rowsOf(name, damaged)).rejects.toThrow(
        expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringContaining('cannot be decompressed') }),
      );
  });
});

test('how far it is comes in bytes on disk, and ends with all of them', async () => {
  const path = join(folder, 'long.csv');
  writeFileSync(path, `date,n\n${'2024-01-01,1\n'.repeat(30_000)}`);
  const heard: (readonly [number, number])[] = [];
  const onBytes = (read: number, total: number): void => void heard.push([read, total]);
  for await (const _ of readRows(path, { format: 'csv', dateColumn: 'date', onBytes }));
  expect(heard.length).toBeGreaterThan(2);
  expect(heard.at(-1)).toEqual([390_007, 390_007]);
});

test('a file that is not there is named', async () => {
  const rows = readRows(join(folder, 'none.csv'), { format: 'csv', dateColumn: 'date' });
  await expect(rows.next()).rejects.toThrow(expect.objectContaining({ code: 'MISSING_FILE' }));
});
