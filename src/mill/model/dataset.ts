/** Root datasets: raw data that no computation makes. */
import type { z } from 'zod';
import { UserError } from '../../errors.ts';
import { type Day, isDay } from '../../values/date.ts';
import { normalizeName } from '../../values/name.ts';
import { expectedDays, type ExpectedDays, type ExpectedOption } from './expected-days.ts';
import { filePattern } from './file-pattern.ts';

/** What stands in a row: column name to value. */
export type Row = Readonly<Record<string, unknown>>;

/** Where a row's day is: a column, or what a function makes of the row. */
export type DateColumn = string | ((row: Row) => unknown);

/** How rows of a file become a dataset's entities or documents: for `daymill load`, which is given the file. */
export interface RowSource<T> {
  /**
   * The column that holds the day: a date, a timestamp, or text like `2024-01-05` or `2024-01-05T23:30:00-05:00`, of which the UTC day
   * counts. Or a function of the row that gives one of these.
   */
  readonly dateColumn: DateColumn;
  /** Between the fields of a CSV; a comma when absent. */
  readonly delimiter?: Delimiter;
  /**
   * Turns one row of CSV or Parquet into an entity or a document; the dataset's schema checks what it returns, or the row itself
   * without it. Records of JSON have types already, and go to the schema as they are.
   */
  readonly parse?: (row: Row) => T;
  /** Whether a file without rows may be right; unless it is so, it is refused as a download that failed. */
  readonly allowEmpty?: boolean;
}

/** Where a bundled dataset's rows lie, for `daymill run` on a laptop. They must be ascending in the date column. */
export interface FileSource<T> extends RowSource<T> {
  /** Relative to the project's folder. */
  readonly file: string;
  /** Only where the file's name does not say it. */
  readonly format?: RowFormat;
}

/** How rows of files become entities or documents where they lie; a row's day is the one in its file's name. */
export interface FilesOptions<T> extends Pick<RowSource<T>, 'delimiter' | 'parse' | 'allowEmpty'> {
  /** Only where the files' names do not say it. */
  readonly format?: RowFormat;
  /**
   * Of Parquet, the columns that `parse` looks at; all when absent. Without `parse` those that the schema names are read.
   */
  readonly columns?: readonly string[];
  /** A file, by its pattern, that says that a day's files are all there: until then the day is not. */
  readonly closedBy?: string;
}

/** Where a dataset's rows lie and stay: they are read from there whenever a day is needed, and copied nowhere. */
export interface FilesSource<T> extends FilesOptions<T> {
  readonly kind: 'files';
  readonly pattern: string;
}

/**
 * The files of each day, in a bucket (`gs://shop/orders/{date}/*.parquet`) or in the project's folder (`data/orders-{date}.csv`): CSV, NDJSON,
 * JSON or Parquet, the texts also as .gz and .zst. `{date}` is a day as 2024-01-05, `{yyyymmdd}` as 20240105, and `{yyyy}`, `{mm}` and
 * `{dd}` are its parts; `*` is whatever has no slash, `**` whatever it is. Several files of a day are read in the order of their names.
 * Without `parse` nothing says what rows become but the dataset's schema: such files suit each.
 */
export function files<T = never>(pattern: string, options: FilesOptions<T> = {}): FilesSource<T> {
  return Object.freeze({ kind: 'files', pattern, ...options });
}

/** Which rows a function makes, and of which days. */
export interface GeneratedOptions<T> {
  /** The first day that there are rows of. */
  readonly first: Day;
  /** The last one; whichever day is the last that is wanted when absent. */
  readonly last?: Day;
  /** Which days between have rows; all when absent. */
  readonly days?: (date: Day) => boolean;
  /**
   * A day's rows, which are taken one by one: entities in ascending order of their ids, as `<` compares texts, or one document. Without any
   * the day has no data.
   */
  readonly rows: (date: Day) => Iterable<T> | AsyncIterable<T>;
}

/** Rows that a function makes; `daymill run` asks it for them, as it reads a bundled file. */
export interface GeneratedSource<T> extends GeneratedOptions<T> {
  readonly kind: 'generated';
}

