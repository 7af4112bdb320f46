/** Files that are not what their name says, by the bytes that real ones begin with. */
import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fileKind } from '../../../src/mill/sources/file-kind.ts';
import { query } from '../../support/duckdb.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each<[what: string, head: Uint8Array]>([
  ['gzip', gzipSync('date,n\n')],
  ['zstd', zstdCompressSync('date,n\n')],
  ['zstd', latin1('\x5e\x2a\x4d\x18\x04\0\0\0')],
  ['bzip2', latin1('BZh91AY&SY\xc8')],
  ['xz', latin1('\xfd7zXZ\0\0\x04')],
  ['lz4', latin1('\x04\x22\x4d\x18\x64')],
  ['a 7-Zip archive', latin1('7z\xbc\xaf\x27\x1c\0\x04')],
  ['an Excel workbook', latin1('PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml')],
  ['an OpenDocument spreadsheet', latin1('PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet')],
  ['a zip archive', latin1('PK\x03\x04\x14\0\0\0\0\0prices.csv')],
  ['a zip archive', latin1(`PK\x05\x06${'\0'.repeat(18)}`)],
  ['a tar archive', latin1(`prices.csv${'\0'.repeat(247)}ustar\x0000`)],
  ['an old Excel workbook', latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
  ['an Arrow file', latin1('ARROW1\0\0')],
  ['Avro', latin1('Obj\x01\x04')],
  ['PDF', latin1('%PDF-1.7\n')],
  ['a pointer of Git LFS, not the file itself', latin1('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a')],
  ['text in UTF-16', Buffer.from('\uFEFFdate', 'utf16le')],
  ['text in UTF-16', Buffer.from('date', 'utf16le')],
  ['text in UTF-16', Buffer.from('date', 'utf16le').swap16()],
  ['text in UTF-32', latin1('\xff\xfe\0\0d\0\0\0')],
  ['text in UTF-32', latin1('d\0\0\0a\0\0\0')],
  ['an HTML page', latin1('\r\n <!doctype HTML><title>404</title>')],
  ['an HTML page', latin1('\xef\xbb\xbf<html lang="en">')],
  ['XML', latin1('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code>')],
])('%s', (what, head) => {
  expect(fileKind(head)).toEqual({ what, remedy: expect.stringMatching(/\.$/) });
});

test('files as DuckDB and SQLite write them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-kinds-'));
  try {
    await query(`COPY (SELECT 1 AS n) TO '${join(folder, 'a.parquet')}' (FORMAT parquet)`);
    expect(fileKind(readFileSync(join(folder, 'a.parquet')))).toMatchObject({ what: 'Parquet' });
    const db = new DatabaseSync(join(folder, 'a.sqlite'));
    db.exec('CREATE TABLE a (n)');
    db.close();
    expect(fileKind(readFileSync(join(folder, 'a.sqlite')))).toMatchObject({ what: 'an SQLite database' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  '',
  'd',
  'date,n\n',
  '\uFEFFdate,n\n',
  '日付,値\n',
  '<TICKER>,<DATE>,<CLOSE>\n',
  'PAR1,date\n',
  'Object,date\n',
  'PK,date\n',
  'BZh9,date\n',
  'version,date\n',
  '{"date":"2024-01-01"}\n',
  '"<html>",date\n',
])('%j may be rows', (text) => {
  expect(fileKind(Buffer.from(text))).toBeUndefined();
});
