/** Parquet files: only the row groups whose statistics overlap the wanted days are read. */
import { parquetMetadataAsync, parquetRead } from 'hyparquet';
import type { AsyncBuffer, ColumnData, FileMetaData, RowGroup } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { toError, UserError } from '../../errors.ts';
import type { DateColumn } from '../model/dataset.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import { addDays, type Day } from '../../values/date.ts';
import { fileKind, HEAD_BYTES } from './file-kind.ts';
import { type Decimals, decimalValue, withoutDecimals } from './parquet-decimals.ts';
import type { Coverage, SourceRow } from './source-row.ts';
import { dateIn, dateName, dayOfValue } from './row-day.ts';

interface Days {
  readonly from: Day;
  readonly to: Day;
}

/** What is told of a file beside its bytes. */
export interface ParquetSource {
  /** What errors call it. */
  readonly file: string;
  readonly dateColumn: DateColumn;
  /** Those that are wanted, and the date column; all when absent. Of those that are not there nothing is said. */
  readonly columns?: readonly string[] | undefined;
}

interface ParquetFile {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly decimals: Decimals;
}

/** The rows of each row group that may hold days of the range, in file order; a group's edges may lie outside of it. */
export async function* parquetRows(
  bytes: FileBytes,
  source: ParquetSource,
  days: Days,
): AsyncGenerator<Iterable<SourceRow>> {
  const opened = await openParquet(bytes, source);
  for (const { rowStart, rowEnd, within } of groupsOf(opened, source))
    if (overlaps(within, days)) yield await rowsOf(opened, { rowStart, rowEnd, ...wantedColumns(opened, source) });
}

/**
 * The date column alone, of all groups whose days statistics do not tell, or that may hold days of the range.
 * @throws {UserError} BAD_SOURCE when the statistics say that groups are not ascending.
 */
export async function* parquetDates(
  bytes: FileBytes,
  source: ParquetSource,
  days: Days,
): AsyncGenerator<Iterable<SourceRow>> {
  const opened = await openParquet(bytes, source);
  const groups = groupsOf(opened, source);
  assertAscending(groups, source);
  for (const { rowStart, rowEnd, within } of groups)
    if (overlaps(within, days)) yield await rowsOf(opened, { rowStart, rowEnd, ...columnsFor(source.dateColumn) });
}

/** From the statistics of the first and the last row group; from their first and last row where there are none. Undefined without rows. */
export async function parquetCoverage(bytes: FileBytes, source: ParquetSource): Promise<Coverage | undefined> {
  const opened = await openParquet(bytes, source);
  const groups = groupsOf(opened, source);
  const [head, tail] = [groups[0], groups.at(-1)];
  if (head === undefined || tail === undefined) return undefined;
  const first = head.days?.first ?? (await dayAt(opened, source, 0));
  const last = tail.days?.last ?? (await dayAt(opened, source, tail.rowEnd - 1));
  if (first === undefined || last === undefined) {
    throw new UserError(
      'BAD_SOURCE',
      `${source.file}: column "${dateName(source.dateColumn)}" has no readable days at its ends.`,
    );
  }
  assertAscending(groups, source);
  return { first, last };
}

async function openParquet(bytes: FileBytes, { file: name, dateColumn }: ParquetSource): Promise<ParquetFile> {
  const file = asyncBuffer(bytes);
  let opened: Omit<ParquetFile, 'file'>;
  try {
    opened = withoutDecimals(await parquetMetadataAsync(file));
  } catch (cause) {
    const kind = await kindOf(bytes);
    const what = kind === undefined || kind === 'Parquet' ? toError(cause).message : `it is ${kind}, not Parquet`;
    throw new UserError('BAD_SOURCE', `${name}: ${what}.`, { cause });
  }
  const columns = opened.metadata.schema.slice(1).map((element) => element.name);
  if (typeof dateColumn === 'function' || columns.includes(dateColumn)) return { file, ...opened };
  throw new UserError('BAD_SOURCE', `${name} has no column "${dateColumn}". It has: ${columns.join(', ')}.`);
}

async function kindOf(bytes: FileBytes): Promise<string | undefined> {
  return fileKind(await bytes.slice(0, Math.min(bytes.size, HEAD_BYTES)))?.what;
}

const asyncBuffer = (file: FileBytes): AsyncBuffer => ({
  byteLength: file.size,
  async slice(start, end = file.size) {
    const from = start < 0 ? file.size + start : start;
    return arrayBufferOf(await file.slice(from, end < 0 ? file.size + end : end));
  },
});

