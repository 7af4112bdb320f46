/**
 * A task, one Pub/Sub message's worth of work, as the audit ledger keeps it. Its states:
 *
 * PENDING      claimed by a dispatcher; a message for it is on its way (or the reconciler will see to it).
 * IN_PROGRESS  a worker holds the lease; when the lease lapses the attempt is dead, and the next delivery decides what follows.
 * COMPLETED    every cell has an outcome and none failed. Terminal, counted once.
 * FAILED       every cell has an outcome or the task was given up, with `lastError`. Terminal, counted once.
 */
import { z } from 'zod';
import { type CellKey, CellError, cellName, CellOutcome } from './cell.ts';
import { Day } from './date.ts';
import { Hash } from './hash.ts';
import { InputHashes } from './vector.ts';

export const Resources = z.enum(['standard', 'high-mem']);
export type Resources = z.infer<typeof Resources>;

export const TaskCell = z.object({
  computation: z.string(),
  date: Day,
  /** Hash of the computation's fingerprint as it was planned. */
  fingerprint: Hash,
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
  /** The first cell's: what logs, messages and queries call the task by. */
  computation: z.string(),
  /** In the order in which they are made. */
  cells: z.array(TaskCell).min(1),
  /** Days of one computation that read each other: a failed day stops the later ones. Cells of other tasks are independent. */
  chained: z.boolean(),
  resources: Resources,
  createdMs: z.number(),
  status: z.enum(['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED']),
  /** Leases taken so far. */
  attempts: z.number().int().nonnegative(),
  lease: Lease.optional(),
  telemetry: Telemetry.optional(),
  lastError: CellError.optional(),
  /** By `cellName`. */
  outcomes: z.record(z.string(), CellOutcome),
});
export type Task = z.infer<typeof Task>;

export const outcomeOf = (task: Task, cell: CellKey): CellOutcome | undefined => task.outcomes[cellName(cell)];

/** The cells that have no outcome yet. */
export const openCells = (task: Task): TaskCell[] => task.cells.filter((cell) => outcomeOf(task, cell) === undefined);

export const isTerminal = (task: Task): boolean => task.status === 'COMPLETED' || task.status === 'FAILED';
