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

/** `low <= key < high`. */
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
const DOCUMENT = 'd.id AS row, d.doc_key AS key, d.fields, d.created, d.updated';

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

  const toDocument = (place: Collection, found: unknown): StoredDocument => {
    const { row, key, fields, created, updated } = found as Required<StoredDocument> & { key: string };
    return { row, name: `${place.name}/${idFromKey(key)}`, fields, created, updated };
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
      const values = after && ([after.fields, after.created, after.updated] as const);
      if (!values) statement.remove.run(row);
      else if (before) statement.update.run(...values, row);
      else row = Number(statement.insert.run(place.id, docKey, ...values).lastInsertRowid);
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

    /** A collection's documents by an index's values, once for each entry, and then by id; without an index by id. */
    *documents(
      place: Collection,
      index: number | undefined,
      range: KeyRange,
      descending = false,
    ): Generator<StoredDocument> {
      const { table, where, order, values } = within(place, index, range);
      // CROSS JOIN keeps SQLite to this order of loops: entries first, then each document by its row id.
      const source = index === undefined ? table : `${table} CROSS JOIN firestore_documents d ON d.id = e.doc`;
      const orders = order.map((column) => `${column} ${descending ? 'DESC' : 'ASC'}`).join();
      const rows = db.prepare(`SELECT ${DOCUMENT} FROM ${source} WHERE ${where} ORDER BY ${orders}`);
      for (const found of rows.iterate(...values)) yield toDocument(place, found);
    },

    /** How many {@link documents} there would be, up to `max`. */
    count(place: Collection, index: number | undefined, range: KeyRange, max: number): number {
      const { table, where, values } = within(place, index, range);
      const rows = db.prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM ${table} WHERE ${where} LIMIT ?)`);
      // SQLite knows no infinity; a negative limit is none.
      return Number(rows.get(...values, max === Infinity ? -1 : max)?.['n']);
    },

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
          for (const { row = 0, name, fields } of store.documents(place, undefined, ALL_IDS)) {
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

/** What to ask for a range of an index's values, or of {@link idKey}s. */
function within({ id }: Collection, index: number | undefined, { low, high }: KeyRange) {
  return index === undefined
    ? {
        table: 'firestore_documents d',
        where: 'd.collection = ? AND d.doc_key >= ? AND d.doc_key < ?',
        order: ['d.doc_key'],
        values: [id, low, high],
      }
    : {
        table: 'firestore_entries e',
        where: 'e.idx = ? AND e.collection = ? AND e.value >= ? AND e.value < ?',
        order: ['e.value', 'e.doc_key'],
        values: [index, id, blob(low), blob(high)],
      };
}

const blob = (key: string): Buffer => Buffer.from(key, 'latin1');
