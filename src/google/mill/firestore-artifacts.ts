/** Artifacts in Firestore: inline parts in the day's own document, larger ones as shards under a generation. */
import type { Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { packJson, storedPart, trimmed, unpackJson } from '../../mill/execution/artifact-codec.ts';
import {
  type Artifact,
  ArtifactSummary,
  type FilesArtifact,
  Part,
  Shard,
  StoredFile,
  type StoredPart,
} from '../../mill/model/artifact.ts';
import { CellError } from '../../mill/model/cell.ts';
import { InputLostError, type Place, type RootPlace } from '../../mill/model/place.ts';
import type { Artifacts, StoredArtifact } from '../../mill/ports/artifacts.ts';
import type { Clock } from '../../process/ports.ts';
import { byteCache } from '../byte-cache.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { placePath, SHARDED, shardedId, shardPath } from './paths.ts';

/** The pointer: which parts a day's artifact is made of. Swapping it is what makes a new result visible, whole. */
const Pointer = ArtifactSummary.extend({
  parts: z.array(Part).optional(),
  shards: z.array(Shard).optional(),
  /** Packed: names are long and alike. */
  files: z.custom<Uint8Array>((value) => value instanceof Uint8Array).optional(),
});
type Pointer = z.infer<typeof Pointer>;

export const toPointer = (artifact: Artifact | FilesArtifact): Pointer => ({
  hash: artifact.hash,
  keyed: artifact.keyed,
  count: artifact.count,
  rawBytes: artifact.rawBytes,
  ...whereIts(artifact),
});

function whereIts(artifact: Artifact | FilesArtifact): Pick<Pointer, 'parts' | 'shards' | 'files'> {
  if ('files' in artifact) return { files: packJson(JSON.stringify(artifact.files)) };
  return 'parts' in artifact ? { parts: [...artifact.parts] } : { shards: [...artifact.shards] };
}

const unpackFiles = (packed: Uint8Array): StoredFile[] => z.array(StoredFile).parse(unpackJson(packed));

/** Reads a day of root data that stays in its files. */
export type ReadFiles = (place: RootPlace, files: readonly StoredFile[]) => AsyncIterable<StoredPart>;

/** The first look at a new generation: by then its pointer has been swapped, or never will be. */
const FIRST_CHECK_MS = 60 * 60_000;

/** Compressed bytes of artifacts that a process remembers. */
const REMEMBERED_BYTES = 64 * 1_048_576;

export function firestoreArtifacts(db: Firestore, clock: Clock, readFiles: ReadFiles): Artifacts {
  const remembered = byteCache<StoredArtifact>(REMEMBERED_BYTES);
  const forget = (place: Place): void => remembered.delete(placePath(place));
  const remember = (place: Place, pointer: Pointer): StoredArtifact => {
    const stored =
      place.kind === 'root' && pointer.files !== undefined
        ? inFiles(place, pointer, unpackFiles(pointer.files), readFiles)
        : toStored(db, place, inOwnMemory(pointer), forget);
    const bytes = (pointer.parts ?? []).reduce((sum, { data }) => sum + data.byteLength, 0);
    remembered.set(placePath(place), stored, bytes + POINTER_BYTES);
    return stored;
  };
  return {
    async read(places) {
      if (places.length === 0) return [];
      const snapshots = await db.getAll(...places.map((place) => db.doc(placePath(place))));
      return snapshots.map((snapshot, index) => {
        const place = places[index];
        const data = snapshot.data();
        if (place === undefined || data === undefined || data['status'] !== 'COMPLETED') return undefined;
        return remember(place, Pointer.parse(data['artifact']));
      });
    },
    async lastGood(cell) {
      const place = { kind: 'cell', ...cell } as const;
      const data = (await db.doc(placePath(place)).get()).data();
      if (data?.['artifact'] === undefined || !['COMPLETED', 'FAILED'].includes(String(data['status'])))
        return undefined;
      const failedSince = data['status'] === 'FAILED' ? CellError.parse(data['error']) : undefined;
      return { artifact: toStored(db, place, Pointer.parse(data['artifact']), forget), failedSince };
    },
    recall: (place) => remembered.get(placePath(place)),
    remember: (place, artifact) => void remember(place, toPointer(artifact)),
    async writeShard(place, generation, part, index) {
      const { data, ...range } = part;
      const id = `${generation}-${String(index).padStart(4, '0')}`;
      const batch = new MeasuredBatch(db, { what: placePath(place), next: 'Return smaller values.' });
      batch.set(db.doc(shardPath(place, id)), { ...range, data, generation });
      if (index === 0) {
        // Noted with the first shard, so that they are found should nothing ever point to them: see mill/lifecycle/collect.ts.
        const nowMs = clock.now();
        const entry = {
          place,
          checkMs: nowMs + FIRST_CHECK_MS,
          generations: { [generation]: { writtenMs: nowMs } },
        };
        batch.set(db.collection(SHARDED).doc(shardedId(place)), entry, { merge: true });
      }
      await batch.commit();
      return { ...range, id };
    },
  };
}

/** What an artifact takes beside its parts in the memory of a process: `npm run bench -- worker-memory`. */
const POINTER_BYTES = 2_500;

const inOwnMemory = (pointer: Pointer): Pointer =>
  pointer.parts === undefined
    ? pointer
    : {
        ...pointer,
        parts: pointer.parts.map(({ first, last, count, data }) => ({ first, last, count, data: trimmed(data) })),
      };

function inFiles(
  place: RootPlace,
  { hash, keyed, count, rawBytes }: Pointer,
  files: readonly StoredFile[],
  readFiles: ReadFiles,
): StoredArtifact {
  return {
    hash,
    keyed,
    count,
    rawBytes,
    files,
    sharded: false,
    parts: () => readFiles(place, files),
    async partWith(key) {
      for await (const part of readFiles(place, files)) if (part.entries().some(([id]) => id === key)) return part;
      return undefined;
    },
  };
}

function toStored(db: Firestore, place: Place, pointer: Pointer, gone: (place: Place) => void): StoredArtifact {
  const readShard = async ({ id, count }: Shard): Promise<StoredPart> => {
    const shard = await db.doc(shardPath(place, id)).get();
    const bytes: unknown = shard.get('data');
    if (!(bytes instanceof Uint8Array)) {
      // What was remembered of it would fail again, also where a new generation has the same content.
      gone(place);
      const now = z
        .object({ shards: z.array(Shard) })
        .safeParse((await db.doc(placePath(place)).get()).get('artifact'));
      if (now.success && now.data.shards.some((one) => one.id === id)) throw new InputLostError(place);
      // A new generation took over, and the old one was collected.
      throw new RetryableError('INPUT_CHANGED', `${placePath(place)} was replaced while it was read`);
    }
    return storedPart({ count, data: bytes });
  };
  const { parts, shards, files: _, ...summary } = pointer;
  return {
    ...summary,
    sharded: shards !== undefined,
    async *parts() {
      for (const part of parts ?? []) yield storedPart(part);
      for (const shard of shards ?? []) yield await readShard(shard);
    },
    async partWith(key) {
      const holds = ({ first, last }: { first: string; last: string }): boolean => first <= key && key <= last;
      const part = parts?.find(holds);
      if (part !== undefined) return storedPart(part);
      const shard = shards?.find(holds);
      return shard === undefined ? undefined : readShard(shard);
    },
  };
}
