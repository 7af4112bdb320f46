/** What tasks took, as the dispatcher remembers it: one small document, however many computations there are. */
import { z } from 'zod';
import { TierName } from './tier-name.ts';

/** What one task took, or a computation's share of it. Memory in MiB. */
export const Taken = z.object({
  /** Resident memory of the process at its peak. */
  peakMB: z.number(),
  /** The part of it that came on top of what was there when the task began. */
  addedMB: z.number(),
  /** Of one cell. */
  seconds: z.number(),
});
export type Taken = z.infer<typeof Taken>;

/** A circuit breaker for tiers below `tier`: open until `untilMs`, then half-open, which is one trial a dispatch. */
export const Raised = z.object({
  /** Where its tasks start. */
  tier: TierName,
  /** Trials on a smaller tier that died, one after another. */
  failedTrials: z.number().int().nonnegative(),
  untilMs: z.number(),
});
export type Raised = z.infer<typeof Raised>;

export const Remembered = z.object({
  /** Newest last, a few. */
  taken: z.array(Taken),
  raised: Raised.optional(),
});
export type Remembered = z.infer<typeof Remembered>;

/** By computation and input size: see `memoryKey`. Least recently learned first. */
export type MemoryBook = ReadonlyMap<string, Remembered>;

export const MemoryContent = z.record(z.string(), Remembered);
