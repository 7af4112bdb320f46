/** Days of root data that stay in their files: read, checked and put in the order of their ids, as what is loaded is. */
import { z } from 'zod';
import { RetryableError, TerminalError, UserError } from '../../errors.ts';
import { rowChecker } from '../execution/check-row.ts';
import type { Entry, StoredFile, StoredPart } from '../model/artifact.ts';
import { type Dataset, type FilesSource, filesOf, type RowFormat } from '../model/dataset.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import { type FilePattern, filePattern } from '../model/file-pattern.ts';
import { InputLostError, type RootPlace } from '../model/place.ts';
import { delimiterOf, formatOf, isTyped, readRows } from './read-rows.ts';
import { type FoundEntity, sortedById } from './sorted-by-id.ts';

/** As `mill/ports/files.ts` has it. */
export interface OpenFile extends FileBytes {
  isSame(): Promise<boolean>;
}

export interface StoredDaysPorts {
  readonly dataset: (name: string) => Promise<Dataset>;
  readonly open: (pattern: FilePattern, file: StoredFile) => Promise<OpenFile | undefined>;
}

/** Digits of a row's number within its day, which is its id when it has no other, as where it is loaded. */
const ID_DIGITS = 7;

/**
 * Makes the reader of such days. It yields entities in the order of their ids, a chunk a part, or the day's one document.
 * @throws {TerminalError} BAD_SOURCE, naming file and line, for a row that does not fit, and for a file that cannot be read
 * @throws {InputLostError} when a file is gone, or another than the indexer saw
 * @throws {RetryableError} INPUT_CHANGED when one went, or changed, while it was read
 */
export const storedDays = (ports: StoredDaysPorts) =>
  async function* (place: RootPlace, files: readonly StoredFile[]): AsyncGenerator<StoredPart> {
    const dataset = await ports.dataset(place.dataset);
    const source = filesOf(dataset);
    if (source === undefined) throw new InputLostError(place);
    const rows = rowsOf({ dataset, source, place, files, open: ports.open });
    try {
      if (dataset.kind === 'document') yield await documentPart(rows, place);
      else yield* entityParts(dataset.id === undefined ? rows : sortedById(rows), source, place);
    } catch (thrown) {
      // Of the same bytes it would be the same again.
      if (!(thrown instanceof UserError)) throw thrown;
      throw new TerminalError('BAD_SOURCE', `${place.dataset} of ${place.date}: ${thrown.message}`, { cause: thrown });
    }
  };

interface Reading {
  readonly dataset: Dataset;
  readonly source: FilesSource<unknown>;
  readonly place: RootPlace;
  readonly files: readonly StoredFile[];
  readonly open: StoredDaysPorts['open'];
}

/** In the order of the files, and of their rows. */
async function* rowsOf({ dataset, source, place, files, open }: Reading): AsyncGenerator<readonly FoundEntity[]> {
  const pattern = filePattern(source.pattern);
  if ('problem' in pattern) throw new UserError('BAD_SOURCE', `"${source.pattern}": ${pattern.problem}.`);
  const check = rowChecker(dataset);
  const columns = columnsOf(dataset, source);
  let number = 0;
  for (const stored of files) {
    const file = await open(pattern, stored);
    if (file === undefined) throw new InputLostError(place);
    const format = formatOfFile(file.name, source.format);
    const parse = isTyped(format) ? undefined : source.parse;
    const { delimiter = delimiterOf(file.name) } = source;
    const single = dataset.kind === 'document';
    for await (const batch of readRows(file, { format, dateColumn: () => place.date, delimiter, columns, single })) {
      const found: FoundEntity[] = [];
      for (const row of batch) {
        if (row.kind === 'blank') continue;
        const where = `${file.name}, ${format === 'parquet' ? 'row' : 'line'} ${row.line}`;
        const checked = row.kind === 'wrong' ? row : check(row.values, { parse, inexact: row.inexact });
        if ('reason' in checked) {
          const column = checked.column === '' ? '' : `${checked.column}: `;
          throw new UserError('BAD_SOURCE', `${where}: ${column}${checked.reason}`);
        }
        const { id = String(number).padStart(ID_DIGITS, '0'), json } = checked;
        found.push({ id, json, where });
        number++;
      }
      yield found;
    }
    if (!(await file.isSame())) throw new RetryableError('INPUT_CHANGED', `${file.name} changed while it was read`);
  }
}

async function* entityParts(
  rows: AsyncIterable<readonly FoundEntity[]>,
  { allowEmpty = false }: FilesSource<unknown>,
  { date }: RootPlace,
): AsyncGenerator<StoredPart> {
  let before: FoundEntity | undefined;
  for await (const chunk of rows) {
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entity of chunk) {
      if (entity.id === before?.id)
        throw new UserError('BAD_SOURCE', `${entity.where}: it has the id "${entity.id}", as ${before.where} has`);
      before = entity;
      bytes += entity.json.length;
      entries.push([entity.id, JSON.parse(entity.json) as unknown]);
    }
    if (entries.length > 0) yield { count: entries.length, bytes, entries: () => entries, value: () => undefined };
  }
  if (before === undefined && !allowEmpty)
    throw new UserError(
      'BAD_SOURCE',
      `the files of ${date} have no rows, as a download that failed has none. If that may be, say so: files(…, { allowEmpty: true })`,
    );
}

async function documentPart(rows: AsyncIterable<readonly FoundEntity[]>, { date }: RootPlace): Promise<StoredPart> {
  let only: FoundEntity | undefined;
  for await (const chunk of rows) {
    for (const row of chunk) {
      if (only !== undefined)
        throw new UserError(
          'BAD_SOURCE',
          `${row.where}: a document is one a day, and ${only.where} is of the same day`,
        );
      only = row;
    }
  }
  if (only === undefined) throw new UserError('BAD_SOURCE', `the files of ${date} have no document`);
  const { json } = only;
  return { count: 1, bytes: json.length, entries: () => [], value: () => JSON.parse(json) as unknown };
}

/** Of Parquet the columns that anybody looks at; undefined for all. */
function columnsOf({ schema }: Dataset, { parse, columns }: FilesSource<unknown>): readonly string[] | undefined {
  if (parse !== undefined || columns !== undefined) return columns;
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? Object.keys(schema.shape) : undefined;
}

function formatOfFile(name: string, format: RowFormat | undefined = formatOf(name)): RowFormat {
  if (format !== undefined) return format;
  throw new UserError(
    'BAD_SOURCE',
    `${name} does not say by its name what is in it. Say it: files(…, { format: 'csv', 'ndjson', 'json' or 'parquet' })`,
  );
}
