/** CSV files with a header, by RFC 4180, streamed: https://www.rfc-editor.org/rfc/rfc4180 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import { parseCsv } from './parse-csv.ts';
import type { Coverage, SourceRow } from './read-source.ts';
import { dayOfValue } from './row-day.ts';

/** Longer than any record that coverage() has to find at the end of a file. */
const TAIL_BYTES = 65_536;

/** The file's records as rows of text, in batches of whatever one read of the disk brings. */
export async function* csvRows(path: string, file: string): AsyncGenerator<SourceRow[]> {
  let header: string[] | undefined;
  let number = 0;
  for await (const records of parseCsv(createReadStream(path, 'utf8'), file)) {
    const rows: SourceRow[] = [];
    for (const record of records) {
      if (header === undefined) {
        header = record;
        continue;
      }
      number++;
      rows.push({ number, values: valuesOf(header, record, file, number) });
    }
    yield rows;
  }
}

/** Reads the first record and the end of the file; the whole of it only when quotes make line ends ambiguous there. */
export async function csvCoverage(path: string, source: FileSource<unknown>): Promise<Coverage> {
  let head: SourceRow | undefined;
  for await (const rows of csvRows(path, source.file)) {
    [head] = rows;
    if (head !== undefined) break;
  }
  if (head === undefined) throw new UserError('BAD_SOURCE', `${source.file} has no rows.`);
  const first = dayOfValue(head.values[source.dateColumn]);
  const last = dayOfValue((await lastValues(path, source.file, Object.keys(head.values)))[source.dateColumn]);
  if (first === undefined || last === undefined) {
    throw new UserError(
      'BAD_SOURCE',
      `${source.file}: column "${source.dateColumn}" has no readable days at its ends.`,
    );
  }
  return { first, last };
}

async function lastValues(path: string, file: string, header: string[]): Promise<SourceRow['values']> {
  const tail = await readTail(path);
  const line = tail.split(/\r?\n/u).findLast((text) => text !== '');
  if (!tail.includes('"') && tail.includes('\n') && line !== undefined) {
    return valuesOf(header, line.split(','), file, 'the last');
  }
  let last: SourceRow | undefined;
  for await (const rows of csvRows(path, file)) last = rows.at(-1) ?? last;
  return last?.values ?? {};
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
  const values: Record<string, string> = {};
  for (const [index, name] of header.entries()) values[name] = record[index] ?? '';
  return values;
}
