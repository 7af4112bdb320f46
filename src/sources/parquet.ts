/** Parquet files: only the row groups whose statistics overlap the wanted days are read. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { toError, UserError } from '../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import type { Day } from '../model/date.ts';
import type { Coverage, SourceRow } from './source-row.ts';
import { dayOfValue } from './row-day.ts';

interface Days {
  readonly from: Day;
  readonly to: Day;
}

/** The rows of each row group that may hold days of the range, in file order; a group's edges may lie outside of it. */
export async function* parquetRows(
  path: string,
  source: FileSource<unknown>,
  days: Days,
): AsyncGenerator<Iterable<SourceRow>> {
  const { file, metadata } = await opened(path, source);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const span = groupDays(group, source.dateColumn);
    if (span === undefined || (span.first <= days.to && span.last >= days.from)) {
      yield numbered(await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd }), rowStart);
    }
    rowStart = rowEnd;
  }
}

/** From the statistics of the first and the last row group; from their first and last row where there are none. */
export async function parquetCoverage(path: string, source: FileSource<unknown>): Promise<Coverage> {
  const { file, metadata } = await opened(path, source);
  const [head] = metadata.row_groups;
  const tail = metadata.row_groups.at(-1);
  if (head === undefined || tail === undefined) throw new UserError('BAD_SOURCE', `${source.file} has no rows.`);
  const { dateColumn } = source;
  const rows = Number(metadata.num_rows);
  const first = groupDays(head, dateColumn)?.first ?? (await dayAt(file, metadata, dateColumn, 0));
  const last = groupDays(tail, dateColumn)?.last ?? (await dayAt(file, metadata, dateColumn, rows - 1));
  if (first === undefined || last === undefined) {
    throw new UserError('BAD_SOURCE', `${source.file}: column "${dateColumn}" has no readable days at its ends.`);
  }
  return { first, last };
}

async function opened(
  path: string,
  source: FileSource<unknown>,
): Promise<{ readonly file: AsyncBuffer; readonly metadata: FileMetaData }> {
  const file = await asyncBufferFromFile(path);
  try {
    return { file, metadata: await parquetMetadataAsync(file) };
  } catch (error) {
    throw new UserError('BAD_SOURCE', `${source.file}: ${toError(error).message}.`, { cause: error });
  }
}

function* numbered(rows: readonly Readonly<Record<string, unknown>>[], before: number): Generator<SourceRow> {
  let number = before;
  for (const values of rows) yield { number: ++number, values };
}

/** What the group's statistics say; undefined when the writer left them out. */
function groupDays(group: RowGroup, dateColumn: string): Coverage | undefined {
  const column = group.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === dateColumn);
  const statistics = column?.meta_data?.statistics;
  const first = dayOfValue(statistics?.min_value);
  const last = dayOfValue(statistics?.max_value);
  return first === undefined || last === undefined ? undefined : { first, last };
}

async function dayAt(
  file: AsyncBuffer,
  metadata: FileMetaData,
  dateColumn: string,
  row: number,
): Promise<Day | undefined> {
  const columns = [dateColumn];
  const rows = await parquetReadObjects({ file, metadata, compressors, columns, rowStart: row, rowEnd: row + 1 });
  return dayOfValue(rows[0]?.[dateColumn]);
}
