/** Reads a bundled dataset's file day by day, without ever holding more than a row group or a day of it. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type AuthorCode, authorCode, sayStray } from '../../process/author-code.ts';
import { toError, UserError } from '../../errors.ts';
import type { FileSource, RowFormat } from '../model/dataset.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import type { FileRow, InexactNumber } from '../model/file-row.ts';
import type { Day } from '../../values/date.ts';
import type { Coverage, SourceRow } from './source-row.ts';
import { diskFile } from './disk-file.ts';
import { delimiterOf, formatOf, isTyped, type ReadRowsOptions, readRows } from './read-rows.ts';
import { dateName, rowDays } from './row-day.ts';
import { textCoverage } from './text-coverage.ts';

/** Loaded for whoever reads one: most commands read no file. */
const parquet = () => import('./parquet.ts');

export interface SourceDay<T> {
  readonly date: Day;
  /** In the file's order. */
  readonly rows: T[];
  /** Of each row, for errors: `line 3`. */
  readonly places: string[];
  /** Whether no `parse` has seen them. */
  readonly raw: boolean;
  /** Of rows of JSON, by their index: numbers that are not what the file says. */
  readonly inexact: ReadonlyMap<number, readonly InexactNumber[]>;
}

interface ReadOptions {
  /** The folder that `source.file` is relative to. */
  readonly root: string;
  readonly from: Day;
  readonly to: Day;
}

/**
 * Yields each day from `from` to `to` (both included) that the file has, once, ascending.
 * @throws {UserError} MISSING_FILE when there is no such file; BAD_SOURCE, with the row's place, for a row whose day
 * cannot be read, that comes before its predecessor's day, or that `parse` refuses.
 */
export async function* readSource<T>(source: FileSource<T>, options: ReadOptions): AsyncGenerator<SourceDay<T>> {
  const { from, to } = options;
  const file = await existingFile(source, options.root);
  const dayOfRow = rowDays(source);
  const name = `parse of ${source.file}`;
  const code = authorCode({ name, onStray: sayStray(name) });
  const format = formatOfSource(source);
  const batches =
    format === 'parquet' ? (await parquet()).parquetRows(file, source, { from, to }) : rowsOfText(file, source, format);
  const parse = isTyped(format) ? undefined : source.parse;
  const raw = parse === undefined;
  const make = (row: SourceRow): T =>
    parse === undefined ? (row.values as T) : parsed(source.file, code, () => parse(row.values), row);
  let day: (SourceDay<T> & { readonly inexact: Map<number, readonly InexactNumber[]> }) | undefined;
  for await (const batch of batches) {
    for (const { date, rows } of stretches(batch, dayOfRow)) {
      if (date < from) continue;
      if (date > to) {
        if (day !== undefined) yield day;
        return;
      }
      if (day?.date !== date) {
        if (day !== undefined) yield day;
        day = { date, rows: [], places: [], raw, inexact: new Map() };
      }
      const { rows: made, places, inexact } = day;
      // To enter the author's code takes longer than most of what it does for a row.
      code.run(() => {
        for (const row of rows) {
          if (row.inexact !== undefined) inexact.set(made.length, row.inexact);
          made.push(make(row));
          places.push(row.where);
        }
      });
    }
  }
  if (day !== undefined) yield day;
}

/** Rows that follow each other on one day. What is wrong with a row's day comes after those before it. */
function* stretches(
  batch: Iterable<SourceRow>,
  dayOfRow: (row: SourceRow) => Day,
): Generator<{ readonly date: Day; readonly rows: readonly SourceRow[] }> {
  let date: Day | undefined;
  let rows: SourceRow[] = [];
  try {
    for (const row of batch) {
      const next = dayOfRow(row);
      if (date !== undefined && next !== date) {
        yield { date, rows };
        rows = [];
      }
      date = next;
      rows.push(row);
    }
  } catch (thrown) {
    if (date !== undefined && rows.length > 0) yield { date, rows };
    throw thrown;
  }
  if (date !== undefined && rows.length > 0) yield { date, rows };
}

