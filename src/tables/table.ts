/** Rows for other programs: columns with types, in batches, each of them column by column. */

export const COLUMN_TYPES = ['text', 'number', 'integer', 'boolean', 'time', 'json'] as const;
/** `time` is milliseconds since 1970; `json` is whatever JSON says. */
export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Null and undefined are nothing. */
export type Cell = unknown;

/** Cells of each column, all as long. */
export type Batch = readonly (readonly Cell[])[];

export interface Table {
  readonly columns: readonly Column[];
  readonly batches: AsyncIterable<Batch>;
}

/** Rows of a batch: some megabytes at most, whatever is in them. */
export const BATCH_ROWS = 20_000;

/** Batches of rows that come one by one. */
export async function* batchesOf(width: number, rows: AsyncIterable<readonly Cell[]>): AsyncGenerator<Batch> {
  const empty = (): Cell[][] => Array.from({ length: width }, () => []);
  let columns = empty();
  for await (const row of rows) {
    for (let at = 0; at < width; at++) (columns[at] as Cell[]).push(row[at]);
    if ((columns[0]?.length ?? 0) < BATCH_ROWS) continue;
    yield columns;
    columns = empty();
  }
  if ((columns[0]?.length ?? 0) > 0) yield columns;
}

export const isNothing = (cell: Cell): cell is null | undefined => cell === null || cell === undefined;

export const rowsIn = (batch: Batch): number => batch[0]?.length ?? 0;

/** A time as people and programs read it. */
export const timeText = (ms: number): string => new Date(ms).toISOString();
