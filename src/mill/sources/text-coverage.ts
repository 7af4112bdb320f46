/** The first and the last day of a text whose rows are in order, from its ends where they tell. */
import { UserError } from '../../errors.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import type { FileRow } from '../model/file-row.ts';
import { compressionOf, openText } from './open-text.ts';
import { delimiterOf, type ReadRowsOptions, readRows, textRows } from './read-rows.ts';
import { dateName } from './row-day.ts';
import type { Coverage } from './source-row.ts';

/** Longer than most records that have to be found at the end of a file. */
const TAIL_BYTES = 65_536;

/** Undefined when there are no rows. @throws {UserError} as `readRows`; BAD_SOURCE when an end has no readable day. */
export async function textCoverage(file: FileBytes, options: ReadRowsOptions): Promise<Coverage | undefined> {
  const head = await firstRow(readRows(file, options));
  if (head === undefined) return undefined;
  const tail = (await rowOfLastLine(file, options)) ?? (await lastRow(readRows(file, options))) ?? head;
  if (head.kind === 'row' && tail.kind === 'row') return { first: head.date, last: tail.date };
  const wrong = head.kind === 'wrong' ? head : tail;
  const column = dateName(options.dateColumn);
  if (wrong.kind !== 'wrong' || wrong.column === column)
    throw new UserError('BAD_SOURCE', `${file.name}: column "${column}" has no readable days at its ends.`);
  throw new UserError('BAD_SOURCE', `${file.name}, line ${wrong.line}: ${wrong.reason}.`);
}

const says = ({ kind }: FileRow): boolean => kind !== 'blank';

async function firstRow(batches: AsyncIterable<readonly FileRow[]>): Promise<FileRow | undefined> {
  for await (const batch of batches) {
    const found = batch.find(says);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function lastRow(batches: AsyncIterable<readonly FileRow[]>): Promise<FileRow | undefined> {
  let last: FileRow | undefined;
  for await (const batch of batches) last = batch.findLast(says) ?? last;
  return last;
}

/** Undefined when the last line starts before the tail, or is not one record for sure. */
async function rowOfLastLine(file: FileBytes, options: ReadRowsOptions): Promise<FileRow | undefined> {
  const { name } = file;
  const { format, delimiter = delimiterOf(name) } = options;
  if (compressionOf(name) !== undefined || format === 'json') return undefined;
  const tail = (await readTail(file)).trimEnd().replaceAll('\r\n', '\n');
  const start = tail.lastIndexOf('\n');
  // A quoted field may hold a line end.
  if (start === -1 || tail.includes('\r') || (format === 'csv' && tail.includes('"'))) return undefined;
  const line = tail.slice(start + 1);
  const header = format === 'csv' ? `${await firstLine(file)}\n` : '';
  const isBlank = format === 'csv' && line.split(delimiter ?? ',').every((field) => field.trim() === '');
  if (isBlank || header.includes('"')) return undefined;
  return lastRow(textRows({ chunks: inOneChunk(`${header}${line}\n`), size: 0, bytesRead: () => 0 }, options, name));
}

async function* inOneChunk(text: string): AsyncGenerator<string> {
  yield text;
}

async function firstLine(file: FileBytes): Promise<string> {
  let text = '';
  for await (const chunk of (await openText(file)).chunks) {
    text += chunk;
    const [line, ...rest] = text.trimStart().split('\n');
    if (rest.length > 0) return line ?? '';
  }
  return text;
}

const readTail = async (file: FileBytes): Promise<string> =>
  (await file.slice(Math.max(0, file.size - TAIL_BYTES), file.size)).toString('utf8');
