/** What the readers of all formats give: rows by column name, and the days that a file spans. */
import type { Day } from '../model/date.ts';

/** One row as the file holds it. */
export interface SourceRow {
  /** Position in the file, 1 for the first row of data. */
  readonly number: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The first and the last day that a file holds. */
export interface Coverage {
  readonly first: Day;
  readonly last: Day;
}
