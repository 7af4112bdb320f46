/** Reads a file of any format row by row, each with its place and its day; wrong rows are told as such. */
import { UserError } from '../../errors.ts';
import type { DateColumn, Delimiter, RowFormat } from '../model/dataset.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import type { FileRow } from '../model/file-row.ts';
import { ownMember } from '../../values/own-member.ts';
import { csvRows } from './csv-rows.ts';
import { rowDater } from './dated-row.ts';
import { jsonListRows, ndjsonRows } from './json-rows.ts';
import { openText, type TextFile } from './open-text.ts';
import type { ParquetSource } from './parquet.ts';

export interface ReadRowsOptions {
  readonly format: RowFormat;
  readonly dateColumn: DateColumn;
  readonly delimiter?: Delimiter | undefined;
  /** Of Parquet, the columns that are wanted: all when absent. */
  readonly columns?: readonly string[] | undefined;
  /** Whether JSON may be one object, not in a list. */
  readonly single?: boolean | undefined;
  /** Hears how far a text was read, in bytes on disk. */
  readonly onBytes?: (read: number, total: number) => void;
}

const FORMATS: Readonly<Record<string, RowFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  parquet: 'parquet',
};

/** By the file's name, without the ending of its compression; undefined when it says nothing. */
export const formatOf = (path: string): RowFormat | undefined =>
  ownMember(FORMATS, /\.([^.]+)(?:\.(?:gz|zst))?$/i.exec(path)?.[1]?.toLowerCase() ?? '');

/** What its name says of the fields of a CSV. */
export const delimiterOf = (path: string): Delimiter | undefined =>
  /\.tsv(?:\.(?:gz|zst))?$/i.test(path) ? '\t' : undefined;

/** Whether a format's rows have types, and go to the schema without `parse`. */
export const isTyped = (format: RowFormat): boolean => format === 'ndjson' || format === 'json';

/**
 * Yields rows in the file's order, in batches of whatever one read brings. Wrong rows are yielded as such.
 * @throws {UserError} BAD_SOURCE when the file as a whole cannot be read: it is something else than its name says, no
 * UTF-8, cut off or damaged, or has no such column.
 */
export async function* readRows(file: FileBytes, options: ReadRowsOptions): AsyncGenerator<FileRow[]> {
  const { format, dateColumn } = options;
  if (format === 'parquet') yield* parquetFileRows(file, { file: file.name, dateColumn, columns: options.columns });
  else yield* textRows(await openText(file), options, file.name);
}

/** Rows of a text that is open already. */
export async function* textRows(
  { chunks, size, bytesRead }: TextFile,
  { format, dateColumn, delimiter, single, onBytes = () => {} }: ReadRowsOptions,
  file: string,
): AsyncGenerator<FileRow[]> {
  if (format === 'parquet') throw new UserError('BAD_ARGUMENT', `${file} cannot be Parquet, which is no text.`);
  const options = { file, dateColumn, delimiter: delimiter ?? delimiterOf(file), single };
  for await (const batch of TEXTS[format](chunks, options)) {
    onBytes(bytesRead(), Math.max(size, bytesRead()));
    yield batch;
  }
}

const TEXTS = { csv: csvRows, ndjson: ndjsonRows, json: jsonListRows } as const;

async function* parquetFileRows(file: FileBytes, options: ParquetSource): AsyncGenerator<FileRow[]> {
  const dated = rowDater(options);
  let row = 0;
  // Loaded for whoever reads one: most commands read no file.
  const { parquetRows } = await import('./parquet.ts');
  for await (const batch of parquetRows(file, options, { from: '0000-01-01', to: '9999-12-31' }))
    yield Array.from(batch, ({ values }) => dated(++row, values));
}
