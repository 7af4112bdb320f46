/** What could not be taken of a request, kept whole until somebody looks: sent again, or dropped. */
import { z } from 'zod';
import { REJECTION_CODES } from './rejection.ts';

/** Of an organization; beyond them the oldest go, and are counted. */
export const MAX_DEAD_LETTERS = 10_000;

/** Rejected items of one request that are kept: the rest is counted. */
export const MAX_KEPT_ITEMS = 1_000;

/** The routes that take their items back. */
export const SOURCES = ['samples', 'commands', 'agents', 'productivity', 'batch'] as const;

export const RejectedItem = z.object({
  index: z.number().int(),
  code: z.enum(REJECTION_CODES),
  reason: z.string(),
  /** As our own JSON routes take it. */
  item: z.unknown().optional(),
  /** How many it stands for; 1 when absent. */
  count: z.number().int().optional(),
});
export type RejectedItem = z.infer<typeof RejectedItem>;

/** One a request. */
export const CollectedDeadLetter = z.object({
  id: z.string(),
  organization: z.string(),
  source: z.enum(SOURCES),
  /** The route that it came by. */
  route: z.string(),
  receivedAt: z.string(),
  /** Of all that was rejected, by code. */
  counts: z.record(z.string(), z.number().int()),
  items: z.array(RejectedItem),
  /** Beyond those that are kept. */
  droppedItems: z.number().int(),
});
export type CollectedDeadLetter = z.infer<typeof CollectedDeadLetter>;
