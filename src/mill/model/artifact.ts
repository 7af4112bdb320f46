/** What is stored for a cell or a root dataset's day: a value, or entities by key, in compressed parts. */
import { z } from 'zod';
import { Hash } from '../../values/hash.ts';

/** A stretch of entities in key order (or one whole value), as zstd-compressed JSON. */
export const Part = z.object({
  /** First and last key; empty for a whole value. */
  first: z.string(),
  last: z.string(),
  /** Entities in it; 1 for a whole value. */
  count: z.number().int(),
  data: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});
export type Part = z.infer<typeof Part>;

export const ArtifactSummary = z.object({
  /** Of the content alone: the same however it was cut into parts. */
  hash: Hash,
  /** Whether the parts hold `[[key, value], …]` rather than one value. */
  keyed: z.boolean(),
  /** Entities; of files a guess by their size, until they are read. */
  count: z.number().int(),
  /** Canonical JSON before compression; of files their bytes. */
  rawBytes: z.number().int(),
});
export type ArtifactSummary = z.infer<typeof ArtifactSummary>;

/** A part that lies in a document of its own. */
export const Shard = Part.omit({ data: true }).extend({ id: z.string() });
export type Shard = z.infer<typeof Shard>;

/** A file of a day of root data that is read where it lies: the same content has the same hash, whenever it was written. */
export const StoredFile = z.object({
  /** Within its bucket, or relative to the project's folder. */
  name: z.string(),
  bytes: z.number().int().nonnegative(),
  /** `md5:` or `crc32c:`, and it in base64, as Cloud Storage tells it. */
  hash: z.string(),
});
export type StoredFile = z.infer<typeof StoredFile>;

export type Entry = readonly [key: string, value: unknown];

/** A part as it came from where it lies. */
export interface StoredPart {
  /** Entities in it; 1 for a whole value. */
  readonly count: number;
  /** As it was read. */
  readonly bytes: number;
  /** Of a keyed artifact, in key order. */
  entries(): readonly Entry[];
  /** Of one that is not keyed. */
  value(): unknown;
}

/** An artifact ready to be committed: its parts in memory, or written ahead as shards. */
export type Artifact = ArtifactSummary & ({ readonly parts: readonly Part[] } | { readonly shards: readonly Shard[] });

/** A day of root data that stays where it lies. */
export type FilesArtifact = ArtifactSummary & { readonly files: readonly StoredFile[] };
