/** An action: something that a person did to the mill, by the page or by the command line, with who, why, and what came of it. */
import { z } from 'zod';

/** - `replay-alike` all open dead letters of one error; the others are as the commands of the same names */
export const ActionKind = z.enum([
  'run',
  'rerun',
  'retry',
  'cancel',
  'replay',
  'replay-alike',
  'drop',
  'pause',
  'resume',
]);
export type ActionKind = z.infer<typeof ActionKind>;

/** Characters of a reason. */
export const MAX_REASON = 500;

/** As the page has to give one; blank is none. */
export const Reason = z.string().trim().min(1).max(MAX_REASON);

/**
 * - `under way` not over, or whoever did it died before that could be written
 * - `done`; `nothing`: it was done before, so that nothing changed
 * - `refused` by what it was asked of; `failed` for trouble of ours
 */
export const ActionOutcome = z.object({
  status: z.enum(['under way', 'done', 'nothing', 'refused', 'failed']),
  /** In words; empty while it is under way. */
  text: z.string(),
  endedMs: z.number().optional(),
});
export type ActionOutcome = z.infer<typeof ActionOutcome>;

export const Action = z.object({
  id: z.string(),
  atMs: z.number(),
  by: z.string(),
  what: ActionKind,
  /** A run, a cell, a dead letter, an error's fingerprint, days; a computation, or `*` for all of them. */
  target: z.string(),
  /** Empty where the command line was given none. */
  reason: z.string(),
  outcome: ActionOutcome,
});
export type Action = z.infer<typeof Action>;

/** Who does something, and why. */
export interface Asking {
  readonly by: string;
  readonly reason: string;
}

/** What an action came to. */
export interface Acted<T> {
  /** False when it had been done before. */
  readonly changed: boolean;
  /** In words, for the record and for whoever asked. */
  readonly text: string;
  readonly report: T;
}
