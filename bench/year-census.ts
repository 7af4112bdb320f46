/** Which documents a stopped moment of the local cloud's state file holds, by collection. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Census {
  /** By collections, as docs/architecture.md calls them: `results/{…}/days`. */
  readonly collections: ReadonlyMap<
    string,
    { readonly documents: number; readonly bytes: number; readonly largest: number }
  >;
  /** Rows that Pub/Sub and Workflows hold. */
  readonly others: ReadonlyMap<string, number>;
  /** Of the state file, write-ahead log included. */
  readonly fileBytes: number;
}

const OTHERS = [
  'pubsub_messages',
  'pubsub_deliveries',
  'workflows_executions',
  'workflows_journal',
  'workflows_callbacks',
];

/** Stops process `pid`, whose file it is, for as long as a copy takes: what is copied is what a crash would leave, and is opened like that. */
export function takeCensus(file: string, pid: number): Census {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-census-'));
  const copy = join(folder, 'state.sqlite');
  try {
    process.kill(pid, 'SIGSTOP');
    try {
      for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const fileBytes = ['', '-wal'].reduce(
      (sum, suffix) => sum + (existsSync(copy + suffix) ? statSync(copy + suffix).size : 0),
      0,
    );
    const db = new DatabaseSync(copy);
    try {
      return { ...count(db), fileBytes };
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(db: DatabaseSync): Pick<Census, 'collections' | 'others'> {
  const rows = db
    .prepare(
      `SELECT c.name, COUNT(*) AS documents, SUM(LENGTH(d.fields)) AS bytes, MAX(LENGTH(d.fields)) AS largest
       FROM firestore_documents d JOIN firestore_collections c ON c.id = d.collection GROUP BY c.id`,
    )
    .all() as unknown as { name: string; documents: number; bytes: number; largest: number }[];
  const collections = new Map<string, { documents: number; bytes: number; largest: number }>();
  for (const { name, documents, bytes, largest } of rows) {
    const kind = kindOf(name);
    const known = collections.get(kind) ?? { documents: 0, bytes: 0, largest: 0 };
    collections.set(kind, {
      documents: known.documents + documents,
      bytes: known.bytes + bytes,
      largest: Math.max(known.largest, largest),
    });
  }
  const rowsOf = (table: string): number => (db.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get() as { n: number }).n;
  return { collections, others: new Map(OTHERS.map((table) => [table, rowsOf(table)])) };
}

/** `projects/p/databases/d/documents/results/heat/days` -> `results/{…}/days`. */
const kindOf = (name: string): string =>
  name
    .split('/')
    .slice(5)
    .map((segment, at) => (at % 2 === 0 ? segment : '{…}'))
    .join('/');