/**
 * Rows that a function makes of a day: what an API answers for it, or a simulation. They are loaded once, and again from `first` on when the
 * function, or what it reaches, is another: of the same day it should make the same. What it reads from files or asks of others is not known.
 */
export function generated<T>(options: GeneratedOptions<T>): GeneratedSource<T> {
  return Object.freeze({ kind: 'generated', ...options });
}

type Source<T> = RowSource<T> | FileSource<T> | FilesSource<T> | GeneratedSource<T>;

/** Its source, where its files are read where they lie. */
export const filesOf = ({ source }: Dataset): FilesSource<unknown> | undefined =>
  source !== undefined && 'kind' in source && source.kind === 'files' ? source : undefined;

/** Its source, where a function makes its rows. */
export const generatorOf = ({ source }: Dataset): GeneratedSource<unknown> | undefined =>
  source !== undefined && 'kind' in source && source.kind === 'generated' ? source : undefined;

/** Its source, where its files are loaded. */
export const loadedFrom = ({ source }: Dataset): RowSource<unknown> | FileSource<unknown> | undefined =>
  source === undefined || 'kind' in source ? undefined : source;

/** Its source, where `daymill run` loads it by itself. */
export function bundledIn(dataset: Dataset): FileSource<unknown> | GeneratedSource<unknown> | undefined {
  const source = loadedFrom(dataset);
  return source !== undefined && 'file' in source ? source : generatorOf(dataset);
}

/** A source as messages call it. */
export const nameOfSource = (source: FileSource<unknown> | GeneratedSource<unknown>): string =>
  'kind' in source ? 'its generator' : source.file;

/** `ndjson`: an object a line; `json`: one list of objects. */
export type RowFormat = 'csv' | 'ndjson' | 'json' | 'parquet';

export type Delimiter = ',' | ';' | '\t' | '|';

/** When a day is whole. Computations see a day only once all that is asked for here is there, and no longer when it is not. */
export interface CompleteWhen {
  /** Ids of entities that every whole day has (of a document: its fields), best those that arrive last. */
  readonly canaries?: readonly string[];
  /**
   * What says that the day is closed: an entity of that id (of a document: a field), or a document of the same day in a
   * dataset of its own.
   */
  readonly closingMarker?: string | DocumentDataset;
  /** Entities that a whole day has at least (of a document: fields). */
  readonly minimumCount?: number;
}

/** Many records a day, streamed one by one. */
export interface EntityDataset<T = unknown> {
  readonly kind: 'entities';
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** Names an entity within its day; without it that is the row's number, so that nothing of another day or load is the same one. */
  id?(entity: T): string;
  readonly description?: string | undefined;
  readonly complete?: CompleteWhen | undefined;
  readonly expected?: ExpectedDays | undefined;
  readonly source?: Source<unknown> | undefined;
}

/** One document a day, read whole. */
export interface DocumentDataset<T = unknown> {
  readonly kind: 'document';
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly description?: string | undefined;
  readonly complete?: CompleteWhen | undefined;
  readonly expected?: ExpectedDays | undefined;
  readonly source?: Source<unknown> | undefined;
}

export type Dataset = EntityDataset | DocumentDataset;

/**
 * Declares a dataset of many entities a day. `id` names an entity within its day, so that it can be found again on another
 * day or loaded once more on its own; `complete` says when a day is whole, `expected` which days have data: one without is told.
 * @throws {UserError} BAD_DEFINITION when the name is not a name, or `complete`, `expected`, the pattern of files or the generator ask for what cannot be.
 */
export function defineDataset<S extends z.ZodType>(options: {
  name: string;
  entity: S;
  id?: (entity: z.output<S>) => string;
  description?: string;
  complete?: CompleteWhen;
  expected?: ExpectedOption;
  source?: Source<z.input<S>>;
}): EntityDataset<z.output<S>> {
  const name = checkedName(options.name);
  checkComplete(name, options.complete);
  checkFiles(name, options.source);
  checkGenerator(name, options.source, options.id === undefined ? 'entities without ids' : 'entities');
  const { canaries = [], closingMarker } = options.complete ?? {};
  if (options.id === undefined && (canaries.length > 0 || typeof closingMarker === 'string')) {
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: complete looks for entities by their ids. Say what an entity's id is: id: (entity) => …`,
    );
  }
  return Object.freeze({
    kind: 'entities',
    name,
    schema: options.entity as unknown as z.ZodType<z.output<S>>,
    ...(options.id === undefined ? {} : { id: options.id }),
    description: options.description,
    complete: options.complete,
    ...(options.expected === undefined ? {} : { expected: expectedDays(name, options.expected) }),
    source: options.source,
  });
}

