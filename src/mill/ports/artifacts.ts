/** What is stored of results and of days of root datasets. */
import type { Artifact, ArtifactSummary, Part, Shard, StoredFile, StoredPart } from '../model/artifact.ts';
import type { CellError, CellKey } from '../model/cell.ts';
import type { Place } from '../model/place.ts';
import type { ShardEntry } from '../model/shard-entry.ts';

export interface StoredArtifact extends ArtifactSummary {
  /** Whether each part is a document of its own. */
  readonly sharded: boolean;
  /** Of a day that is read where it lies. What it holds is known once it is read: until then `count` is a guess. */
  readonly files?: readonly StoredFile[] | undefined;
  /** Its parts in key order, read as they are asked for. */
  parts(): AsyncIterable<StoredPart>;
  /** The one part that can hold `key`, so that one entity costs one shard. */
  partWith(key: string): Promise<StoredPart | undefined>;
}

export interface Artifacts {
  /** In the order of `places`; undefined where there is nothing, or nothing complete. One round trip. */
  read(places: readonly Place[]): Promise<(StoredArtifact | undefined)[]>;
  /** For people: the last good result of a cell, and why the attempts since then failed. */
  lastGood(
    cell: CellKey,
  ): Promise<{ readonly artifact: StoredArtifact; readonly failedSince: CellError | undefined } | undefined>;
  /** What was read or written here before, without looking whether it is still so: compare its hash with the planned one. */
  recall(place: Place): StoredArtifact | undefined;
  /** Remembers what was just committed. */
  remember(place: Place, artifact: Artifact): void;
  /** Writes a part ahead of its artifact. It is invisible until a cell or a day points to it. */
  writeShard(place: Place, generation: string, part: Part, index: number): Promise<Shard>;
}

/** An entry of the registry, as it was read. */
export interface RegisteredShards {
  readonly place: Place;
  readonly entry: ShardEntry;
  /** Of the entry; the registry's own. */
  readonly version: unknown;
}

/** Places that have, or had, artifacts in shards. */
export interface ShardRegistry {
  /** Those that are to be looked at, the longest due first. */
  due(nowMs: number, limit: number): Promise<RegisteredShards[]>;
  /** The generation that each place points to, in their order; undefined where nothing is shown. */
  pointed(places: readonly Place[]): Promise<(string | undefined)[]>;
  /** Answers how many there were. */
  deleteShards(place: Place, generation: string): Promise<number>;
  /** Undefined removes it. False when shards were written there since: it is due again, and looked at then. */
  save(registered: RegisteredShards, entry: ShardEntry | undefined): Promise<boolean>;
}
