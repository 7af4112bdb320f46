/** What a row of a file is to a dataset: an entity (or a document) that fits its schema, with its id, or a column and what is wrong in it. */
import { z } from 'zod';
import { authorCode, sayStray } from '../../process/author-code.ts';
import { TerminalError, toError } from '../../errors.ts';
import { canonicalJson } from '../../values/canonical.ts';
import type { Dataset, DateColumn, Row } from '../model/dataset.ts';
import type { InexactNumber } from '../model/file-row.ts';
import { lostMember } from '../model/lost-member.ts';
import { madeUpIn } from '../model/made-up.ts';

export interface GoodRow {
  /** Undefined where rows are told apart by their place in the day. */
  readonly id: string | undefined;
  readonly value: unknown;
  /** The value as it is stored: canonical JSON. */
  readonly json: string;
}

export interface BadRow {
  /** Path of the field; empty when the row as a whole is wrong. */
  readonly column: string;
  readonly reason: string;
}

/** A day's only document has this id, so that a second one is a row with the same id. */
export const DOCUMENT_ID = '';

interface RowAsRead {
  /** Comes first when it is given; then the schema, what can be stored, and the id. */
  readonly parse?: ((row: never) => unknown) | undefined;
  /** Numbers of the row that are not what the file says. */
  readonly inexact?: readonly InexactNumber[] | undefined;
}

export interface RowChecker {
  (row: unknown, asRead?: RowAsRead): GoodRow | BadRow;
  /** Checks many: to enter the author's code takes longer than most of what it does for a row. Throws what `rows` throws. */
  all<T>(rows: () => T): T;
}

/** Author code that did once what is refused is not asked again: for rows of which the first wrong one is the last. */
export function rowChecker(dataset: Dataset): RowChecker {
  const code = authorCode({ name: dataset.name, onStray: sayStray(dataset.name) });
  const check = (row: unknown, asRead: RowAsRead = {}): GoodRow | BadRow => {
    try {
      return code.run(() => checked(dataset, row, asRead));
    } catch (thrown) {
      if (thrown instanceof TerminalError) return { column: '', reason: thrown.message };
      throw thrown;
    }
  };
  return Object.assign(check, { all: <T>(rows: () => T): T => code.run(rows) });
}

export const checkRow = (dataset: Dataset, row: unknown, asRead: RowAsRead = {}): GoodRow | BadRow =>
  rowChecker(dataset)(row, asRead);

function checked(dataset: Dataset, row: unknown, { parse, inexact = [] }: RowAsRead): GoodRow | BadRow {
  const lost = inexact.find(({ path }) => keeps(dataset.schema, path[0] ?? ''));
  if (lost !== undefined) return { column: lost.path.join('.'), reason: inexactly(lost) };
  let parsed = row;
  try {
    if (parse !== undefined) parsed = parse(row as never);
  } catch (thrown) {
    return { column: '', reason: toError(thrown).message };
  }
  const dropped = lostMember(dataset.schema, parsed);
  if (dropped !== undefined) return { column: dropped, reason: 'schemas leave a member of this name out of records' };
  const madeUp = madeUpIn(dataset.schema, parsed);
  if (madeUp !== undefined) return { column: madeUp.path.join('.'), reason: madeUp.reason };
  const result = dataset.schema.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { column: issue?.path.join('.') ?? '', reason: issue?.message ?? 'it does not fit the schema' };
  }
  const value = result.data;
  let json: string;
  try {
    json = canonicalJson(value);
  } catch (thrown) {
    return { column: '', reason: toError(thrown).message };
  }
  if (dataset.kind === 'document') return { id: DOCUMENT_ID, value, json };
  if (dataset.id === undefined) return { id: undefined, value, json };
  try {
    const id: unknown = dataset.id(value);
    if (typeof id === 'string' && id !== '') return { id, value, json };
    return { column: '', reason: `its id is ${JSON.stringify(id)}, and an id is a text that is not empty` };
  } catch (thrown) {
    return { column: '', reason: `its id cannot be told: ${toError(thrown).message}` };
  }
}

/** A row that no `parse` has seen loses its date column, unless the schema wants it as a field of its own. */
export function withoutDate({ schema }: Dataset, dateColumn: DateColumn, row: unknown): unknown {
  if (typeof dateColumn === 'function' || (schema instanceof z.ZodObject && Object.hasOwn(schema.shape, dateColumn)))
    return row;
  const { [dateColumn]: _, ...others } = row as Row;
  return others;
}

/** An object's schema drops what it does not name. */
const keeps = (schema: z.ZodType, field: string): boolean =>
  !(schema instanceof z.ZodObject) || schema.def.catchall !== undefined || Object.hasOwn(schema.shape, field);

const inexactly = ({ text }: InexactNumber): string =>
  `${text} has more digits than a number holds (it would be ${Number(text)}). Have it sent as a string: "${text}"`;
