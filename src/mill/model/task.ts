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
import { Attempt, Readings } from './attempt.ts';
import { type CellKey, CellError, cellName, CellOutcome } from './cell.ts';
import { Day } from '../../values/date.ts';
import { DeadLetter } from './dead-letter.ts';
import { Because } from './decision.ts';
import { Hash } from '../../values/hash.ts';
import { TierName } from './tier-name.ts';
import { InputHashes } from './vector.ts';

export { TierName };

export const TaskCell = z.object({
  computation: z.string(),
  date: Day,
  /** Hash of the computation's fingerprint as it was planned. */
  fingerprint: Hash,
  /** Why it runs, in words … */
  reason: z.string(),
  /** … and as data. */
  because: Because.optional(),
  /** Hash of the settled vector: when the inputs turn out to be these, the cell is unchanged and does not run. */
  unlessVector: Hash.optional(),
  /** Which other days are read, by input id: a day for `previous` (or empty) and for `latest`, a bitmap for a history (see mill/model/window.ts). */
  reads: z.record(z.string(), z.string()),
  /** A cell that was skipped and runs in shadow: its result is compared with the stored one, and thrown away. */
  audit: z
    .object({
      /** Hash of the stored result. */
      expected: Hash,
      /** Hash of the vector with which the comparison is fair. */
      vector: Hash,
      behaviour: Hash,
      /** Hash of the vector that the books say the stored result was made from. */
      stored: Hash.optional(),
      /** Why it was skipped. */
      ground: z.enum(['UNCHANGED', 'EARLY_CUTOFF', 'COSMETIC']).optional(),
    })
    .optional(),
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

/** What a process takes at one moment, in MiB. */
export const MemoryReading = z.object({
  rssMB: z.number(),
  heapUsedMB: z.number(),
  /** What V8 lets the heap grow to. */
  heapLimitMB: z.number().optional(),
  /** Of V8's objects outside of its heap. */
  externalMB: z.number().optional(),
  /** Part of `externalMB`: buffers. */
  arrayBuffersMB: z.number().optional(),
  /** What the container counts, files in memory among it, and its limit; absent where there is no container or no limit. */
  containerMB: z.number().optional(),
  containerLimitMB: z.number().optional(),
});
export type MemoryReading = z.infer<typeof MemoryReading>;

export const Telemetry = z.object({
  /** ISO time. */
  lastHeartbeat: z.string(),
  lastMemory: MemoryReading.extend({ timestamp: z.string() }),
  /** The most that the process took during this attempt, other tasks of the same process among it. */
  peakRssMB: z.number(),
  /** What the process took when this attempt began. */
  startRssMB: z.number().optional(),
  /** The most tasks that ran in the process at once, this one among them. */
  tasksAtOnce: z.number().int().positive().optional(),
  entities: z.number().int(),
  /** Of all cells of the task, as far as they have been opened. */
  expectedEntities: z.number().int().optional(),
  /** Since this attempt began. */
  seconds: z.number().optional(),
  /** Of memory, while the attempt goes on. */
  readings: Readings.optional(),
});
export type Telemetry = z.infer<typeof Telemetry>;

/** An attempt ran out of a tier's memory. */
export const Outgrown = z.object({
  tier: TierName,
  because: z.string(),
  /** The last that was seen of the process, in MiB. */
  rssMB: z.number().optional(),
});
export type Outgrown = z.infer<typeof Outgrown>;

export const Task = z.object({
  id: z.string(),
  runId: z.string(),
  dispatchId: z.string(),
  pass: z.number().int(),
  /** Which of its run's leaves counts it; absent when the run's own document does. */
  leaf: z.number().int().nonnegative().optional(),
  /** The first cell's: what logs, messages and queries call the task by. */
  computation: z.string(),
  /** In the order in which they are made. */
  cells: z.array(TaskCell).min(1),
  /** Days of one computation that read each other: a failed day stops the later ones. Cells of other tasks are independent. */
  chained: z.boolean(),
  resources: TierName,
  createdMs: z.number(),
  status: z.enum(['PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED']),
  /** Leases taken so far. */
  attempts: z.number().int().nonnegative(),
  lease: Lease.optional(),
  telemetry: Telemetry.optional(),
  lastError: CellError.optional(),
  /** Tiers on which an attempt ran out of memory, smallest first. */
  outgrown: z.array(Outgrown).optional(),
  /** By `cellName`. */
  outcomes: z.record(z.string(), CellOutcome),
  /** Tasks that were split off from this one. Whoever meets its message again sends theirs again. */
  parts: z.array(z.string()).optional(),
  /** The newest attempts, oldest first; the last may be under way. */
  history: z.array(Attempt).optional(),
  /** Of a task that was given up. */
  deadLetter: DeadLetter.optional(),
});
export type Task = z.infer<typeof Task>;

/** A task is named for its first cell, which no other task of the run ever begins with. */
export const taskId = (runId: string, first: CellKey): string => `${runId}.${first.computation}.${first.date}`;

export const outcomeOf = (task: Task, cell: CellKey): CellOutcome | undefined => task.outcomes[cellName(cell)];

/** The cells that have no outcome yet. */
export const openCells = (task: Task): TaskCell[] => task.cells.filter((cell) => outcomeOf(task, cell) === undefined);

export const isTerminal = ({ status }: Task): boolean => status !== 'PENDING' && status !== 'IN_PROGRESS';
