/** What a row of a file is to a dataset: an entity (or a document) that fits its schema, with its id, or a column and what is wrong in it. */
import { toError } from '../errors.ts';
import { canonicalJson } from '../model/canonical.ts';
import type { Dataset } from '../model/dataset.ts';

export interface GoodRow {
  /** Undefined where rows are told apart by their place in the day. */
  readonly id: string | undefined;
  readonly value: unknown;
}

export interface BadRow {
  /** Path of the field; empty when the row as a whole is wrong. */
  readonly column: string;
  readonly reason: string;
}

/** A day's only document has this id, so that a second one is a row with the same id. */
export const DOCUMENT_ID = '';

/** `parse` comes first when it is given; then the schema, what can be stored, and the id. */
export function checkRow(dataset: Dataset, row: unknown, parse?: (row: never) => unknown): GoodRow | BadRow {
  let parsed = row;
  try {
    if (parse !== undefined) parsed = parse(row as never);
  } catch (thrown) {
    return { column: '', reason: toError(thrown).message };
  }
  const result = dataset.schema.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { column: issue?.path.join('.') ?? '', reason: issue?.message ?? 'it does not fit the schema' };
  }
  const value = result.data;
  try {
    canonicalJson(value);
  } catch (thrown) {
    return { column: '', reason: toError(thrown).message };
  }
  if (dataset.kind === 'document') return { id: DOCUMENT_ID, value };
  if (dataset.id === undefined) return { id: undefined, value };
  try {
    const id: unknown = dataset.id(value);
    if (typeof id === 'string' && id !== '') return { id, value };
    return { column: '', reason: `its id is ${JSON.stringify(id)}, and an id is a text that is not empty` };
  } catch (thrown) {
    return { column: '', reason: `its id cannot be told: ${toError(thrown).message}` };
  }
}
