/** What the readers of all formats give: rows by column name, and the days that a file spans. */
import type { Day } from '../../values/date.ts';
import type { Row } from '../model/dataset.ts';
import type { InexactNumber } from '../model/file-row.ts';

/** One row as the file holds it. */
export interface SourceRow {
  /** For errors: `line 3` of a text, whose header is line 1; `row 3` of Parquet, whose first is row 1. */
  readonly where: string;
  readonly values: Row;
  /** Where it was read already. */
  readonly date?: Day;
  /** Of JSON: numbers that are not what the file says. */
  readonly inexact?: readonly InexactNumber[];
}

/** The first and the last day that a file holds. */
export interface Coverage {
  readonly first: Day;
  readonly last: Day;
}
