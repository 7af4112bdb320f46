/** What is done again and again: when it was done last, what came of it, and when it is due. */
import { z } from 'zod';

export const JOB_NAMES = ['upkeep', 'compaction', 'retention', 'push', 'health'] as const;
export const JobName = z.enum(JOB_NAMES);
export type JobName = z.infer<typeof JobName>;

/** Ends that are told. */
export const MAX_HISTORY = 20;

/** Characters of what an end says. */
export const MAX_TEXT = 500;

export const JobEnd = z.object({
  startedMs: z.number(),
  endedMs: z.number(),
  outcome: z.enum(['done', 'more', 'failed']).describe('more: the time was up, and it goes on the next time'),
  text: z.string(),
});
export type JobEnd = z.infer<typeof JobEnd>;

export const Job = z.object({
  name: JobName,
  everyMs: z.number(),
  dueMs: z.number(),
  /** Failures in a row. */
  failures: z.number().int(),
  /** Who has it now, and until when; null while nobody does. */
  lease: z.object({ holder: z.string(), untilMs: z.number() }).nullable(),
  /** The last first. */
  history: z.array(JobEnd),
});
export type Job = z.infer<typeof Job>;
