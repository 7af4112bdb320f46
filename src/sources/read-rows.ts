/** Reads a file for `daymill load`: CSV or NDJSON, plain or compressed, row by row, each with its line and its day. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { toError, UserError } from '../errors.ts';
import { byColumn } from './csv.ts';
import { type CsvRecord, parseCsv } from './parse-csv.ts';
import type { FileRow } from '../model/file-row.ts';
import { dayOfValue } from './row-day.ts';

export type RowFormat = 'csv' | 'ndjson';

export interface ReadRowsOptions {
  readonly format: RowFormat;
  readonly dateColumn: string;
  /** Hears how far the file was read, in bytes on disk. */
  readonly onBytes?: (read: number, total: number) => void;
}

const FORMATS: Readonly<Record<string, RowFormat>> = { csv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' };

const COMPRESSIONS = { gz: createGunzip, zst: createZstdDecompress } as const;

/** Characters of a line that is no JSON which go into the list of wrong rows. */
const SHOWN_CHARACTERS = 500;

/** By the file's name, without the ending of its compression; undefined when it says nothing. */
export const formatOf = (path: string): RowFormat | undefined =>
  FORMATS[/\.([^.]+)(?:\.(?:gz|zst))?$/.exec(path)?.[1]?.toLowerCase() ?? ''];

/**
 * Yields rows in the file's order, in batches of whatever one read of the disk brings. Wrong rows are yielded as such.
 * @throws {UserError} MISSING_FILE; BAD_SOURCE when the file as a whole cannot be read: no such column, a quote that is never
 * closed, damaged compression.
 */
export async function* readRows(path: string, options: ReadRowsOptions): AsyncGenerator<FileRow[]> {
  const { text, onBatch } = await openText(path, options);
  const rows = options.format === 'csv' ? csvFileRows(text, path, options) : ndjsonFileRows(text, options);
  try {
    for await (const batch of rows) {
      onBatch();
      yield batch;
    }
  } catch (thrown) {
    if (thrown instanceof UserError || !isZlibError(thrown)) throw thrown;
    throw new UserError('BAD_SOURCE', `${path} cannot be decompressed: ${toError(thrown).message}.`, { cause: thrown });
  }
}

async function openText(
  path: string,
  { onBytes = () => {} }: ReadRowsOptions,
): Promise<{ text: AsyncIterable<string>; onBatch: () => void }> {
  const file = await stat(path).catch(() => undefined);
  if (file?.isFile() !== true) throw new UserError('MISSING_FILE', `${path} is no file. Name one that is there.`);
  const raw = createReadStream(path);
  const onBatch = (): void => onBytes(raw.bytesRead, file.size);
  const ending = /\.(gz|zst)$/i.exec(path)?.[1]?.toLowerCase() as keyof typeof COMPRESSIONS | undefined;
  if (ending === undefined) return { text: raw.setEncoding('utf8'), onBatch };
  // What goes wrong is thrown to the reader of the last stream.
  const stream: Readable = pipeline(raw, COMPRESSIONS[ending](), () => {});
  return { text: stream.setEncoding('utf8'), onBatch };
}

const isZlibError = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && /^(Z_|ZSTD_|ERR_ZSTD|ERR__ERROR)/.test(String(thrown.code));

async function* csvFileRows(
  text: AsyncIterable<string>,
  path: string,
  { dateColumn }: ReadRowsOptions,
): AsyncGenerator<FileRow[]> {
  let header: readonly string[] | undefined;
  for await (const records of parseCsv(text, path)) {
    const rows: FileRow[] = [];
    for (const record of records) {
      if (header === undefined) header = checkedHeader(record.fields, path, dateColumn);
      else rows.push(csvFileRow(record, header, dateColumn));
    }
    yield rows;
  }
}

function checkedHeader(header: readonly string[], path: string, dateColumn: string): readonly string[] {
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError('BAD_SOURCE', `${path}: its header has "${twice}" twice. Rename one.`);
  if (header.includes(dateColumn)) return header;
  throw new UserError(
    'BAD_SOURCE',
    `${path} has no column "${dateColumn}". It has: ${header.join(', ')}. Name the one that holds the day with --date-column.`,
  );
}

function csvFileRow({ line, fields }: CsvRecord, header: readonly string[], dateColumn: string): FileRow {
  if (fields.every((field) => field.trim() === '')) return { kind: 'blank', line };
  if (fields.length !== header.length) {
    const reason = `it has ${fields.length} fields, and the header names ${header.length}`;
    return { kind: 'wrong', line, column: '', reason, row: fields };
  }
  return dated(line, byColumn(header, fields), dateColumn);
}

async function* ndjsonFileRows(
  text: AsyncIterable<string>,
  { dateColumn }: ReadRowsOptions,
): AsyncGenerator<FileRow[]> {
  let [line, rest, atStart] = [0, '', true];
  const rowsOf = (lines: readonly string[]): FileRow[] =>
    lines.flatMap((one) => {
      line++;
      return one.trim() === '' ? [] : [ndjsonFileRow(line, one, dateColumn)];
    });
  for await (const chunk of text) {
    const lines = (rest + (atStart ? chunk.replace(/^\uFEFF/, '') : chunk)).split('\n');
    atStart = false;
    rest = lines.pop() ?? '';
    yield rowsOf(lines);
  }
  yield rowsOf([rest]);
}

function ndjsonFileRow(line: number, text: string, dateColumn: string): FileRow {
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === 'object' && values !== null && !Array.isArray(values))
      return dated(line, values as Record<string, unknown>, dateColumn);
    return { kind: 'wrong', line, column: '', reason: 'it is no JSON object', row: values };
  } catch (thrown) {
    const row = text.slice(0, SHOWN_CHARACTERS);
    return { kind: 'wrong', line, column: '', reason: `it is no JSON: ${toError(thrown).message}`, row };
  }
}

function dated(line: number, values: Readonly<Record<string, unknown>>, dateColumn: string): FileRow {
  const value = values[dateColumn];
  const date = dayOfValue(value);
  if (date !== undefined) return { kind: 'row', line, date, values };
  const reason = value === undefined ? 'it is not there' : `${JSON.stringify(value)} is no day (YYYY-MM-DD)`;
  return { kind: 'wrong', line, column: dateColumn, reason, row: values };
}
