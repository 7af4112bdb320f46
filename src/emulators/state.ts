/** The local cloud's one state file: an SQLite database that every emulator shares, with group commit. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Kept in `PRAGMA user_version`; raised when a table changes shape. */
export const STATE_VERSION = 1;

/** The state file cannot be used; the message says why and what to do. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

export interface State {
  readonly db: DatabaseSync;
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
 * @throws {StateFileError} in use by another process, corrupt, or written by a newer version.
 */
export function openState(file: string): State {
  const db = openDatabase(file);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const savepoint = db.prepare('SAVEPOINT one');
  const release = db.prepare('RELEASE one');
  const undo = db.prepare('ROLLBACK TO one');
  let queue: Pending[] = [];
  let scheduled = false;
  let closed = false;
  let broken: StateFileError | undefined;

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
          // A full disk ends the whole transaction, not only this savepoint.
          if (!db.isTransaction) throw error;
          undo.run();
          answers.push(() => reject(error));
        }
        release.run();
      }
      commit.run();
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      // What the emulators keep in memory may have seen the group: nothing is written on top of that.
      broken = brokenBy(file, error);
      for (const { reject } of group) reject(broken);
      return;
    }
    for (const answer of answers) answer();
  };

  return {
    db,
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
      db.close();
      if (file !== ':memory:') rmSync(ownerFile(file), { force: true });
      return Promise.resolve();
    },
  };
}

function brokenBy(file: string, cause: unknown): StateFileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StateFileError(
    `${file} could not be written: ${message}. Nothing of this call was stored, and what was acknowledged before is safe. ` +
      'Make room on the disk if it is full, and start the local cloud again.',
    { cause },
  );
}

function openDatabase(file: string): DatabaseSync {
  try {
    // What is loaded may be anybody's secret: it is its owner's to read.
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const db = new DatabaseSync(file);
    if (file !== ':memory:') chmodSync(file, 0o600);
    // An exclusive lock is the kernel's: it ends with the process, however it ends.
    db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL',
    );
    db.exec('BEGIN IMMEDIATE; COMMIT');
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > STATE_VERSION) {
      db.close();
      throw new StateFileError(
        `${file} was written by a newer Daymill (state version ${version}, this one knows ${STATE_VERSION}). ` +
          'Update Daymill, or set DAYMILL_HOME to another folder.',
      );
    }
    db.exec(`PRAGMA user_version = ${STATE_VERSION}`);
    if (file !== ':memory:') writeFileSync(ownerFile(file), String(process.pid));
    return db;
  } catch (error) {
    if (error instanceof StateFileError) throw error;
    throw explain(file, error);
  }
}

function explain(file: string, cause: unknown): StateFileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(message)) {
    return new StateFileError(
      `${file} is in use by another Daymill${ownerOf(file)}. Wait until it ends, or set DAYMILL_HOME to another folder.`,
      { cause },
    );
  }
  if (/not a database|malformed|corrupt/i.test(message)) {
    return new StateFileError(
      `${file} is not a readable state file (${message}). Move it away and start again; nothing was changed in it.`,
      { cause },
    );
  }
  return new StateFileError(`${file} cannot be opened: ${message}. Check the folder, its rights and the disk.`, {
    cause,
  });
}

const ownerFile = (file: string): string => `${file}.pid`;

function ownerOf(file: string): string {
  try {
    return ` (process ${readFileSync(ownerFile(file), 'utf8').trim()})`;
  } catch {
    return '';
  }
}
