/** What is noted of a place before the first shard of an artifact is written there, so that shards nobody points to are found. */
import { z } from 'zod';

export const Generation = z.object({
  /** When its first shard was written. */
  writtenMs: z.number(),
  /** When it was first seen that nothing points to it. */
  unpointedMs: z.number().optional(),
});
export type Generation = z.infer<typeof Generation>;

export const ShardEntry = z.object({
  /** By generation. */
  generations: z.record(z.string(), Generation),
  /** When it is to be looked at. */
  checkMs: z.number(),
  /** When its computation was first seen to be gone from the manifest. */
  removedMs: z.number().optional(),
});
export type ShardEntry = z.infer<typeof ShardEntry>;
