/** Sorts rows by day on disk: they come in any order, and go out day by day, in the file's order within each. */
import { DatabaseSync } from 'node:sqlite';
import type { Day } from '../../values/date.ts';

export interface SpilledRow {
  /** Where several files are loaded. */
  readonly file: string | undefined;
  readonly line: number;
  readonly id: string | undefined;
  /** The entity, or the document, as canonical JSON. */
  readonly json: string;
}

export interface DaySpill {
  add(date: Day, row: SpilledRow): void;
  /** Ascending. */
  dates(): Day[];
  rowsOf(date: Day): SpilledRow[];
  close(): void;
}

/** Memory that SQLite keeps pages in before they go to disk, in KiB. */
const CACHE_KIB = 16_384;

/**
 * A private database that SQLite itself puts into a temporary file when it outgrows its cache, and that is gone with the
 * process: https://www.sqlite.org/inmemorydb.html#temp_db
 */
export function openDaySpill(): DaySpill {
  const db = new DatabaseSync('');
  db.exec(`
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA journal_mode = OFF;
    CREATE TABLE row (day TEXT, number INTEGER, file TEXT, line INTEGER, id TEXT, json TEXT, PRIMARY KEY (day, number)) WITHOUT ROWID;
    BEGIN`);
  const insert = db.prepare('INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)');
  const dates = db.prepare('SELECT DISTINCT day FROM row ORDER BY day');
  const rows = db.prepare('SELECT file, line, id, json FROM row WHERE day = ? ORDER BY number');
  let number = 0;
  return {
    add: (date, { file, line, id, json }) => void insert.run(date, number++, file ?? null, line, id ?? null, json),
    dates: () => dates.all().map(({ day }) => String(day)),
    rowsOf: (date) =>
      rows.all(date).map(({ file, line, id, json }) => ({
        file: file === null ? undefined : String(file),
        line: Number(line),
        id: id === null ? undefined : String(id),
        json: String(json),
      })),
    close: () => db.close(),
  };
}
