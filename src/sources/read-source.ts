/** Reads a bundled dataset's file day by day, without ever holding more than a row group or a day of it. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { toError, UserError } from '../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import type { Day } from '../model/date.ts';
import type { Coverage, SourceRow } from './source-row.ts';
import { csvCoverage, csvRows } from './csv.ts';
import { parquetCoverage, parquetRows } from './parquet.ts';
import { rowDays } from './row-day.ts';

export interface SourceDay<T> {
  readonly date: Day;
  /** In the file's order. */
  readonly rows: T[];
}

/**
 * Yields each day from `from` to `to` (both included) that the file has, once, ascending. `root` is the folder that `source.file` is relative to.
 * @throws {UserError} MISSING_FILE when there is no such file; BAD_SOURCE, with the row's number, for a row whose day
 * cannot be read, that comes before its predecessor's day, or that `parse` refuses.
 */
export async function* readSource<T>(
  source: FileSource<T>,
  options: { readonly root: string; readonly from: Day; readonly to: Day },
): AsyncGenerator<SourceDay<T>> {
  const { from, to } = options;
  const path = await existingFile(source, options.root);
  const dayOfRow = rowDays(source);
  const batches = source.format === 'parquet' ? parquetRows(path, source, { from, to }) : csvRows(path, source.file);
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
        day = { date, rows: [] };
      }
      day.rows.push(parsed(source, row));
    }
  }
  if (day !== undefined) yield day;
}

/**
 * The days that a file spans, read from its ends only: Parquet's statistics, or a CSV's first and last record.
 * @throws {UserError} MISSING_FILE; BAD_SOURCE when the file has no rows or its ends have no readable day.
 */
export async function coverage(source: FileSource<unknown>, root: string): Promise<Coverage> {
  const path = await existingFile(source, root);
  return source.format === 'parquet' ? parquetCoverage(path, source) : csvCoverage(path, source);
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

function parsed<T>(source: FileSource<T>, row: SourceRow): T {
  try {
    return source.parse(row.values);
  } catch (error) {
    throw new UserError('BAD_SOURCE', `${source.file}, row ${row.number}: ${toError(error).message}`, { cause: error });
  }
}
