/** Files for `daymill load`: what each line of them is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { query } from '../../support/duckdb.ts';
import { diskFile } from '../../../src/mill/sources/disk-file.ts';
import { formatOf, readRows } from '../../../src/mill/sources/read-rows.ts';
import type { DateColumn, Delimiter } from '../../../src/mill/model/dataset.ts';
import type { FileRow } from '../../../src/mill/model/file-row.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(
  name: string,
  content: string | Uint8Array,
  dateColumn: DateColumn = 'date',
  delimiter?: Delimiter,
): Promise<FileRow[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const rows: FileRow[] = [];
  for await (const batch of readRows(await diskFile(path), { format: formatOf(name) ?? 'csv', dateColumn, delimiter }))
    rows.push(...batch);
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
        reason: '"2024-02-30" is not a day: there is no 2024-02-30',
        row: { date: '2024-02-30', n: '3' },
      },
      { kind: 'blank', line: 4 },
      {
        kind: 'wrong',
        line: 5,
        column: 'date',
        reason: 'it is blank, and every row needs its day (YYYY-MM-DD)',
        row: { date: '', n: '4' },
      },
      row(6, '2024-01-02', { date: '2024-01-02', n: '5' }),
    ]);
  });

  test.each([
    ['without the date column', 'day,n\n', /has no column "date". It has: day, n\..*--date-column/],
    ['with a column twice', 'date,n,n\n', /has "n" twice/],
    ['with a column twice but for spaces', 'date,n, n\n', /has "n" twice/],
    ['with columns without a name', 'date,,\n', /has two columns without a name/],
    ['with a column that no object keeps', 'date,__proto__\n', /no column can be called "__proto__"/],
    ['with other separators', 'date;n\n2024-01-01;1\n', /separated by ";": say delimiter: ";"/],
    ['that is JSON', '{"date":"2024-01-01"}\n', /looks like JSON: .*--format ndjson/],
    [
      'cut off in its last row',
      'date,n,m\n2024-01-01,1,2\n2024-01-02,1',
      /cut off in line 3, its last: it has 2 fields/,
    ],
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

describe('NDJSON that JSON.parse would change', () => {
  test.each<[text: string, path: string[], written: string]>([
    ['{"date":"2024-01-01","n":9007199254740993}', ['n'], '9007199254740993'],
    ['{"date":"2024-01-01","n":-9007199254740993}', ['n'], '-9007199254740993'],
    ['{"date":"2024-01-01","n":[1,{"m":1e400}]}', ['n', '1', 'm'], '1e400'],
    ['{"date":"2024-01-01","n":1e-400}', ['n'], '1e-400'],
    ['{"date":"2024-01-01","n":1234567890123456.789}', ['n'], '1234567890123456.789'],
  ])('%s keeps what it says beside what a number holds', async (text, path, written) => {
    expect(await rowsOf('a.ndjson', text)).toMatchObject([{ kind: 'row', inexact: [{ path, text: written }] }]);
  });

  test.each([
    '{"date":"2024-01-01","n":0.1,"m":[9007199254740992,1e21,-0,1.50,0.30000000000000004]}',
    '{"date":"2024-01-01","n":18.629999999999999005}',
    '{"date":"2024-01-01","n":"9007199254740993","9007199254740993":"1e400, \\"a\\":1"}',
    '{"date" : "2024-01-01","a":{"date":1},"b":[{"a":":"},{"a":2}]}',
  ])('%s is what it says', async (text) => {
    expect(await rowsOf('a.ndjson', text)).toEqual([row(1, '2024-01-01', JSON.parse(text) as object)]);
  });

  test.each<[text: string, column: string, reason: RegExp]>([
    ['{"date":"2024-01-01","n":1,"n":2}', 'n', /its object has this key twice/],
    [String.raw`{"date":"2024-01-01","n" :1,"\u006e":1}`, 'n', /twice/],
    ['{"date":"2024-01-01","a":[{"b":1,"b":1}]}', 'a.0.b', /twice/],
    ['{"date":"2024-01-01","date":"2024-01-02"}', 'date', /twice/],
    ['{"date":"2024-01-01","__proto__":{"n":1}}', '__proto__', /no field can be called so/],
  ])('%s is wrong', async (text, column, reason) => {
    expect(await rowsOf('a.ndjson', text)).toEqual([
      { kind: 'wrong', line: 1, column, reason: expect.stringMatching(reason), row: text },
    ]);
  });

  test('a line that is no JSON is told why as far as can be', async () => {
    const deep = `{"date":"2024-01-01","s":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const lines = ['{"date":"2024-01-01","n":NaN}', deep, '{"date":"2024-01-01"}{}', 'Internal Server Error'];
    expect(await rowsOf('a.ndjson', lines.join('\n'))).toMatchObject([
      { line: 1, reason: 'it is no JSON: NaN and Infinity are no part of it. Have null sent where there is no number' },
      { line: 2, reason: 'it is nested too deep' },
      { line: 3, reason: expect.stringMatching(/^it is no JSON: /) },
      { line: 4, reason: expect.stringMatching(/^it is no JSON: /) },
    ]);
  });

  test.each([
    ['cut off in its last line', '{"date":"2024-01-01"}\n{"date":"2024-01-', /cut off in line 2, its last/],
    ['a list', '[{"date":"2024-01-01"}]\n', /is one JSON list, .*--format json/],
    ['laid out over lines', '{\n  "date": "2024-01-01"\n}\n', /is one JSON text over several lines, .*jq -c \./],
  ])('a file that is %s is refused', async (_, text, says) => {
    await expect(rowsOf('a.ndjson', text)).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringMatching(says) }),
    );
  });
});

describe('compression', () => {
  const zstd = (text: string): Buffer => zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const text = `date,n\n${Array.from({ length: 50_000 }, (_, n) => `2024-01-01,${n}`).join('\n')}\n`;

  test.each([
    ['a.csv.gz', gzipSync],
    ['a.CSV.GZ', gzipSync],
    ['a.csv.zst', zstdCompressSync],
  ])('%s is read as what is in it', async (name, compress) => {
    const rows = await rowsOf(name, compress(text));
    expect(rows).toHaveLength(50_000);
    expect(rows.at(-1)).toEqual(row(50_001, '2024-01-01', { date: '2024-01-01', n: '49999' }));
  });

  test.each([
    ['a.csv.gz', gzipSync],
    ['a.csv.zst', zstd],
  ])('a damaged %s is refused', async (name, compress) => {
    const bytes = compress(text);
    const flipped = Buffer.from(bytes);
    flipped.writeUInt32LE(0xbadbad, bytes.length >> 1);
    for (const damaged of [bytes.subarray(0, bytes.length >> 1), bytes.subarray(0, -1), flipped])
      await expect(rowsOf(name, damaged)).rejects.toThrow(
        expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringContaining('cannot be decompressed') }),
      );
  });
});

describe('a compressed file', () => {
  const [one, two] = ['date,n\n2024-01-01,1\n', '2024-01-02,2\n'];
  const rows = [
    row(2, '2024-01-01', { date: '2024-01-01', n: '1' }),
    row(3, '2024-01-02', { date: '2024-01-02', n: '2' }),
  ];

  test.each([
    ['a.csv.gz', gzipSync],
    ['a.csv.zst', zstdCompressSync],
  ])('%s of several frames, or with zeros behind them, is read to its end', async (name, compress) => {
    const frames = Buffer.concat([compress(one), compress(two)]);
    expect(await rowsOf(name, frames)).toEqual(rows);
    expect(await rowsOf(name, Buffer.concat([frames, Buffer.alloc(100)]))).toEqual(rows);
  });

  test.each([
    ['a.csv.gz', gzipSync],
    ['a.csv.zst', zstdCompressSync],
  ])('%s with something else behind is refused', async (name, compress) => {
    for (const more of [Buffer.from(two), Buffer.concat([Buffer.alloc(10), Buffer.from(two)])])
      await expect(rowsOf(name, Buffer.concat([compress(one), more]))).rejects.toThrow(/cannot be decompressed/);
  });

  test.each<[name: string, content: Uint8Array, says: RegExp]>([
    ['plain.csv.gz', Buffer.from(one), /plain\.csv\.gz ends in \.gz and is no gzip\. If it is plain text/],
    ['other.csv.gz', zstdCompressSync(one), /ends in \.gz and is no gzip: it is zstd\. Let its name end in \.zst/],
    ['page.csv.gz', Buffer.from('<!DOCTYPE html>\n<html>'), /no gzip: it is an HTML page\. .* download the file again/],
    ['twice.csv.gz', gzipSync(gzipSync(one)), /twice\.csv\.gz is gzip\. /],
    ['named.csv', gzipSync(one), /named\.csv is gzip\. Let its name end in \.gz/],
    ['named.ndjson', zstdCompressSync(one), /named\.ndjson is zstd\. Let its name end in \.zst/],
  ])('%s is named as what it is', async (name, content, says) => {
    await expect(rowsOf(name, content)).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringMatching(says) }),
    );
  });
});

describe('bytes', () => {
  test.each<[what: string, name: string, content: Uint8Array, says: RegExp]>([
    [
      'Latin-1 in CSV',
      'a.csv',
      Buffer.from('date,name\n2024-01-01,tea\n2024-01-02,caf\xe9\n', 'latin1'),
      /a\.csv, line 3: the byte 0xE9 is no UTF-8; in Windows-1252 it would be in "2024-01-02,café"\. .*iconv -f WINDOWS-1252/,
    ],
    [
      'Latin-1 in NDJSON',
      'a.ndjson',
      Buffer.from('{"date":"2024-01-01","name":"na\xefve"}\n', 'latin1'),
      /a\.ndjson, line 1: the byte 0xEF is no UTF-8/,
    ],
    [
      'Latin-1 far down, in lines that end in CR',
      'a.csv',
      Buffer.from(`date,name\r${'2024-01-01,tea\r'.repeat(20_000)}2024-01-02,\xfcber\r`, 'latin1'),
      /a\.csv, line 20002: the byte 0xFC/,
    ],
    [
      'a surrogate in UTF-8',
      'a.csv',
      Buffer.from('date,n\n2024-01-01,\xed\xa0\x80\n', 'latin1'),
      /line 2: the byte 0xED/,
    ],
    [
      'a character that is cut off',
      'a.csv',
      Buffer.from('date,n\n2024-01-01,\xe2\x82', 'latin1'),
      /line 2: it ends within a/,
    ],
    [
      'UTF-16 with its mark',
      'a.csv',
      Buffer.from('\uFEFFdate,n\n', 'utf16le'),
      /a\.csv is text in UTF-16\. .*iconv -f UTF-16/,
    ],
    ['UTF-16 without', 'a.ndjson', Buffer.from('{"date":"2024-01-01"}\n', 'utf16le'), /is text in UTF-16/],
    ['UTF-16, big end first', 'a.csv', Buffer.from('date,n\n', 'utf16le').swap16(), /is text in UTF-16/],
    ['a NUL', 'a.csv', Buffer.from('date,n\n2024-01-01,1\n2024-01-\0\0\0\0\n'), /a\.csv, line 3: it has a NUL byte/],
  ])('%s are refused, with the line', async (_, name, content, says) => {
    await expect(rowsOf(name, content)).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringMatching(says) }),
    );
  });

  test('of UTF-8 stay as they are wherever a read of the disk ends, and its mark is no text', async () => {
    const names = Array.from({ length: 9_000 }, (_, n) => `é日🛩${'x'.repeat(n % 7)}`);
    const text = `\uFEFFdate,name\n${names.map((name) => `2024-01-01,${name}\n`).join('')}`;
    const rows = await rowsOf('a.csv', text);
    expect(rows.map((each) => each.kind === 'row' && each.values['name'])).toEqual(names);
  });
});

test('lines may end in CR alone', async () => {
  expect(await rowsOf('a.csv', 'date,n\r2024-01-01,1\r')).toEqual([
    row(2, '2024-01-01', { date: '2024-01-01', n: '1' }),
  ]);
});

test('lines of NDJSON may end in CR alone, or in CRLF wherever a read of the disk ends', async () => {
  const line = (n: number): string => JSON.stringify({ date: '2024-01-01', n });
  for (const end of ['\r', '\r\n']) {
    const rows = await rowsOf('a.ndjson', Array.from({ length: 9_000 }, (_, n) => line(n) + end).join(''));
    expect(rows).toHaveLength(9_000);
    expect(rows.at(-1)).toEqual(row(9_000, '2024-01-01', { date: '2024-01-01', n: 8_999 }));
  }
});

test('names of columns have no spaces around them', async () => {
  expect(await rowsOf('a.csv', 'date, v ,"w "\n2024-01-01,5,6\n')).toEqual([
    row(2, '2024-01-01', { date: '2024-01-01', v: '5', w: '6' }),
  ]);
});

test('how far it is comes in bytes on disk, and ends with all of them', async () => {
  const path = join(folder, 'long.csv');
  writeFileSync(path, `date,n\n${'2024-01-01,1\n'.repeat(30_000)}`);
  const heard: (readonly [number, number])[] = [];
  const onBytes = (read: number, total: number): void => void heard.push([read, total]);
  for await (const _ of readRows(await diskFile(path), { format: 'csv', dateColumn: 'date', onBytes }));
  expect(heard.length).toBeGreaterThan(2);
  expect(heard.at(-1)).toEqual([390_007, 390_007]);
});

test('a file that is not there is named', async () => {
  await expect(diskFile(join(folder, 'none.csv'))).rejects.toThrow(expect.objectContaining({ code: 'MISSING_FILE' }));
});

describe('fields between other delimiters', () => {
  test.each([
    ['a.csv', ';', 'date;n\n2024-01-01;"1;2"\n'],
    ['a.csv', '|', 'date|n\n2024-01-01|1;2\n'],
    ['a.tsv', undefined, 'date\tn\n2024-01-01\t1;2\n'],
    ['a.tsv.gz', undefined, gzipSync('date\tn\n2024-01-01\t1;2\n')],
  ] as const)('are told apart in %s with %s', async (name, delimiter, content) => {
    expect(await rowsOf(name, content, 'date', delimiter)).toEqual([
      row(2, '2024-01-01', { date: '2024-01-01', n: '1;2' }),
    ]);
  });
});

describe('a JSON list', () => {
  test('is read member by member, whatever its layout, wherever a chunk ends', async () => {
    const members = [
      { date: '2024-01-01', s: 'a,]}"\\', deep: [[{ x: [1] }], ','] },
      { date: '2024-01-02', s: '' },
    ];
    const laidOut = `\uFEFF [\r\n${members.map((each) => JSON.stringify(each, undefined, 2)).join('\n,\n')}\n]\n`;
    expect(await rowsOf('a.json', laidOut)).toEqual([
      row(2, '2024-01-01', members[0] ?? {}),
      row(17, '2024-01-02', members[1] ?? {}),
    ]);
    const long = `[${Array.from({ length: 5_000 }, (_, n) => JSON.stringify({ date: '2024-01-01', n, text: '[{,"\\'.repeat(9) })).join(',')}]`;
    const rows = await rowsOf('a.json.gz', gzipSync(long));
    expect(rows.map((each) => each.kind === 'row' && each.values['n'])).toEqual(
      Array.from({ length: 5_000 }, (_, n) => n),
    );
  });

  test.each([
    ['[]', []],
    [' [ \n ] ', []],
    ['[1,{"date":"2024-01-01"},]', ['it is no JSON object', undefined, 'it is no JSON: Unexpected end of JSON input']],
    ['[{"date":"2024-01-01","n":9007199254740993}]', [undefined]],
    ['[{"date":"2024-01-01","a":1,"a":2}]', ['its object has this key twice']],
    ['[{"date":"2024-01-01" "b":1}]', [expect.stringMatching(/^it is no JSON: /)]],
  ])('%s has its members judged one by one', async (text, reasons) => {
    const rows = await rowsOf('a.json', text);
    expect(rows.map((each) => (each.kind === 'wrong' ? each.reason : undefined))).toEqual(reasons);
  });

  test.each([
    ['{"date":"2024-01-01"}', /line 1: it is no JSON list\. If each line is an object.*--format ndjson/],
    ['Internal Server Error', /line 1: it is no JSON list\. Write \[ \]/],
    ['[{"date":"2024-01-01"}\n,{"date":', /is cut off in line 2: its list/],
    ['[{"date":"2024-01-01\\"}]', /is cut off in line 1/],
    ['[{"date":"2024-01-01"}]\n[]', /line 2: something follows the list/],
  ])('%s is refused', async (text, message) => {
    await expect(rowsOf('a.json', text)).rejects.toThrow(
      expect.objectContaining({ code: 'BAD_SOURCE', message: expect.stringMatching(message) }),
    );
  });
});

describe('a date column that is a function', () => {
  const ofParts: DateColumn = ({ year, day }) => {
    if (year === '') throw new Error('there is no year');
    return `${String(year)}-01-${String(day)}`;
  };

  test('is asked for each row, of text and of JSON', async () => {
    const expected = [
      row(2, '2024-01-05', { year: '2024', day: '05' }),
      { kind: 'wrong', line: 3, column: 'dateColumn()', reason: 'there is no year', row: { year: '', day: '06' } },
      expect.objectContaining({ kind: 'wrong', line: 4, reason: '"2024-01-32" is not a day: there is no 2024-01-32' }),
    ];
    expect(await rowsOf('a.csv', 'year,day\n2024,05\n,06\n2024,32\n', ofParts)).toEqual(expected);
    expect(await rowsOf('a.json', '[{"year":2024,"day":"05"}]', ofParts)).toEqual([
      row(1, '2024-01-05', { year: 2024, day: '05' }),
    ]);
  });
});

test('Parquet is read row by row, in any order', async () => {
  const path = join(folder, 'a.parquet');
  await query(
    `COPY (SELECT unnest([DATE '2024-01-02', DATE '2024-01-01', NULL]) AS date, 7 AS n) TO '${path}' (FORMAT parquet)`,
  );
  const rows: FileRow[] = [];
  for await (const batch of readRows(await diskFile(path), { format: 'parquet', dateColumn: 'date' }))
    rows.push(...batch);
  expect(rows).toMatchObject([
    { line: 1, date: '2024-01-02', values: { n: 7 } },
    { line: 2, date: '2024-01-01' },
    { kind: 'wrong', line: 3, column: 'date', reason: expect.stringContaining('null is not a day') },
  ]);
});
