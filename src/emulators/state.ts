/** The local cloud's one state file: an SQLite database that every emulator shares, with group commit. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { closeDatabase, openDatabase, StateFileError } from './state-file.ts';

export interface State {
  readonly db: DatabaseSync;
  /** Settles when the file can be written or read no more: whoever waits for the emulators would wait for ever. */
  readonly broken: Promise<StateFileError>;
  /**
   * Runs `work` (synchronous) in the next group commit and answers with its value once that commit is on disk.
   * A `work` that throws is rolled back alone and rejects; its neighbours in the group commit as usual.
   */
  write<T>(work: () => T): Promise<T>;
  /** Waits for pending writes, then closes the file. */
  close(): Promise<void>;
}

interface Pending {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * Opens (or makes) the state file. `:memory:` keeps nothing.
 * @throws {StateFileError} in use by another process, empty, corrupt, another program's, or written by a newer version
 */
export function openState(file: string): State {
  const db = openDatabase(file);
  const breaking = Promise.withResolvers<StateFileError>();
  let broken: StateFileError | undefined;
  const breakBy = (cause: unknown): StateFileError => {
    broken ??= brokenBy(file, cause);
    breaking.resolve(broken);
    return broken;
  };
  watch(db, (error) => (OF_THE_DISK.has(codeOf(error)) ? breakBy(error) : error));
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const savepoint = db.prepare('SAVEPOINT one');
  const release = db.prepare('RELEASE one');
  const undo = db.prepare('ROLLBACK TO one');
  let queue: Pending[] = [];
  let scheduled = false;
  let closed = false;

  // Everything that arrives in one turn of the event loop shares one fsync; each keeps its own savepoint.
  const flush = (): void => {
    scheduled = false;
    const group = queue;
    queue = [];
    // The close that came in between has written them.
    if (group.length === 0) return;
    const answers: (() => void)[] = [];
    try {
      begin.run();
      for (const { work, resolve, reject } of group) {
        savepoint.run();
        try {
          const value = work();
          answers.push(() => resolve(value));
        } catch (error) {
          // A full disk ends the whole transaction, not only this savepoint; so does a page that cannot be read.
          if (!db.isTransaction || broken !== undefined) throw error;
          undo.run();
          answers.push(() => reject(error));
        }
        release.run();
      }
      commit.run();
    } catch (error) {
      // What the emulators keep in memory may have seen the group: nothing is written on top of that.
      const reason = breakBy(error);
      if (db.isTransaction) db.exec('ROLLBACK');
      for (const { reject } of group) reject(reason);
      return;
    }
    for (const answer of answers) answer();
  };

  return {
    db,
    broken: breaking.promise,
    write<T>(work: () => T): Promise<T> {
      if (closed) return Promise.reject(new StateFileError('the local cloud has been stopped'));
      if (broken !== undefined) return Promise.reject(broken);
      return new Promise<T>((resolve, reject) => {
        queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
        if (!scheduled) {
          scheduled = true;
          setImmediate(flush);
        }
      });
    },
    close(): Promise<void> {
      if (closed) return Promise.resolve();
      closed = true;
      if (broken === undefined) flush();
      closeDatabase(db, file);
      return Promise.resolve();
    },
  };
}

/** All errors of the database and of statements that are prepared from now on are thrown as `named` says. */
function watch(db: DatabaseSync, named: (error: unknown) => unknown): void {
  const watched =
    <A extends readonly unknown[], T>(work: (...parameters: A) => T) =>
    (...parameters: A): T => {
      try {
        return work(...parameters);
      } catch (error) {
        throw named(error);
      }
    };
  const prepare = db.prepare.bind(db);
  db.exec = watched(db.exec.bind(db));
  db.prepare = watched((sql: string) => {
    const statement = prepare(sql);
    const iterate = statement.iterate.bind(statement);
    return Object.assign(statement, {
      get: watched(statement.get.bind(statement)),
      all: watched(statement.all.bind(statement)),
      run: watched(statement.run.bind(statement)),
      iterate: watched((...values: Parameters<StatementSync['iterate']>) => {
        const rows = iterate(...values);
        return Object.assign(rows, { next: watched(rows.next.bind(rows)) });
      }),
    });
  });
}

/** SQLite's codes for what no other call will mend: https://www.sqlite.org/rescode.html */
const [READ_ONLY, IO, CORRUPT, FULL, CANNOT_OPEN, NO_DATABASE] = [8, 10, 11, 13, 14, 26];
const OF_THE_DISK = new Set([READ_ONLY, IO, CORRUPT, FULL, CANNOT_OPEN, NO_DATABASE]);
const DAMAGED = new Set([CORRUPT, NO_DATABASE]);

/** The lowest byte of an extended code is the primary one; 0 of what is no error of SQLite's. */
const codeOf = (error: unknown): number =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;

function brokenBy(file: string, cause: unknown): StateFileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const advice = DAMAGED.has(codeOf(cause))
    ? `${file} is damaged: ${message}. Nothing more was written to it. Check the disk; put a copy of the file back if there is one, ` +
      'else move it away with its -wal, and everything is made again from the beginning.'
    : `${file} could not be written: ${message}. Nothing of this call was stored, and what was acknowledged before is safe. ` +
      'Make room on the disk if it is full, and start the local cloud again.';
  return new StateFileError(advice, { cause });
}
