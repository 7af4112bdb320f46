/** Documents and their index entries in the state file. */
import type { DatabaseSync } from 'node:sqlite';

import type { FieldPath } from './field-paths.ts';
import { below, fieldPathText, parseFieldPath } from './field-paths.ts';
import { MAX_INDEXED_VALUE_BYTES } from './limits.ts';
import { idFromKey, idKey, idOf, parentOf, pathKey, rootOf } from './paths.ts';
import { decodeField } from './protocol.ts';
import { valueKey } from './values.ts';

/** A document as it is stored. Times are microseconds since 1970; `fields` is what `encodeFields` made. */
export interface StoredDocument {
  /** Its row in the state file; absent until it is stored. */
  readonly row?: number;
  readonly name: string;
  readonly fields: Uint8Array;
  readonly created: number;
  readonly updated: number;
}

export interface Collection {
  readonly id: number;
  readonly name: string;
  /** Collection id: the last segment. */
  readonly group: string;
}

/** A half-open range of keys: `low <= key < high`. */
export interface KeyRange {
  readonly low: string;
  readonly high: string;
}

/** `value` has an entry for a field's value, `contains` one for each element of an array. */
export type IndexKind = 'value' | 'contains';

interface Index {
  readonly id: number;
  readonly path: FieldPath;
  readonly kind: IndexKind;
}

interface Row {
  id: number;
  doc_key: string;
  fields: Uint8Array;
  created: number;
  updated: number;
}

export type Store = ReturnType<typeof openStore>;

