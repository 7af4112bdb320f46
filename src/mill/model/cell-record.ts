/** How a cell was made, kept beside its result for people. */
import { z } from 'zod';
import { Because } from './decision.ts';

/** What became of an entity that failed. */
export const EntityError = z.object({ id: z.string(), message: z.string() });

export const ErrorKind = EntityError.extend({ count: z.number().int().positive() });
export type ErrorKind = z.infer<typeof ErrorKind>;

export const CellRecord = z.object({
  runId: z.string(),
  taskId: z.string(),
  attempt: z.number().int(),
  /** Why it ran, in words and as data. */
  reason: z.string(),
  because: Because.optional(),
  finishedMs: z.number(),
  seconds: z.number(),
  entities: z.number().int(),
  failedEntities: z.number().int(),
  errors: z.array(EntityError).readonly(),
  /** Each distinct error once, with how many entities failed so. */
  kinds: z.array(ErrorKind).readonly().optional(),
  /** What people should look at although the cell completed. */
  warnings: z.array(z.string()).readonly().optional(),
});
export type CellRecord = z.infer<typeof CellRecord>;