/**
 * The days from `from` to `to` that the file has, ascending. The order of the whole file is looked at, also behind `to`: a day
 * further down could not be seen otherwise.
 * @throws {UserError} as `readSource`, but for `parse`, which is not called.
 */
export async function sourceDays(source: FileSource<unknown>, { root, from, to }: ReadOptions): Promise<Day[]> {
  const bytes = await existingFile(source, root);
  const dayOfRow = rowDays(source);
  const days: Day[] = [];
  const format = formatOfSource(source);
  const batches =
    format === 'parquet'
      ? (await parquet()).parquetDates(bytes, source, { from, to })
      : rowsOfText(bytes, source, format);
  for await (const batch of batches) {
    for (const row of batch) {
      const date = dayOfRow(row);
      if (date >= from && date <= to && date !== days.at(-1)) days.push(date);
    }
  }
  return days;
}

/**
 * The days that a file spans, read from its ends where they tell: Parquet's statistics, or a text's first and last row. Undefined for a
 * file without rows, where the source allows it.
 * @throws {UserError} MISSING_FILE; BAD_SOURCE when the file has no rows, its ends have no readable day, or the last day comes first.
 */
export async function coverage(source: FileSource<unknown>, root: string): Promise<Coverage | undefined> {
  const { file, dateColumn } = source;
  const bytes = await existingFile(source, root);
  const format = formatOfSource(source);
  const found = await (format === 'parquet'
    ? (await parquet()).parquetCoverage(bytes, source)
    : textCoverage(bytes, textOptions(source, format)));
  if (found === undefined && source.allowEmpty !== true)
    throw new UserError(
      'BAD_SOURCE',
      `${file} has no rows, as a download that failed has none. If that may be, say so: source: { …, allowEmpty: true }.`,
    );
  if (found !== undefined && found.first > found.last)
    throw new UserError(
      'BAD_SOURCE',
      `${file} begins with ${found.first} and ends with ${found.last}. Sort the file by "${dateName(dateColumn)}", the oldest day first.`,
    );
  return found;
}

/** @throws {UserError} BAD_DEFINITION when neither the source nor the file's name says it */
export function formatOfSource({ file, format = formatOf(file) }: FileSource<unknown>): RowFormat {
  if (format !== undefined) return format;
  throw new UserError(
    'BAD_DEFINITION',
    `${file} does not say by its name what is in it. Say it in the source: format: 'csv', 'ndjson', 'json' or 'parquet'.`,
  );
}

const textOptions = ({ file, dateColumn, delimiter = delimiterOf(file) }: FileSource<unknown>, format: RowFormat) =>
  ({ format, dateColumn, delimiter }) satisfies ReadRowsOptions;

async function* rowsOfText(
  bytes: FileBytes,
  source: FileSource<unknown>,
  format: RowFormat,
): AsyncGenerator<Iterable<SourceRow>> {
  for await (const batch of readRows(bytes, textOptions(source, format))) yield goodRows(batch, source);
}

/** A wrong row matters once it is reached: what comes behind the days that are wanted is not looked at. */
function* goodRows(batch: readonly FileRow[], { file }: FileSource<unknown>): Generator<SourceRow> {
  for (const row of batch) {
    if (row.kind === 'blank') continue;
    const where = `line ${row.line}`;
    if (row.kind === 'wrong') {
      const column = row.column === '' ? '' : `column "${row.column}": `;
      throw new UserError('BAD_SOURCE', `${file}, ${where}: ${column}${row.reason}.`);
    }
    const { date, values, inexact } = row;
    yield inexact === undefined ? { where, date, values } : { where, date, values, inexact };
  }
}

async function existingFile(source: FileSource<unknown>, root: string): Promise<FileBytes> {
  const path = resolve(root, source.file);
  try {
    if ((await stat(path)).isFile()) return await diskFile(path, source.file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  throw new UserError('MISSING_FILE', `${path} is not there. Run \`npm ci\` in ${resolve(root)}, which brings it.`);
}

function parsed<T>(file: string, code: AuthorCode, parse: () => T, { where }: SourceRow): T {
  try {
    return code.run(parse);
  } catch (error) {
    throw new UserError('BAD_SOURCE', `${file}, ${where}: ${toError(error).message}`, { cause: error });
  }
}
