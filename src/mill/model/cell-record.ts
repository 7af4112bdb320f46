/** How a cell was made, kept beside its result for people. */
import { z } from 'zod';
import { Because } from './decision.ts';

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
  errors: z.array(z.object({ id: z.string(), message: z.string() })).readonly(),
  /** What people should look at although the cell completed. */
  warnings: z.array(z.string()).readonly().optional(),
});
export type CellRecord = z.infer<typeof CellRecord>;
