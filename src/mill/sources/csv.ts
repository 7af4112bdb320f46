/** Bundled CSV files, streamed. */
import { open } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import { byColumn, csvHeader, wrongWidth } from './csv-header.ts';
import { compressionOf, openText } from './open-text.ts';
import { type CsvRecord, parseCsv } from './parse-csv.ts';
import { dayOfValue } from './row-day.ts';
import type { Coverage, SourceRow } from './source-row.ts';

/** Longer than most records that coverage() has to find at the end of a file. */
const TAIL_BYTES = 65_536;

/** The file's records as rows of text, in batches of whatever one read of the disk brings. Records without a word are left out. */
export async function* csvRows(path: string, source: FileSource<unknown>): AsyncGenerator<SourceRow[]> {
  const { file, dateColumn } = source;
  let header: readonly string[] | undefined;
  const { chunks } = await openText(path, file);
  for await (const records of parseCsv(chunks, file)) {
    const rows: SourceRow[] = [];
    for (const { line, fields } of records) {
      if (header === undefined) header = csvHeader(fields, file, dateColumn);
      else if (fields.some((field) => field.trim() !== '')) rows.push(sourceRow(header, fields, file, `line ${line}`));
    }
    yield rows;
  }
}

/**
 * Reads the first record and the end of the file; the whole of it only when its last record cannot be told from its end. Undefined
 * when there are no records.
 */
export async function csvCoverage(path: string, source: FileSource<unknown>): Promise<Coverage | undefined> {
  const { file, dateColumn } = source;
  const [names, head] = await firstRecords(path, file, 2);
  if (names === undefined) return undefined;
  const header = csvHeader(names.fields, file, dateColumn);
  if (head === undefined) return undefined;
  const tail = (await lastLine(path)) ?? (await lastRecord(path, file));
  const dayIn = (fields: readonly string[], where: string) =>
    dayOfValue(sourceRow(header, fields, file, where).values[dateColumn]);
  const first = dayIn(head.fields, `line ${head.line}`);
  const last = dayIn(tail, 'the last line');
  if (first === undefined || last === undefined) {
    throw new UserError('BAD_SOURCE', `${file}: column "${dateColumn}" has no readable days at its ends.`);
  }
  return { first, last };
}

async function firstRecords(path: string, file: string, count: number): Promise<CsvRecord[]> {
  const first: CsvRecord[] = [];
  const { chunks } = await openText(path, file);
  for await (const records of parseCsv(chunks, file)) {
    first.push(...records.filter(saysSomething).slice(0, count - first.length));
    if (first.length === count) break;
  }
  return first;
}

const saysSomething = ({ fields }: CsvRecord): boolean => fields.some((field) => field.trim() !== '');

/** The fields of the file's last line; undefined when it starts before the tail, or is not one record for sure. */
async function lastLine(path: string): Promise<string[] | undefined> {
  if (compressionOf(path) !== undefined) return undefined;
  const tail = (await readTail(path)).trimEnd();
  const start = tail.lastIndexOf('\n');
  const fields = tail.slice(start + 1).split(',');
  const clear =
    start !== -1 && !/["\r]/.test(tail.replaceAll('\r\n', '\n')) && fields.some((field) => field.trim() !== '');
  return clear ? fields : undefined;
}

async function lastRecord(path: string, file: string): Promise<string[]> {
  let last: string[] = [];
  const { chunks } = await openText(path, file);
  for await (const records of parseCsv(chunks, file)) last = records.findLast(saysSomething)?.fields ?? last;
  return last;
}

async function readTail(path: string): Promise<string> {
  await using handle = await open(path);
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString('utf8', 0, bytesRead);
}

function sourceRow(header: readonly string[], fields: readonly string[], file: string, where: string): SourceRow {
  const wrong = wrongWidth(header, fields);
  if (wrong !== undefined) throw new UserError('BAD_SOURCE', `${file}, ${where}: ${wrong}.`);
  return { where, values: byColumn(header, fields) };
}