/** Every id of a collection. */
export const ALL_IDS: KeyRange = { low: '', high: '\u{10ffff}\u{10ffff}' };

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS firestore_collections(
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, grp TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS firestore_collections_grp ON firestore_collections(grp, key);
  CREATE TABLE IF NOT EXISTS firestore_documents(
    id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, doc_key TEXT NOT NULL,
    fields BLOB NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE(collection, doc_key));
  CREATE TABLE IF NOT EXISTS firestore_indexes(
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, grp TEXT NOT NULL, field TEXT NOT NULL, kind TEXT NOT NULL,
    UNIQUE(root, grp, field, kind));
  CREATE TABLE IF NOT EXISTS firestore_entries(
    idx INTEGER NOT NULL, collection INTEGER NOT NULL, value BLOB NOT NULL, doc_key TEXT NOT NULL, doc INTEGER NOT NULL,
    PRIMARY KEY(idx, collection, value, doc_key)) WITHOUT ROWID;
`;

const COLLECTION = 'id, name, grp AS "group"';
const DOCUMENT = 'd.id, d.doc_key, d.fields, d.created, d.updated';

/**
 * Single-field indexes are made when a query first wants one, for the whole collection group, and kept up from then on:
 * a field that no query uses costs no write anything. Writes must run inside `State.write`.
 */
export function openStore(db: DatabaseSync) {
  db.exec(SCHEMA);
  const statement = {
    collection: db.prepare(`SELECT ${COLLECTION} FROM firestore_collections WHERE name = ?`),
    addCollection: db.prepare('INSERT INTO firestore_collections(key, name, grp) VALUES (?, ?, ?)'),
    collectionsBelow: db.prepare(
      `SELECT ${COLLECTION} FROM firestore_collections WHERE key > ? AND key < ? ORDER BY key`,
    ),
    groupBelow: db.prepare(
      `SELECT ${COLLECTION} FROM firestore_collections WHERE grp = ? AND key > ? AND key < ? ORDER BY key`,
    ),
    filledBelow: db.prepare(
      'SELECT name FROM firestore_collections c WHERE key > ? AND key < ? ' +
        'AND EXISTS (SELECT 1 FROM firestore_documents d WHERE d.collection = c.id) ORDER BY key',
    ),
    get: db.prepare(`SELECT ${DOCUMENT} FROM firestore_documents d WHERE collection = ? AND doc_key = ?`),
    insert: db.prepare(
      'INSERT INTO firestore_documents(collection, doc_key, fields, created, updated) VALUES (?, ?, ?, ?, ?)',
    ),
    update: db.prepare('UPDATE firestore_documents SET fields = ?, created = ?, updated = ? WHERE id = ?'),
    remove: db.prepare('DELETE FROM firestore_documents WHERE id = ?'),
    countDocuments: db.prepare(
      'SELECT count(*) AS n FROM (SELECT 1 FROM firestore_documents WHERE collection = ? AND doc_key >= ? AND doc_key < ? LIMIT ?)',
    ),
    countEntries: db.prepare(
      'SELECT count(*) AS n FROM (SELECT 1 FROM firestore_entries WHERE idx = ? AND collection = ? AND value >= ? AND value < ? LIMIT ?)',
    ),
    addEntry: db.prepare('INSERT INTO firestore_entries(idx, collection, value, doc_key, doc) VALUES (?, ?, ?, ?, ?)'),
    removeEntry: db.prepare(
      'DELETE FROM firestore_entries WHERE idx = ? AND collection = ? AND value = ? AND doc_key = ?',
    ),
    indexes: db.prepare('SELECT id, field, kind FROM firestore_indexes WHERE root = ? AND grp = ?'),
    addIndex: db.prepare('INSERT INTO firestore_indexes(root, grp, field, kind) VALUES (?, ?, ?, ?)'),
  };

  const collections = new Map<string, Collection>();
  const indexes = new Map<string, Index[]>();

  function collection(name: string): Collection | undefined {
    const known = collections.get(name);
    if (known) return known;
    const found = statement.collection.get(name) as unknown as Collection | undefined;
    if (collections.size > 10_000) collections.clear();
    if (found) collections.set(name, found);
    return found;
  }

  function addCollection(name: string): Collection {
    const group = idOf(name);
    return { id: Number(statement.addCollection.run(pathKey(name), name, group).lastInsertRowid), name, group };
  }

  const toDocument = (place: Collection, row: unknown): StoredDocument => {
    const { id, doc_key: key, fields, created, updated } = row as Row;
    return { row: id, name: `${place.name}/${idFromKey(key)}`, fields, created, updated };
  };

  function indexesOf(root: string, group: string): Index[] {
    const key = `${root}/${group}`;
    let list = indexes.get(key);
    if (!list) {
      const rows = statement.indexes.all(root, group) as unknown as { id: number; field: string; kind: IndexKind }[];
      list = rows.map(({ id, field, kind }) => ({ id, kind, path: parseFieldPath(field) }));
      indexes.set(key, list);
    }
    return list;
  }

  function changeEntries(
    list: readonly Index[],
    place: Collection,
    docKey: string,
    row: number,
    before: Uint8Array | undefined,
    after: Uint8Array | undefined,
  ): void {
    for (const index of list) {
      const old = before ? entryKeys(index, before) : [];
      const fresh = after ? entryKeys(index, after) : [];
      for (const key of old) if (!fresh.includes(key)) statement.removeEntry.run(index.id, place.id, blob(key), docKey);
      for (const key of fresh)
        if (!old.includes(key)) statement.addEntry.run(index.id, place.id, blob(key), docKey, row);
    }
  }

  const store = {
    collection,

    get(name: string): StoredDocument | undefined {
      const place = collection(parentOf(name));
      const found = place && statement.get.get(place.id, idKey(idOf(name)));
      return found && toDocument(place, found);
    },

    /** Stores what a document became; `before` is what {@link get} answers for it, `after` undefined deletes it. */
    change(name: string, before: StoredDocument | undefined, after: StoredDocument | undefined): void {
      const parent = parentOf(name);
      const place = collection(parent) ?? addCollection(parent);
      const docKey = idKey(idOf(name));
      let row = before?.row ?? 0;
      if (!after) statement.remove.run(row);
      else if (before) statement.update.run(after.fields, after.created, after.updated, row);
      else
        row = Number(
          statement.insert.run(place.id, docKey, after.fields, after.created, after.updated).lastInsertRowid,
        );
      changeEntries(indexesOf(rootOf(parent), place.group), place, docKey, row, before?.fields, after?.fields);
    },

    /** Collections anywhere below a root or document, of one group or of all, in the order of their paths. */
    collectionsBelow(parent: string, group?: string): Collection[] {
      const key = pathKey(parent);
      const rows =
        group === undefined
          ? statement.collectionsBelow.all(`${key}\x01`, `${key}\x02`)
          : statement.groupBelow.all(group, `${key}\x01`, `${key}\x02`);
      return rows as unknown as Collection[];
    },

    /** Names of the collections below that hold a document. */
    filledCollectionsBelow(parent: string): string[] {
      const key = pathKey(parent);
      return statement.filledBelow.all(`${key}\x01`, `${key}\x02`).map(({ name }) => String(name));
    },

    /** A collection's documents by id; the range is of {@link idKey}s. */
    *documents(place: Collection, { low, high }: KeyRange, descending: boolean): Generator<StoredDocument> {
      const rows = db.prepare(
        `SELECT ${DOCUMENT} FROM firestore_documents d WHERE collection = ? AND doc_key >= ? AND doc_key < ? ` +
          `ORDER BY doc_key ${descending ? 'DESC' : 'ASC'}`,
      );
      for (const row of rows.iterate(place.id, low, high)) yield toDocument(place, row);
    },

    /** Documents by an index's values, then by id. A document comes once for each of its entries. */
    *entries(index: number, place: Collection, range: KeyRange, descending: boolean): Generator<StoredDocument> {
      const direction = descending ? 'DESC' : 'ASC';
      // CROSS JOIN keeps SQLite to this order of loops: entries first, then each document by its row id.
      const rows = db.prepare(
        `SELECT ${DOCUMENT} FROM firestore_entries e CROSS JOIN firestore_documents d ON d.id = e.doc ` +
          `WHERE e.idx = ? AND e.collection = ? AND e.value >= ? AND e.value < ? ` +
          `ORDER BY e.value ${direction}, e.doc_key ${direction}`,
      );
      for (const row of rows.iterate(index, place.id, blob(range.low), blob(range.high))) yield toDocument(place, row);
    },

    /** Up to `max`. */
    countDocuments: (place: Collection, { low, high }: KeyRange, max: number): number =>
      Number(statement.countDocuments.get(place.id, low, high, sqlLimit(max))?.['n']),

    /** Up to `max`. */
    countEntries: (index: number, place: Collection, { low, high }: KeyRange, max: number): number =>
      Number(statement.countEntries.get(index, place.id, blob(low), blob(high), sqlLimit(max))?.['n']),

    /** The id of the index on a field of a collection group; made now when it does not exist. Not inside `State.write`. */
    index(root: string, group: string, path: FieldPath, kind: IndexKind): number {
      const field = fieldPathText(path);
      const known = indexesOf(root, group).find((index) => index.kind === kind && fieldPathText(index.path) === field);
      if (known) return known.id;
      db.exec('BEGIN IMMEDIATE');
      try {
        const id = Number(statement.addIndex.run(root, group, field, kind).lastInsertRowid);
        const index = { id, path, kind };
        for (const place of store.collectionsBelow(root, group)) {
          for (const { row = 0, name, fields } of store.documents(place, ALL_IDS, false)) {
            changeEntries([index], place, idKey(idOf(name)), row, undefined, fields);
          }
        }
        db.exec('COMMIT');
        indexesOf(root, group).push(index);
        return id;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },

    /** Forgets what was read from the file: for after a write that did not commit. */
    forget(): void {
      collections.clear();
      indexes.clear();
    },

    clear(): void {
      for (const table of ['documents', 'entries', 'indexes', 'collections']) db.exec(`DELETE FROM firestore_${table}`);
      store.forget();
    },
  };
  return store;
}

/** What an index holds for a document; values are cut to one byte more than is indexed, so that a cut shows. */
function entryKeys(index: Index, fields: Uint8Array): string[] {
  const value = below(decodeField(fields, index.path[0] as string), index.path);
  if (!value) return [];
  if (index.kind === 'value') return [cut(valueKey(value))];
  if (value.valueType !== 'arrayValue') return [];
  return [...new Set((value.arrayValue.values ?? []).map((item) => cut(valueKey(item))))];
}

const cut = (key: string): string => key.slice(0, MAX_INDEXED_VALUE_BYTES + 1);

/** SQLite knows no infinity; a negative limit is none. */
const sqlLimit = (max: number): number => (max === Infinity ? -1 : max);

const blob = (key: string): Buffer => Buffer.from(key, 'latin1');
