/**
 * Samples of a day, wherever they lie by now: in segments as they were collected, and in chunks that these were joined to. A commit that joins
 * some moves them from one to the other and writes the index of chunks: who reads the segments between two equal indexes misses none and has
 * none twice. Chunks that others have replaced stay for a while after the index has forgotten them.
 */
import { AggregateField, type Firestore } from '@google-cloud/firestore';
import { RetryableError } from '../../errors.ts';
import type { DayContent, DayKey, DecodedSegment, WantedSamples } from '../../meter/ports/day-store.ts';
import { type ChunkIndex, wantedChunks } from '../../meter/rollups/chunk-index.ts';
import { CONTENT_MODULUS } from '../../meter/segments/content.ts';
import { decodeSegment } from '../../meter/segments/segment.ts';
import { hashOfParts } from '../../values/hash.ts';
import type { EventKind } from '../../meter/model/event.ts';
import { chunksPath, eventsPath, segmentsPath } from './day-paths.ts';
import type { SegmentCache } from './segment-cache.ts';
import { firestoreChunks, readAll } from './firestore-chunks.ts';

/** A compaction that commits each time somebody looks would be another's fault. */
const MAX_ATTEMPTS = 5;

/** What `read` gives of the segments, with the index that was the same before and after. */
async function between<T>(db: Firestore, key: DayKey, read: () => Promise<T>): Promise<readonly [T, ChunkIndex]> {
  const chunks = firestoreChunks(db);
  let before = await chunks.index(key);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const value = await read();
    const after = await chunks.index(key);
    if (isSame(before.version, after.version)) return [value, after.index];
    before = after;
  }
  throw new RetryableError('CONTENTION', `the samples of ${key.day} are joined just now. Ask again.`);
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined
    ? a === b
    : (a as FirebaseFirestore.Timestamp).isEqual(b as FirebaseFirestore.Timestamp);

interface Stored {
  readonly data: Uint8Array;
  readonly from: number;
  readonly to: number;
}

const EVERYTHING: WantedSamples = { fromMs: -Infinity, toMs: Infinity };

export async function* readSamples(
  db: Firestore,
  key: DayKey,
  wanted: WantedSamples = EVERYTHING,
  cache?: SegmentCache,
): AsyncGenerator<DecodedSegment> {
  const path = segmentsPath(key);
  const [fresh, index] = await between(db, key, async () => {
    const found = await db.collection(path).select('data', 'from', 'to').get();
    return found.docs
      .map((document) => document.data() as Stored)
      .filter(({ from, to }) => from <= wanted.toMs && to >= wanted.fromMs);
  });
  for (const { data } of fresh) yield { samples: decodeSegment(data) };
  const ids = wantedChunks(index.chunks, wanted).map(({ id }) => id);
  // Of a question for some of it; who reads all of a day reads it once.
  yield* readAll(
    db,
    ids.map((id) => `${chunksPath(key)}/${id}`),
    wanted === EVERYTHING ? undefined : cache,
  );
}

/** Undefined where there are none. */
export async function samplesContent(db: Firestore, key: DayKey): Promise<DayContent | undefined> {
  const [sums, index] = await between(db, key, () => contentSums(db, segmentsPath(key)));
  const content = contentOf({ n: sums.n + index.sums.n, h1: sums.h1 + index.sums.h1, h2: sums.h2 + index.sums.h2 });
  return content ?? droppedOf(index, 'samples');
}

/** Of events. */
export async function eventsContent(db: Firestore, key: DayKey, kind: EventKind): Promise<DayContent | undefined> {
  const content = contentOf(await contentSums(db, eventsPath(key, kind)));
  return content ?? droppedOf((await firestoreChunks(db).index(key)).index, kind);
}

function droppedOf({ dropped }: ChunkIndex, kind: string): DayContent | undefined {
  const found = dropped[kind];
  return found === undefined ? undefined : { ...found, isDropped: true };
}

interface Sums {
  readonly n: number;
  readonly h1: number;
  readonly h2: number;
}

async function contentSums(db: Firestore, path: string): Promise<Sums> {
  const found = await db
    .collection(path)
    .aggregate({ n: AggregateField.sum('n'), h1: AggregateField.sum('h1'), h2: AggregateField.sum('h2') })
    .get();
  return found.data();
}

const contentOf = ({ n, h1, h2 }: Sums): DayContent | undefined =>
  n === 0 ? undefined : { items: n, hash: hashOfParts([n, h1 % CONTENT_MODULUS, h2 % CONTENT_MODULUS].map(String)) };
