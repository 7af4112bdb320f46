/** A row of a file that people load, as it was read. */
import type { Day } from './date.ts';

export type FileRow =
  | {
      readonly kind: 'row';
      readonly line: number;
      readonly date: Day;
      readonly values: Readonly<Record<string, unknown>>;
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
  | { readonly kind: 'blank'; readonly line: number };
