/** `Chunks` on Firestore: `chunks` and `rollups` of a day, and one document that says which of them count. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type DocumentReference, type Firestore, Timestamp } from '@google-cloud/firestore';
import { RetryableError } from '../../errors.ts';
import type { DayKey, DecodedSegment } from '../../meter/ports/day-store.ts';
import type { ChunkCommit, Chunks, FreshSegment } from '../../meter/ports/chunks.ts';
import { type ChunkIndex, EMPTY_INDEX } from '../../meter/rollups/chunk-index.ts';
import type { PackedChunk } from '../../meter/rollups/merge-samples.ts';
import { decodeSegment } from '../../meter/segments/segment.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import type { SegmentCache } from './segment-cache.ts';
import { chunkIndexPath, chunksPath, netOf, rollupsPath, segmentsPath } from './day-paths.ts';

/** Documents of one read, and of one commit that only deletes. */
const READS_AT_ONCE = 8;
const COMMIT_DELETES = 400;

const NEXT = 'It is tried again the next time, with less at once.';

/** `cache`: of rollups; what compaction reads is read once. */
export function firestoreChunks(db: Firestore, cache?: SegmentCache): Chunks {
  const removing = (path: string) => async (ids: readonly string[]) => {
    for (let start = 0; start < ids.length; start += COMMIT_DELETES) {
      const batch = db.batch();
      for (const id of ids.slice(start, start + COMMIT_DELETES)) batch.delete(db.doc(`${path}/${id}`));
      await batch.commit().catch(refusing(path));
    }
  };
  return {
    async index(key) {
      const found = await db
        .doc(chunkIndexPath(key))
        .get()
        .catch(refusing(chunkIndexPath(key)));
      if (!found.exists) return { index: EMPTY_INDEX, version: undefined };
      return { index: unpackIndex(found.get('data') as Uint8Array), version: found.updateTime };
    },
    fresh: (key, most) => readFresh(db, key, most),
    read: (key, ids) =>
      readAll(
        db,
        ids.map((id) => `${chunksPath(key)}/${id}`),
      ),
    async write(key, chunks) {
      for (const { id, chunk } of chunks)
        await db
          .doc(`${chunksPath(key)}/${id}`)
          .create(fieldsOf(key, chunk))
          .catch(refusing(chunksPath(key)));
    },
    commit: (key, commit) => commitChunks(db, key, commit),
    remove: (key, ids) => removing(chunksPath(key))(ids),
    async stored(key) {
      const found = await db
        .collection(chunksPath(key))
        .select()
        .get()
        .catch(refusing(chunksPath(key)));
      return found.docs.map(({ id, createTime }) => ({ id, createdMs: createTime.toMillis() }));
    },
    async writeRollup(key, id, data) {
      const fields = { data: Buffer.from(data), expireAt: Timestamp.fromMillis(netOf(key.day)) };
      await db
        .doc(`${rollupsPath(key)}/${id}`)
        .set(fields)
        .catch(refusing(rollupsPath(key)));
    },
    rollups: (key, entries) =>
      readAll(
        db,
        entries.map(({ id }) => `${rollupsPath(key)}/${id}`),
        cache,
      ),
    removeRollups: (key, ids) => removing(rollupsPath(key))(ids),
    async storedRollups(key) {
      const found = await db
        .collection(rollupsPath(key))
        .select()
        .get()
        .catch(refusing(rollupsPath(key)));
      return found.docs.map(({ id }) => id);
    },
  };
}

const refusing =
  (path: string) =>
  (thrown: unknown): never => {
    throw unavailable(`${path} could not be read or written`, thrown);
  };

const packIndex = (index: ChunkIndex): Buffer => zstdCompressSync(JSON.stringify(index));
const unpackIndex = (data: Uint8Array): ChunkIndex => ({
  ...EMPTY_INDEX,
  ...(JSON.parse(zstdDecompressSync(data).toString('utf8')) as ChunkIndex),
});

const fieldsOf = ({ day }: DayKey, { data }: PackedChunk) => ({
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  expireAt: Timestamp.fromMillis(netOf(day)),
});

async function readFresh(
  db: Firestore,
  key: DayKey,
  most: { readonly segments: number; readonly bytes: number },
): Promise<readonly FreshSegment[]> {
  const path = segmentsPath(key);
  const found = await db.collection(path).limit(most.segments).get().catch(refusing(path));
  const segments: FreshSegment[] = [];
  let bytes = 0;
  for (const document of found.docs) {
    const { data, n, h1, h2 } = document.data() as { data: Uint8Array; n: number; h1: number; h2: number };
    bytes += data.byteLength;
    if (segments.length > 0 && bytes > most.bytes) break;
    segments.push({ id: document.id, n, h1, h2, bytes: data.byteLength, samples: decodeSegment(data) });
  }
  return segments;
}

/** @throws {RetryableError} CONTENTION */
export async function* readAll(
  db: Firestore,
  paths: readonly string[],
  cache?: SegmentCache,
): AsyncGenerator<DecodedSegment> {
  const missing: string[] = [];
  for (const path of paths) {
    const samples = cache?.get(path);
    if (samples === undefined) missing.push(path);
    else yield { samples };
  }
  for (let start = 0; start < missing.length; start += READS_AT_ONCE) {
    const refs: DocumentReference[] = missing.slice(start, start + READS_AT_ONCE).map((path) => db.doc(path));
    const found = await db.getAll(...refs).catch(refusing(refs[0]?.path ?? ''));
    for (const document of found) {
      if (!document.exists)
        throw new RetryableError('CONTENTION', `${document.ref.path} was replaced while it was read. Ask again.`);
      const samples = decodeSegment(document.get('data') as Uint8Array);
      cache?.set(document.ref.path, samples);
      yield { samples };
    }
  }
}

async function commitChunks(
  db: Firestore,
  key: DayKey,
  { index, version, chunks, taken }: ChunkCommit,
): Promise<boolean> {
  const batch = new MeasuredBatch(db, { what: `the chunks of ${key.day}`, next: NEXT });
  const head = db.doc(chunkIndexPath(key));
  const { n, h1, h2 } = index.sums;
  const fields = { data: packIndex(index), n, h1, h2, expireAt: Timestamp.fromMillis(netOf(key.day)) };
  if (version === undefined) batch.create(head, fields);
  else batch.update(head, fields, { lastUpdateTime: version as Timestamp });
  for (const { id, chunk } of chunks) batch.create(db.doc(`${chunksPath(key)}/${id}`), fieldsOf(key, chunk));
  for (const id of taken) batch.delete(db.doc(`${segmentsPath(key)}/${id}`));
  try {
    await batch.commit();
    return true;
  } catch (thrown) {
    if (isConflict(thrown)) return false;
    throw unavailable(`the chunks of ${key.day} could not be written`, thrown);
  }
}
