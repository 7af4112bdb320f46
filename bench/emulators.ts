/** The local Firestore beside its client's own ceiling (a stub that answers canned bytes) and beside SQLite alone. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { Firestore } from '@google-cloud/firestore';
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { Server, ServerCredentials } from '@grpc/grpc-js';

import { encodeFields } from '../src/emulators/firestore/encode-fields.ts';
import { service, writeDocument } from '../src/emulators/firestore/protocol.ts';
import { startFirestore } from '../src/emulators/firestore/server.ts';
import { timestampOf } from '../src/emulators/firestore/values.ts';
import { bytes, message, timestamp, written } from '../src/emulators/firestore/wire.ts';
import { openState } from '../src/emulators/state.ts';
import type { State } from '../src/emulators/state.ts';

const PROJECT = 'bench';
const ROOT = `projects/${PROJECT}/databases/(default)/documents`;
const QUERY_SIZE = 1_000;
const BATCH_SIZE = 500;
const MANY = 1_000_000;

const record = (n: number): Record<string, unknown> => ({
  computation: 'rsi',
  date: '2026-11-22',
  status: n % 2 === 0 ? 'COMPLETED' : 'PENDING',
  cell: n,
  telemetry: { rssMB: 312.5, heapUsedMB: 118.25 },
  needs: ['closes', 'yesterday'],
});

interface Operation {
  readonly name: string;
  readonly rounds: number;
  run(db: Firestore, n: number): Promise<unknown>;
  sqlite?(state: State, n: number): unknown;
}

const operations = (many: number): readonly Operation[] => [
  { name: 'get a document', rounds: 1_500, run: (db) => db.doc('docs/one').get() },
  { name: 'set a document', rounds: 1_500, run: (db, n) => db.doc(`docs/${n % 64}`).set(record(n)) },
  {
    name: `commit of ${BATCH_SIZE} writes`,
    rounds: 24,
    run: (db, n) => {
      const batch = db.batch();
      for (let i = 0; i < BATCH_SIZE; i += 1) batch.set(db.doc(`batch/${n % 8}-${i}`), record(n));
      return batch.commit();
    },
  },
  {
    name: 'transaction: get and update',
    rounds: 600,
    run: (db, n) =>
      db.runTransaction(async (transaction) => {
        const document = db.doc(`docs/${n % 64}`);
        await transaction.get(document);
        transaction.update(document, { cell: n });
      }),
  },
  { name: `query of ${QUERY_SIZE} documents`, rounds: 24, run: (db) => db.collection('thousand').get() },
  {
    name: `equality query, ${QUERY_SIZE} of ${many.toLocaleString('en')}`,
    rounds: 24,
    run: (db, n) =>
      db
        .collection('million')
        .where('bucket', '==', n % (many / QUERY_SIZE))
        .get(),
  },
];

/** Prints a Markdown table: milliseconds for one operation, and the ratio to the stub's time. */
export async function benchEmulators(many = MANY): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  const state = openState(join(folder, 'state.db'));
  const stub = await startStub();
  const ours = await startFirestore({ state });
  const stubClient = clientOf(stub.port);
  const client = clientOf(ours.port);
  try {
    await fill(client, state, many);
    const first = await timed(() => client.collection('million').where('bucket', '==', 1).get());
    print(
      `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}; client and servers in one process.`,
    );
    print(
      `First equality query over ${many.toLocaleString('en')} documents, which makes the index: ${first.toFixed(0)} ms.\n`,
    );
    print('| operation | in flight | stub ms | ours ms | ratio | node:sqlite ms |');
    print('|---|--:|--:|--:|--:|--:|');
    for (const operation of operations(many)) {
      for (const width of [1, 32]) {
        await measure(operation, stubClient, width, 0.2);
        await measure(operation, client, width, 0.2);
        const canned = await measure(operation, stubClient, width);
        const real = await measure(operation, client, width);
        const bare = width === 1 ? sqliteTime(operation.name, state).toFixed(3) : '';
        print(
          `| ${operation.name} | ${width} | ${canned.toFixed(3)} | ${real.toFixed(3)} | ${(real / canned).toFixed(2)} | ${bare} |`,
        );
      }
    }
  } finally {
    await Promise.all([stubClient.terminate(), client.terminate()]);
    await ours.close();
    stub.server.forceShutdown();
    await state.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function clientOf(port: number): Firestore {
  return new Firestore({
    projectId: PROJECT,
    host: `127.0.0.1:${port}`,
    ssl: false,
    customHeaders: { authorization: 'Bearer owner' },
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Milliseconds for one operation with so many in flight (elapsed time over operations done). */
async function measure(operation: Operation, db: Firestore, width: number, part = 1): Promise<number> {
  const rounds = Math.max(width, Math.ceil(operation.rounds * part));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < rounds) await operation.run(db, (next += 1));
  };
  const elapsed = await timed(() => Promise.all(Array.from({ length: width }, worker)));
  return elapsed / rounds;
}

async function fill(db: Firestore, state: State, many: number): Promise<void> {
  await db.doc('docs/one').set(record(1));
  const batches = [db.batch(), db.batch()];
  for (let i = 0; i < 64; i += 1) batches[0]?.set(db.doc(`docs/${i}`), record(i));
  for (let i = 0; i < QUERY_SIZE; i += 1) batches[1]?.set(db.doc(`thousand/${i}`), record(i));
  for (const batch of batches) await batch.commit();
  await db.doc('million/0').set({ bucket: 0 });
  const { id } = state.db.prepare("SELECT id FROM firestore_collections WHERE grp = 'million'").get() as { id: number };
  const insert = state.db.prepare(
    'INSERT INTO firestore_documents(collection, doc_key, fields, created, updated) VALUES (?, ?, ?, 1, 1)',
  );
  await state.write(() => {
    for (let i = 1; i < many; i += 1) {
      const fields = encodeFields(`${ROOT}/million/${i}`, {
        bucket: { valueType: 'integerValue', integerValue: String(i % (many / QUERY_SIZE)) },
        status: { valueType: 'stringValue', stringValue: 'PENDING' },
        cell: { valueType: 'integerValue', integerValue: String(i) },
      });
      insert.run(id, String(i), fields);
    }
  });
}

/** The same rows by SQL alone, each commit to disk. */
function sqliteTime(name: string, state: State): number {
  const { db } = state;
  db.exec('CREATE TABLE IF NOT EXISTS bench_rows(key TEXT PRIMARY KEY, body BLOB NOT NULL)');
  const put = db.prepare('INSERT INTO bench_rows VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET body = excluded.body');
  const get = db.prepare('SELECT body FROM bench_rows WHERE key = ?');
  const list = db.prepare('SELECT key, body FROM bench_rows LIMIT ?');
  const commit = (rows: number): void => {
    db.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < rows; i += 1) put.run(`row-${i}`, randomBytes(180));
    db.exec('COMMIT');
  };
  commit(QUERY_SIZE);
  const rounds = 100;
  const started = performance.now();
  for (let n = 0; n < rounds; n += 1) {
    if (name.includes('query')) list.all(QUERY_SIZE);
    else if (name.startsWith('get')) get.get(`row-${n}`);
    else commit(name.startsWith('commit') ? BATCH_SIZE : 1);
  }
  return (performance.now() - started) / rounds;
}

/** Answers each call at once with bytes made beforehand, of the size that the real answer has. */
async function startStub(): Promise<{ server: Server; port: number }> {
  const time = 1_760_000_000_000_000;
  const fields = encodeFields(`${ROOT}/docs/1`, {
    computation: { valueType: 'stringValue', stringValue: 'rsi' },
    date: { valueType: 'stringValue', stringValue: '2026-11-22' },
    status: { valueType: 'stringValue', stringValue: 'COMPLETED' },
    cell: { valueType: 'integerValue', integerValue: '1' },
    telemetry: {
      valueType: 'mapValue',
      mapValue: {
        fields: {
          rssMB: { valueType: 'doubleValue', doubleValue: 312.5 },
          heapUsedMB: { valueType: 'doubleValue', doubleValue: 118.25 },
        },
      },
    },
    needs: {
      valueType: 'arrayValue',
      arrayValue: {
        values: [
          { valueType: 'stringValue', stringValue: 'closes' },
          { valueType: 'stringValue', stringValue: 'yesterday' },
        ],
      },
    },
  });
  const small = encodeFields(`${ROOT}/million/1`, {
    bucket: { valueType: 'integerValue', integerValue: '1' },
    status: { valueType: 'stringValue', stringValue: 'PENDING' },
    cell: { valueType: 'integerValue', integerValue: '1001' },
  });
  const document = (name: string, body: Uint8Array): void =>
    message(0x0a, () => writeDocument({ name, fields: body, created: time, updated: time }));
  const answers = (collection: string, body: Uint8Array): Buffer[] =>
    Array.from({ length: QUERY_SIZE }, (_, i) =>
      written(() => {
        document(`${ROOT}/${collection}/${i}`, body);
        timestamp(0x1a, timestampOf(time));
      }),
    );
  const thousand = answers('thousand', fields);
  const million = answers('million', small);
  const commits = new Map(
    [1, BATCH_SIZE].map((n) => [
      n,
      written(() => {
        for (let i = 0; i < n; i += 1) message(0x0a, () => timestamp(0x0a, timestampOf(time)));
        timestamp(0x12, timestampOf(time));
      }),
    ]),
  );
  const transaction = Buffer.alloc(16, 7);

  const canned = Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      { ...method, requestDeserialize: (bytes: Buffer) => bytes, responseSerialize: (bytes: Buffer) => bytes },
    ]),
  );
  const implementation: UntypedServiceImplementation = {
    BatchGetDocuments: (call: { request: Buffer; write(bytes: Buffer): void; end(): void }) => {
      // The one name that was asked for, cut out of the request: the client looks for it in the answer.
      const text = call.request.toString('latin1');
      const name = /projects\/[^/]+\/databases\/[^/]+\/documents\/docs\/\w+/.exec(text)?.[0] ?? '';
      call.write(
        written(() => {
          document(name, fields);
          bytes(0x1a, transaction);
          timestamp(0x22, timestampOf(time));
        }),
      );
      call.end();
    },
    RunQuery: (call: { request: Buffer; write(bytes: Buffer): void; end(): void }) => {
      for (const answer of call.request.includes('million') ? million : thousand) call.write(answer);
      call.end();
    },
    Commit: (call: { request: Buffer }, answer: (error: null, bytes: Buffer | undefined) => void) =>
      answer(null, commits.get(call.request.includes('/batch/') ? BATCH_SIZE : 1)),
    Rollback: (_: unknown, answer: (error: null, bytes: Buffer) => void) => answer(null, Buffer.alloc(0)),
  };
  const server = new Server();
  server.addService(canned, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { server, port };
}