const arrayBufferOf = ({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;

interface Group {
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Its first and last day, when statistics tell. */
  readonly days: Coverage | undefined;
  /** Days outside of which it has none; undefined when that is not known. */
  readonly within: Coverage | undefined;
}

function groupsOf({ metadata }: ParquetFile, { dateColumn }: ParquetSource): Group[] {
  let rowStart = 0;
  return metadata.row_groups
    .map((group) => {
      const rowEnd = rowStart + Number(group.num_rows);
      const found = { rowStart, rowEnd, ...groupDays(group, dateColumn) };
      rowStart = rowEnd;
      return found;
    })
    .filter((group) => group.rowEnd > group.rowStart);
}

/** Of text they are in the order of text: with offsets a day to either side may be in the group, too. */
function groupDays(group: RowGroup, dateColumn: DateColumn): Pick<Group, 'days' | 'within'> {
  const column = group.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === dateColumn);
  const { min_value, max_value } = column?.meta_data?.statistics ?? {};
  const first = dayOfValue(min_value);
  const last = dayOfValue(max_value);
  if (first === undefined || last === undefined) return { days: undefined, within: undefined };
  if (min_value instanceof Date) return { days: { first, last }, within: { first, last } };
  return { days: undefined, within: { first: addDays(first, -1), last: addDays(last, 1) } };
}

const overlaps = (within: Coverage | undefined, { from, to }: Days): boolean =>
  within === undefined || (within.first <= to && within.last >= from);

function assertAscending(groups: readonly Group[], { file, dateColumn }: ParquetSource): void {
  let before: Coverage | undefined;
  for (const { days } of groups) {
    if (days === undefined) continue;
    if (before !== undefined && days.first < before.last)
      throw new UserError(
        'BAD_SOURCE',
        `${file}: ${days.first} comes after ${before.last}, so sort the file by "${dateName(dateColumn)}".`,
      );
    before = days;
  }
}

function wantedColumns(
  { metadata }: ParquetFile,
  { columns, dateColumn }: ParquetSource,
): { readonly columns?: string[] } {
  if (columns === undefined) return {};
  const wanted = new Set(typeof dateColumn === 'string' ? [...columns, dateColumn] : columns);
  const there = topLevelColumns(metadata).filter((name) => wanted.has(name));
  return { columns: there };
}

/** The schema is a tree, written depth first: its root, and each node with the number of its children. */
function topLevelColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  const pass = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = pass(next);
    return next;
  };
  let at = 1;
  for (let child = 0; child < (schema[0]?.num_children ?? 0); child++) {
    names.push(schema[at]?.name ?? '');
    at = pass(at);
  }
  return names;
}

/** A function of the row may look at any of them. */
const columnsFor = (dateColumn: DateColumn): { readonly columns?: string[] } =>
  typeof dateColumn === 'function' ? {} : { columns: [dateColumn] };

async function rowsOf(
  { file, metadata, decimals }: ParquetFile,
  range: { readonly rowStart: number; readonly rowEnd: number; readonly columns?: string[] },
): Promise<Iterable<SourceRow>> {
  const names = range.columns ?? topLevelColumns(metadata);
  const columns = names.map((name): Column => ({ name, scale: decimals.get(name), chunks: [] }));
  const byName = new Map(columns.map((column) => [column.name, column]));
  await parquetRead({
    file,
    metadata,
    compressors,
    ...range,
    onChunk: (chunk) => byName.get(chunk.columnName)?.chunks.push(chunk),
  });
  return rowsFrom(columns, range);
}

interface Column {
  readonly name: string;
  /** Of decimals. */
  readonly scale: number | undefined;
  /** In the file's order; those at the ends may reach beyond the range. */
  readonly chunks: ColumnData[];
}

/** Each row is made when it is asked for: of a whole group there would be hundreds of thousands at once. */
function* rowsFrom(
  columns: readonly Column[],
  { rowStart, rowEnd }: { readonly rowStart: number; readonly rowEnd: number },
): Generator<SourceRow> {
  const cursors = columns.map(({ name, scale, chunks }) => ({ name, scale, chunks, at: 0 }));
  for (let row = rowStart; row < rowEnd; row++) {
    const values: Record<string, unknown> = {};
    for (const cursor of cursors) {
      let chunk = cursor.chunks[cursor.at];
      while (chunk !== undefined && row >= chunk.rowEnd) chunk = cursor.chunks[++cursor.at];
      const value: unknown = chunk?.columnData[row - chunk.rowStart];
      values[cursor.name] = cursor.scale === undefined ? value : decimalValue(value, cursor.scale);
    }
    yield { where: `row ${row + 1}`, values };
  }
}

async function dayAt(opened: ParquetFile, { dateColumn }: ParquetSource, row: number): Promise<Day | undefined> {
  const [found] = await rowsOf(opened, { rowStart: row, rowEnd: row + 1, ...columnsFor(dateColumn) });
  return found === undefined ? undefined : dayOfValue(dateIn(found.values, dateColumn));
}
