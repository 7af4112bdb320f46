/** CSV files with a header, by RFC 4180, streamed: https://www.rfc-editor.org/rfc/rfc4180 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import { parseCsv } from './parse-csv.ts';
import type { Coverage, SourceRow } from './source-row.ts';
import { dayOfValue } from './row-day.ts';

/** Longer than most records that coverage() has to find at the end of a file. */
const TAIL_BYTES = 65_536;

/** The file's records as rows of text, in batches of whatever one read of the disk brings. */
export async function* csvRows(path: string, file: string): AsyncGenerator<SourceRow[]> {
  let header: string[] | undefined;
  let number = 0;
  for await (const records of parseCsv(createReadStream(path, 'utf8'), file)) {
    const rows: SourceRow[] = [];
    for (const { fields } of records) {
      if (header === undefined) {
        header = fields;
        continue;
      }
      number++;
      rows.push({ number, values: valuesOf(header, fields, file, number) });
    }
    yield rows;
  }
}

/** Reads the first record and the end of the file; the whole of it only when its last record cannot be told from its end. */
export async function csvCoverage(path: string, source: FileSource<unknown>): Promise<Coverage> {
  const { file, dateColumn } = source;
  const [header, head] = await firstRecords(path, file, 2);
  if (header === undefined || head === undefined) throw new UserError('BAD_SOURCE', `${file} has no rows.`);
  const tail = (await lastLine(path)) ?? (await lastRecord(path, file));
  const first = dayOfValue(valuesOf(header, head, file, 1)[dateColumn]);
  const last = dayOfValue(valuesOf(header, tail, file, 'the last')[dateColumn]);
  if (first === undefined || last === undefined) {
    throw new UserError('BAD_SOURCE', `${file}: column "${dateColumn}" has no readable days at its ends.`);
  }
  return { first, last };
}

async function firstRecords(path: string, file: string, count: number): Promise<string[][]> {
  const first: string[][] = [];
  for await (const records of parseCsv(createReadStream(path, 'utf8'), file)) {
    first.push(...records.slice(0, count - first.length).map(({ fields }) => fields));
    if (first.length === count) break;
  }
  return first;
}

/** The fields of the file's last line; undefined when it starts before the tail or quotes make line ends ambiguous. */
async function lastLine(path: string): Promise<string[] | undefined> {
  const tail = (await readTail(path)).trimEnd();
  const start = tail.lastIndexOf('\n');
  return start === -1 || tail.includes('"') ? undefined : tail.slice(start + 1).split(',');
}

async function lastRecord(path: string, file: string): Promise<string[]> {
  let last: string[] = [];
  for await (const records of parseCsv(createReadStream(path, 'utf8'), file)) last = records.at(-1)?.fields ?? last;
  return last;
}

async function readTail(path: string): Promise<string> {
  await using handle = await open(path);
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString('utf8', 0, bytesRead);
}

function valuesOf(header: string[], record: string[], file: string, number: number | string): Record<string, string> {
  if (record.length !== header.length) {
    throw new UserError(
      'BAD_SOURCE',
      `${file}, row ${number}: it has ${record.length} fields, but the header names ${header.length}.`,
    );
  }
  return byColumn(header, record);
}

/** Of as many fields as the header names. */
export function byColumn(header: readonly string[], fields: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, name] of header.entries()) values[name] = fields[index] ?? '';
  return values;
}
