/** Root datasets: raw data that no computation makes. */
import type { z } from 'zod';
import { UserError } from '../errors.ts';
import { normalizeName } from './name.ts';

/** Where a bundled dataset's rows lie, for `daymill run` on a laptop. */
export interface FileSource<T> {
  /** Relative to the project's folder. */
  readonly file: string;
  readonly format: 'parquet' | 'csv';
  /** The column that holds the day, as a date, a timestamp or text that starts with `YYYY-MM-DD`. Rows must be ascending in it. */
  readonly dateColumn: string;
  /** Turns one row (column name to value) into an entity or a document; the dataset's schema checks what it returns. */
  readonly parse: (row: Readonly<Record<string, unknown>>) => T;
}

/** Many records a day, streamed one by one. */
export interface EntityDataset<T = unknown> {
  readonly kind: 'entities';
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly description?: string | undefined;
  readonly source?: FileSource<unknown> | undefined;
}

/** One document a day, read whole. */
export interface DocumentDataset<T = unknown> {
  readonly kind: 'document';
  readonly name: string;
  readonly schema: z.ZodType<T>;
  readonly description?: string | undefined;
  readonly source?: FileSource<unknown> | undefined;
}

export type Dataset = EntityDataset | DocumentDataset;

/**
 * Declares a dataset of many entities a day.
 * @throws {UserError} BAD_DEFINITION when the name is not a name.
 */
export function defineDataset<S extends z.ZodType>(options: {
  name: string;
  entity: S;
  description?: string;
  source?: FileSource<z.input<S>>;
}): EntityDataset<z.output<S>> {
  return Object.freeze({
    kind: 'entities',
    name: checkedName(options.name),
    schema: options.entity as unknown as z.ZodType<z.output<S>>,
    description: options.description,
    source: options.source,
  });
}

/**
 * Declares a dataset of one document a day; days without one are not errors.
 * @throws {UserError} BAD_DEFINITION when the name is not a name.
 */
export function defineDocument<S extends z.ZodType>(options: {
  name: string;
  document: S;
  description?: string;
  source?: FileSource<z.input<S>>;
}): DocumentDataset<z.output<S>> {
  return Object.freeze({
    kind: 'document',
    name: checkedName(options.name),
    schema: options.document as unknown as z.ZodType<z.output<S>>,
    description: options.description,
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
