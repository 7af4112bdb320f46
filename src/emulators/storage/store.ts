/** Buckets, objects, uploads and contents in the state file: one SQL statement per operation, no network. */
import type { DatabaseSync } from 'node:sqlite';
import type { Checksums } from './checksums.ts';
import { noBucket } from './errors.ts';
import type { Preconditions } from './preconditions.ts';
import type { ObjectFields } from './schemas.ts';

export interface StoredBucket {
  readonly name: string;
  readonly timeCreated: string;
  readonly location: string;
  readonly storageClass: string;
  readonly [field: string]: unknown;
}

/** A live object. */
export interface StoredObject extends Checksums {
  readonly bucket: string;
  readonly name: string;
  /** Microseconds since 1970, or one more than the last. */
  readonly generation: number;
  readonly metageneration: number;
  /** Number of its content, which never changes. */
  readonly content: number;
  /** Bytes. */
  readonly size: number;
  readonly timeCreated: string;
  readonly updated: string;
  readonly fields: ObjectFields;
}

/** What becomes an object. */
export interface Making {
  readonly bucket: string;
  readonly name: string;
  readonly fields: ObjectFields;
  readonly preconditions: Preconditions;
}

/** A resumable upload. */
export interface StoredUpload {
  readonly id: string;
  readonly making: Making;
  /** Checksums that the client promised at the start. */
  readonly declared: Partial<Checksums>;
  readonly content: number;
  /** Bytes that are on disk. */
  readonly received: number;
  /** Bytes of the whole, once they are known. */
  readonly total: number | undefined;
  /** What it became. */
  readonly object: StoredObject | undefined;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS storage_buckets (name TEXT PRIMARY KEY, resource TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS storage_objects (
    bucket TEXT, name TEXT, content INTEGER NOT NULL, resource TEXT NOT NULL, PRIMARY KEY (bucket, name)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS storage_objects_by_content ON storage_objects (content);
  CREATE TABLE IF NOT EXISTS storage_uploads (
    id TEXT PRIMARY KEY, created INTEGER NOT NULL, content INTEGER NOT NULL, resource TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS storage_chunks (
    content INTEGER, start INTEGER, data BLOB NOT NULL, PRIMARY KEY (content, start)) STRICT;
  CREATE TABLE IF NOT EXISTS storage_garbage (content INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS storage_generation (id INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
`;

export type Store = ReturnType<typeof openStore>;

/** Whatever changes rows must run inside `state.write`. */
export function openStore(db: DatabaseSync) {
  db.exec(TABLES);
  const sql = {
    bucket: db.prepare('SELECT resource FROM storage_buckets WHERE name = ?'),
    buckets: db.prepare('SELECT resource FROM storage_buckets WHERE name >= ? ORDER BY name LIMIT ?'),
    addBucket: db.prepare('INSERT INTO storage_buckets VALUES (?, ?)'),
    dropBucket: db.prepare('DELETE FROM storage_buckets WHERE name = ?'),
    object: db.prepare('SELECT resource FROM storage_objects WHERE bucket = ? AND name = ?'),
    // Text is compared by its UTF-8 bytes, which is the service's order.
    objects: db.prepare('SELECT resource FROM storage_objects WHERE bucket = ? AND name >= ? ORDER BY name LIMIT ?'),
    putObject: db.prepare('INSERT OR REPLACE INTO storage_objects VALUES (?, ?, ?, ?)'),
    dropObject: db.prepare('DELETE FROM storage_objects WHERE bucket = ? AND name = ?'),
    holders: db.prepare('SELECT count(*) AS count FROM storage_objects WHERE content = ?'),
    upload: db.prepare('SELECT resource FROM storage_uploads WHERE id = ? AND created >= ?'),
    putUpload: db.prepare('INSERT OR REPLACE INTO storage_uploads VALUES (?, ?, ?, ?)'),
    updateUpload: db.prepare('UPDATE storage_uploads SET resource = ? WHERE id = ?'),
    dropUpload: db.prepare('DELETE FROM storage_uploads WHERE id = ?'),
    oldUploads: db.prepare('SELECT resource FROM storage_uploads WHERE created < ?'),
    addChunk: db.prepare('INSERT INTO storage_chunks VALUES (?, ?, ?)'),
    chunk: db.prepare(
      'SELECT start, data FROM storage_chunks WHERE content = ? AND start <= ? ORDER BY start DESC LIMIT 1',
    ),
    dropChunks: db.prepare(
      'DELETE FROM storage_chunks WHERE rowid IN (SELECT rowid FROM storage_chunks WHERE content = ? LIMIT ?)',
    ),
    lastContent: db.prepare(`
      SELECT max(last) AS last FROM (
        SELECT max(content) AS last FROM storage_chunks UNION ALL SELECT max(content) FROM storage_garbage
        UNION ALL SELECT max(content) FROM storage_objects UNION ALL SELECT max(content) FROM storage_uploads)`),
    garbage: db.prepare('SELECT content FROM storage_garbage WHERE content > ? ORDER BY content LIMIT 1'),
    putGarbage: db.prepare('INSERT OR IGNORE INTO storage_garbage VALUES (?)'),
    dropGarbage: db.prepare('DELETE FROM storage_garbage WHERE content = ?'),
    generation: db.prepare(`
      INSERT INTO storage_generation VALUES (0, ?)
      ON CONFLICT (id) DO UPDATE SET last = max(last + 1, excluded.last) RETURNING last`),
  };
  const findBucket = (name: string) => sql.bucket.all(name).map(resource<StoredBucket>)[0];

  return {
    findBucket,
    /** @throws {StorageError} notFound */
    bucket(name: string): StoredBucket {
      const found = findBucket(name);
      if (found === undefined) throw noBucket();
      return found;
    },
    /** From the name `from` on, by name. */
    buckets: (from: string, limit: number) => sql.buckets.all(from, limit).map(resource<StoredBucket>),
    addBucket: (bucket: StoredBucket): void => void sql.addBucket.run(bucket.name, JSON.stringify(bucket)),
    dropBucket: (name: string): void => void sql.dropBucket.run(name),
    findObject: (bucket: string, name: string) => sql.object.all(bucket, name).map(resource<StoredObject>)[0],
    /** From the name `from` on, by name. */
    objects: (bucket: string, from: string, limit: number) =>
      sql.objects.all(bucket, from, limit).map(resource<StoredObject>),
    putObject(object: StoredObject): void {
      sql.putObject.run(object.bucket, object.name, object.content, JSON.stringify(object));
    },
    dropObject: (bucket: string, name: string): void => void sql.dropObject.run(bucket, name),
    /** Objects that have this content. */
    holders: (content: number): number => sql.holders.get(content)?.['count'] as number,
    /** @param since milliseconds since 1970; an older one is not found */
    upload: (id: string, since = 0) => sql.upload.all(id, since).map(resource<StoredUpload>)[0],
    /** @param now milliseconds since 1970 */
    addUpload(upload: StoredUpload, now: number): void {
      sql.putUpload.run(upload.id, now, upload.content, JSON.stringify(upload));
    },
    updateUpload: (upload: StoredUpload): void => void sql.updateUpload.run(JSON.stringify(upload), upload.id),
    dropUpload: (id: string): void => void sql.dropUpload.run(id),
    uploadsBefore: (time: number) => sql.oldUploads.all(time).map(resource<StoredUpload>),
    addChunk: (content: number, start: number, data: Uint8Array): void => void sql.addChunk.run(content, start, data),
    /** The chunk that holds the byte at `offset`, from its own first byte on. */
    chunkAt: (content: number, offset: number) =>
      sql.chunk.get(content, offset) as { start: number; data: Uint8Array } | undefined,
    /** @returns how many there were, at most `limit`. */
    dropChunks: (content: number, limit: number): number => Number(sql.dropChunks.run(content, limit).changes),
    /** The highest number of a content there is. */
    lastContent: (): number => (sql.lastContent.get()?.['last'] ?? 0) as number,
    /** The next content after this one that no object and no upload has. */
    garbageAfter: (content: number) => sql.garbage.get(content)?.['content'] as number | undefined,
    putGarbage: (content: number): void => void sql.putGarbage.run(content),
    dropGarbage: (content: number): void => void sql.dropGarbage.run(content),
    /** @param now microseconds since 1970 */
    nextGeneration: (now: number): number => sql.generation.get(now)?.['last'] as number,
    /** Empties all tables; generations go on from where they were. */
    clear: (): void =>
      db.exec(
        'DELETE FROM storage_buckets; DELETE FROM storage_objects; DELETE FROM storage_uploads; ' +
          'DELETE FROM storage_chunks; DELETE FROM storage_garbage',
      ),
  };
}

const resource = <T>(row: unknown): T => JSON.parse((row as { resource: string }).resource) as T;
