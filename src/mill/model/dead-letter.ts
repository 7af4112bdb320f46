/**
 * A task set aside whole: all its attempts are spent, or its end is one that no retry helps (`OUT_OF_TIERS`, `TIMEOUT`, `WORKER_DIED`).
 * Its error and figures are the task's own. A cell that fails by what its computation threw is a failed cell, not a dead letter.
 *
 * OPEN      nobody has looked at it.
 * REPLAYED  its cells were claimed anew, by `replayRunId`, or had been made since.
 * DROPPED   a person decided to leave it.
 */
import { z } from 'zod';

export const DeadLetter = z.object({
  status: z.enum(['OPEN', 'REPLAYED', 'DROPPED']),
  /** When it was replayed or dropped. */
  handledMs: z.number().optional(),
  replayRunId: z.string().optional(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
