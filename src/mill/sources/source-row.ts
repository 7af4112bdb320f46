/** What the readers of all formats give: rows by column name, and the days that a file spans. */
import type { Day } from '../../values/date.ts';

/** One row as the file holds it. */
export interface SourceRow {
  /** For errors: `line 3` of a text, whose header is line 1; `row 3` of Parquet, whose first is row 1. */
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The first and the last day that a file holds. */
export interface Coverage {
  readonly first: Day;
  readonly last: Day;
}
