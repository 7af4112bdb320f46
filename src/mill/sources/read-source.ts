/** Reads a bundled dataset's file day by day, without ever holding more than a row group or a day of it. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type AuthorCode, authorCode, sayStray } from '../../process/author-code.ts';
import { toError, UserError } from '../../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import type { Day } from '../../values/date.ts';
import type { Coverage, SourceRow } from './source-row.ts';
import { csvCoverage, csvRows } from './csv.ts';
import { parquetCoverage, parquetDates, parquetRows } from './parquet.ts';
import { rowDays } from './row-day.ts';

export interface SourceDay<T> {
  readonly date: Day;
  /** In the file's order. */
  readonly rows: T[];
  /** Of each row, for errors: `line 3`. */
  readonly places: string[];
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
  const path = await existingFile(source, options.root);
  const dayOfRow = rowDays(source);
  const name = `parse of ${source.file}`;
  const code = authorCode({ name, onStray: sayStray(name) });
  const batches = source.format === 'parquet' ? parquetRows(path, source, { from, to }) : csvRows(path, source);
  let day: SourceDay<T> | undefined;
  for await (const batch of batches) {
    for (const row of batch) {
      const date = dayOfRow(row);
      if (date < from) continue;
      if (date > to) {
        if (day !== undefined) yield day;
        return;
      }
      if (day?.date !== date) {
        if (day !== undefined) yield day;
        day = { date, rows: [], places: [] };
      }
      day.rows.push(parsed(source, code, row));
      day.places.push(row.where);
    }
  }
  if (day !== undefined) yield day;
}

/**
 * The days from `from` to `to` that the file has, ascending. The order of the whole file is looked at, also behind `to`: a day
 * further down could not be seen otherwise.
 * @throws {UserError} as `readSource`, but for `parse`, which is not called.
 */
export async function sourceDays(source: FileSource<unknown>, { root, from, to }: ReadOptions): Promise<Day[]> {
  const path = await existingFile(source, root);
  const dayOfRow = rowDays(source);
  const days: Day[] = [];
  for await (const batch of source.format === 'parquet'
    ? parquetDates(path, source, { from, to })
    : csvRows(path, source)) {
    for (const row of batch) {
      const date = dayOfRow(row);
      if (date >= from && date <= to && date !== days.at(-1)) days.push(date);
    }
  }
  return days;
}

/**
 * The days that a file spans, read from its ends only: Parquet's statistics, or a CSV's first and last record. Undefined for a
 * file without rows, where the source allows it.
 * @throws {UserError} MISSING_FILE; BAD_SOURCE when the file has no rows, its ends have no readable day, or the last day comes first.
 */
export async function coverage(source: FileSource<unknown>, root: string): Promise<Coverage | undefined> {
  const { file, format, dateColumn } = source;
  const path = await existingFile(source, root);
  const found = await (format === 'parquet' ? parquetCoverage(path, source) : csvCoverage(path, source));
  if (found === undefined && source.allowEmpty !== true)
    throw new UserError(
      'BAD_SOURCE',
      `${file} has no rows, as a download that failed has none. If that may be, say so: source: { …, allowEmpty: true }.`,
    );
  if (found !== undefined && found.first > found.last)
    throw new UserError(
      'BAD_SOURCE',
      `${file} begins with ${found.first} and ends with ${found.last}. Sort the file by "${dateColumn}", the oldest day first.`,
    );
  return found;
}

async function existingFile(source: FileSource<unknown>, root: string): Promise<string> {
  const path = resolve(root, source.file);
  try {
    if ((await stat(path)).isFile()) return path;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  throw new UserError('MISSING_FILE', `${path} is not there. Run \`npm ci\` in ${resolve(root)}, which brings it.`);
}

function parsed<T>(source: FileSource<T>, code: AuthorCode, row: SourceRow): T {
  try {
    return code.run(() => source.parse(row.values));
  } catch (error) {
    throw new UserError('BAD_SOURCE', `${source.file}, ${row.where}: ${toError(error).message}`, { cause: error });
  }
}