/**
 * Declares a dataset of one document a day; days without one are not errors. `complete` says when a day's document is whole:
 * its canaries and its minimum count are of the document's own fields. `expected` says which days have one: a day without is told.
 * @throws {UserError} BAD_DEFINITION when the name is not a name, or `complete`, `expected`, the pattern of files or the generator ask for what cannot be.
 */
export function defineDocument<S extends z.ZodType>(options: {
  name: string;
  document: S;
  description?: string;
  complete?: CompleteWhen;
  expected?: ExpectedOption;
  source?: Source<z.input<S>>;
}): DocumentDataset<z.output<S>> {
  const name = checkedName(options.name);
  checkComplete(name, options.complete);
  checkFiles(name, options.source);
  checkGenerator(name, options.source, 'document');
  return Object.freeze({
    kind: 'document',
    name,
    schema: options.document as unknown as z.ZodType<z.output<S>>,
    description: options.description,
    complete: options.complete,
    ...(options.expected === undefined ? {} : { expected: expectedDays(name, options.expected) }),
    source: options.source,
  });
}

export const isDataset = (value: unknown): value is Dataset =>
  typeof value === 'object' &&
  value !== null &&
  'schema' in value &&
  'kind' in value &&
  (value.kind === 'entities' || value.kind === 'document');

function checkedName(name: string): string {
  const normalized = normalizeName(name);
  if (normalized === undefined)
    throw new UserError(
      'BAD_DEFINITION',
      `"${name}" cannot name a dataset: start with a letter, then letters, digits and dashes.`,
    );
  return normalized;
}

function checkFiles(name: string, source: object | undefined): void {
  if (source === undefined || !('kind' in source) || source.kind !== 'files') return;
  const { pattern: own, closedBy } = source as FilesSource<unknown>;
  for (const pattern of [own, ...(closedBy === undefined ? [] : [closedBy])]) {
    const found = filePattern(pattern);
    if (!('problem' in found)) continue;
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: its files are "${pattern}", and ${found.problem}. Write files('gs://shop/orders/{date}/*.parquet'), say.`,
    );
  }
}

function checkGenerator(
  name: string,
  source: object | undefined,
  makes: 'entities' | 'entities without ids' | 'document',
): void {
  if (source === undefined || !('kind' in source) || source.kind !== 'generated') return;
  const { first, last, rows } = source as GeneratedSource<unknown>;
  const notDay = [first, last].find((day) => day !== undefined && !isDay(day));
  const problem =
    first === undefined || notDay !== undefined
      ? `${JSON.stringify(notDay) ?? 'its first day'} is no day. Write one as first: '2024-01-05'.`
      : last !== undefined && last < first
        ? `its last day, ${last}, is before its first, ${first}. Let last be ${first} or later.`
        : typeof rows !== 'function'
          ? 'its rows are no function. Give rows: function* (date) { … }.'
          : makes === 'entities without ids'
            ? "they come in the order of their ids, of which there are none. Say what an entity's id is: id: (entity) => …"
            : undefined;
  if (problem !== undefined) throw new UserError('BAD_DEFINITION', `${name}: its rows are generated, and ${problem}`);
}

function checkComplete(name: string, { closingMarker, minimumCount }: CompleteWhen = {}): void {
  if (minimumCount !== undefined && !(Number.isInteger(minimumCount) && minimumCount > 0)) {
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: complete.minimumCount is ${minimumCount}. Give it a whole number, 1 or more.`,
    );
  }
  if (closingMarker === undefined || typeof closingMarker === 'string') return;
  if (isDataset(closingMarker) && closingMarker.kind === 'document') return;
  throw new UserError(
    'BAD_DEFINITION',
    `${name}: complete.closingMarker is neither an id nor a document dataset. Give it one that defineDocument made.`,
  );
}
