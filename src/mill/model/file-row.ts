/** A row of a file that people load, as it was read. */
import type { Day } from '../../values/date.ts';

/** A number of which a double does not hold all digits. */
export interface InexactNumber {
  /** Keys and indexes that lead to it. */
  readonly path: readonly string[];
  /** As it is written. */
  readonly text: string;
}

export type FileRow = { /** Where several files are read. */ readonly file?: string } & (
  | {
      readonly kind: 'row';
      /** Of a text; of Parquet the row. Both count from 1. */
      readonly line: number;
      readonly date: Day;
      readonly values: Readonly<Record<string, unknown>>;
      /** Of JSON: values that are not what the file says. */
      readonly inexact?: readonly InexactNumber[];
    }
  | {
      readonly kind: 'wrong';
      readonly line: number;
      /** Empty when the row as a whole is wrong. */
      readonly column: string;
      readonly reason: string;
      /** As far as it could be read. */
      readonly row: unknown;
    }
  /** A CSV record without a word in any field, as spreadsheets leave them at the end: it says nothing. */
  | { readonly kind: 'blank'; readonly line: number }
);
