/** Chunks of days: what compaction makes of segments, and reads for it. */
import type { DayKey, DecodedSegment } from './day-store.ts';
import type { ChunkIndex, RollupEntry } from '../rollups/chunk-index.ts';
import type { PackedChunk } from '../rollups/merge-samples.ts';

export interface ReadIndex {
  readonly index: ChunkIndex;
  /** Of the index as it was read; the store's own. */
  readonly version: unknown;
}

/** A segment as it was collected. */
export interface FreshSegment extends DecodedSegment {
  readonly id: string;
  readonly n: number;
  readonly h1: number;
  readonly h2: number;
  readonly bytes: number;
}

/** One commit: all of it is there afterwards, or nothing. */
export interface ChunkCommit {
  readonly index: ChunkIndex;
  readonly version: unknown;
  /** Chunks of the new index that are not stored yet. */
  readonly chunks: readonly { readonly id: string; readonly chunk: PackedChunk }[];
  /** Segments that they are made of. */
  readonly taken: readonly string[];
}

export interface Chunks {
  /** Empty where there is none. */
  index(key: DayKey): Promise<ReadIndex>;
  /** Segments that no chunk holds yet, as many as fit into the bounds, one at the least. */
  fresh(key: DayKey, most: { readonly segments: number; readonly bytes: number }): Promise<readonly FreshSegment[]>;
  /** In no order. @throws {RetryableError} CONTENTION, where one is gone: the index is another by now */
  read(key: DayKey, ids: readonly string[]): AsyncIterable<DecodedSegment>;
  /** Stores chunks that no index names yet, for a commit that would be too large. */
  write(key: DayKey, chunks: readonly { readonly id: string; readonly chunk: PackedChunk }[]): Promise<void>;
  /** False when the index is another than it was read: then nothing was done. */
  commit(key: DayKey, commit: ChunkCommit): Promise<boolean>;
  /** Chunks, of which none is named any more. */
  remove(key: DayKey, ids: readonly string[]): Promise<void>;
  /** All that are stored, named or not, with their age. */
  stored(key: DayKey): Promise<readonly { readonly id: string; readonly createdMs: number }[]>;
  writeRollup(key: DayKey, id: string, data: Uint8Array): Promise<void>;
  /** In the order of `entries`. @throws {RetryableError} CONTENTION, where one is gone */
  rollups(key: DayKey, entries: readonly RollupEntry[]): AsyncIterable<DecodedSegment>;
  removeRollups(key: DayKey, ids: readonly string[]): Promise<void>;
  storedRollups(key: DayKey): Promise<readonly string[]>;
}
