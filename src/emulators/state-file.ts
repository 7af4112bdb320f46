/** The state file as a file: made whole or not at all, told from other programs' databases, and held by one process. */
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Kept in `PRAGMA user_version`; raised when a table changes shape. */
export const STATE_VERSION = 1;

/** Kept in `PRAGMA application_id`: "day1" in ASCII. Other programs' databases have another, or none. */
const APPLICATION_ID = 0x64_61_79_31;

/** Where SQLite keeps it, big-endian: https://www.sqlite.org/fileformat.html#the_database_header */
const HEADER_BYTES = 100;
const APPLICATION_ID_AT = 68;
const MAGIC = 'SQLite format 3\0';

/** What the local cloud keeps in it: the tables of a file that was made before such files had an id. */
const OWN_TABLE = /^(?:firestore|pubsub|workflows|scheduler|storage)_/;

/** The state file cannot be used; the message says why and what to do. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
  /** Whether another process has it: what may pass. */
  readonly isInUse: boolean;

  constructor(message: string, { isInUse = false, ...options }: ErrorOptions & { readonly isInUse?: boolean } = {}) {
    super(message, options);
    this.isInUse = isInUse;
  }
}

/**
 * Opens the database, or makes it; `:memory:` keeps nothing.
 * @throws {StateFileError} in use by another process, empty, corrupt, another program's, or written by a newer version
 */
export function openDatabase(file: string): DatabaseSync {
  try {
    if (file === ':memory:') return prepared(new DatabaseSync(file));
    // What is loaded may be anybody's secret: it is its owner's to read.
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (!existsSync(file)) make(file);
    refuseForeign(file);
    const db = new DatabaseSync(file);
    chmodSync(file, 0o600);
    // An exclusive lock is the kernel's: it ends with the process, however it ends.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 0');
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT');
    refuseNewer(db, file);
    writeFileSync(ownerFile(file), String(process.pid));
    return prepared(db);
  } catch (error) {
    if (error instanceof StateFileError) throw error;
    throw explain(file, error);
  }
}

/** Gives up what `openDatabase` took. */
export function closeDatabase(db: DatabaseSync, file: string): void {
  db.close();
  if (file !== ':memory:') rmSync(ownerFile(file), { force: true });
}

const prepared = (db: DatabaseSync): DatabaseSync => {
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STATE_VERSION}`);
  return db;
};

/** Beside its place first: whoever is killed here, or has no room, leaves no half of a state file. */
function make(file: string): void {
  const draft = `${file}.new-${process.pid}`;
  try {
    closeSync(openSync(draft, 'w', 0o600));
    const db = prepared(new DatabaseSync(draft));
    db.exec('VACUUM');
    db.close();
    // What a removed state left behind is not this one's.
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    put(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Not over what another process has put there meanwhile. */
function put(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    // Not every file system has links.
    renameSync(draft, file);
  }
}

/** Looks without a trace: whatever it is, it is not ours to change. */
function refuseForeign(file: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  const bytes = readSync(descriptor, header);
  closeSync(descriptor);
  if (bytes === 0)
    throw new StateFileError(
      `${file} is empty: no state file is, so that what was in it is gone (a disk that was full, a copy that was cut off). ` +
        'Put the state back if there is a copy; else remove the file, and everything is made again from the beginning.',
    );
  if (bytes < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw unreadable(file, 'file is not a database');
  const id = header.readUInt32BE(APPLICATION_ID_AT);
  if (id === APPLICATION_ID || (id === 0 && isOfBefore(file))) return;
  throw new StateFileError(
    `${file} is another program's SQLite database. Move it away, or name another file or folder (DAYMILL_HOME, --state); nothing was changed in it.`,
  );
}

function isOfBefore(file: string): boolean {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
    return version > 0 && tables.every(({ name }) => OWN_TABLE.test(String(name)));
  } finally {
    db.close();
  }
}

function refuseNewer(db: DatabaseSync, file: string): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version <= STATE_VERSION) return;
  db.close();
  throw new StateFileError(
    `${file} was written by a newer Daymill (state version ${version}, this one knows ${STATE_VERSION}). ` +
      'Update Daymill, or set DAYMILL_HOME to another folder.',
  );
}

function explain(file: string, cause: unknown): StateFileError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(message)) {
    return new StateFileError(
      `${file} is in use by another Daymill${ownerOf(file)}. Wait until it ends, or set DAYMILL_HOME to another folder.`,
      { cause, isInUse: true },
    );
  }
  if (/not a database|malformed|corrupt/i.test(message)) return unreadable(file, message, cause);
  return new StateFileError(`${file} cannot be opened: ${message}. Check the folder, its rights and the disk.`, {
    cause,
  });
}

const unreadable = (file: string, message: string, cause?: unknown): StateFileError =>
  new StateFileError(
    `${file} is not a readable state file (${message}). Move it away and start again; nothing was changed in it.`,
    { cause },
  );

const ownerFile = (file: string): string => `${file}.pid`;

function ownerOf(file: string): string {
  try {
    return ` (process ${readFileSync(ownerFile(file), 'utf8').trim()})`;
  } catch {
    return '';
  }
}
