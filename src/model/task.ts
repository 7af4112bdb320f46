/**
 * A task, one Pub/Sub message's worth of work, as the audit ledger keeps it. Its states:
 *
 * PENDING      claimed by a dispatcher; a message for it is on its way (or the reconciler will see to it).
 * IN_PROGRESS  a worker holds the lease; when the lease lapses the attempt is dead, and the next delivery decides what follows.
 * COMPLETED    every cell has an outcome and none failed. Terminal, counted once.
 * FAILED       every cell has an outcome or the task was given up, with `lastError`. Terminal, counted once.
 * CANCELLED    a person cancelled its run. Cells without an outcome are as they were before. Terminal, counted once.
 */
import { z } from 'zod';
import { Attempt } from './attempt.ts';
import { CellError, type CellKey, CellOutcome } from './cell.ts';
import { Day } from './date.ts';
import { DeadLetter } from './dead-letter.ts';
import { Hash } from './hash.ts';
import { InputHashes } from './vector.ts';

export const Resources = z.enum(['standard', 'high-mem']);
export type Resources = z.infer<typeof Resources>;

export const TaskCell = z.object({
  date: Day,
  /** Why it runs, in words. */
  reason: z.string(),
  /** Hash of the settled vector: when the inputs turn out to be these, the cell is unchanged and does not run. */
  unlessVector: Hash.optional(),
  /** Which earlier days are read, by input id: a day for `previous` (or empty), a bitmap for a history (see model/window.ts). */
  reads: z.record(z.string(), z.string()),
  /** Hashes of the inputs as planned, by input id: what a worker still remembers under the same hash need not be read again. */
  inputs: InputHashes,
});
export type TaskCell = z.infer<typeof TaskCell>;

export const Lease = z.object({
  /** Fencing token: what a worker commits is refused unless the task still carries it. */
  token: z.string(),
  worker: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
});
export type Lease = z.infer<typeof Lease>;

export const Telemetry = z.object({
  /** ISO time. */
  lastHeartbeat: z.string(),
  lastMemory: z.object({ rssMB: z.number(), heapUsedMB: z.number(), timestamp: z.string() }),
  peakRssMB: z.number(),
  entities: z.number().int(),
});
export type Telemetry = z.infer<typeof Telemetry>;

export const Task = z.object({
  id: z.string(),
  runId: z.string(),
  dispatchId: z.string(),
  pass: z.number().int(),
  computation: z.string(),
  /** Days in order; more than one is a chain, committed day by day. */
  cells: z.array(TaskCell).min(1),
  /** Hash of the fingerprint that was planned. */
  fingerprint: Hash,
  resources: Resources,
  createdMs: z.number(),
  status: z.enum(['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED']),
  /** Leases taken so far. */
  attempts: z.number().int().nonnegative(),
  lease: Lease.optional(),
  telemetry: Telemetry.optional(),
  lastError: CellError.optional(),
  /** By date. */
  outcomes: z.record(Day, CellOutcome),
  /** Every attempt, oldest first; the last may be under way. */
  history: z.array(Attempt).optional(),
  /** Of a task that was given up. */
  deadLetter: DeadLetter.optional(),
});
export type Task = z.infer<typeof Task>;

export const isTerminal = ({ status }: Task): boolean => status !== 'PENDING' && status !== 'IN_PROGRESS';

/** What the task makes. */
export const cellsOf = ({ computation, cells }: Task): CellKey[] => cells.map(({ date }) => ({ computation, date }));

/** How one of its cells ended; undefined while, or because, it did not. */
export const outcomeOf = (task: Task, { date }: CellKey): CellOutcome | undefined => task.outcomes[date];
