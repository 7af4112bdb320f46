/** One attempt at a task, as its ledger document keeps it: at most `MAX_RECORDED_ATTEMPTS` of them, oldest first. */
import { z } from 'zod';
import { CellError } from './cell.ts';
import { Hash } from '../../values/hash.ts';
import { Printed } from './printed.ts';

/**
 * COMPLETED      every cell of the task has an outcome, and none failed.
 * FAILED         a cell failed by its own fault, the attempt met trouble that may pass, or the task was given up.
 * OUT_OF_MEMORY  its last heartbeat or its error says so.
 * DIED           its lease lapsed: the process is gone, or was cut off. Written by whoever found it.
 * GIVEN_BACK     the worker was told to stop and handed the task on.
 * CANCELLED      a person cancelled the run.
 */
export const AttemptEnd = z.enum(['COMPLETED', 'FAILED', 'OUT_OF_MEMORY', 'DIED', 'GIVEN_BACK', 'CANCELLED']);
export type AttemptEnd = z.infer<typeof AttemptEnd>;

/** What an attempt took, as its own worker counted it. */
export const AttemptFigures = z.object({
  /** Milliseconds in which at least one read was under way, the rest, writing shards, and committing. */
  loadMs: z.number(),
  computeMs: z.number(),
  writeMs: z.number(),
  commitMs: z.number(),
  /** Of all cells that it ended. */
  entities: z.number().int(),
  /** Compressed, of artifacts and shards. */
  bytesRead: z.number().int(),
  bytesWritten: z.number().int(),
  /** Firestore documents, those of this record's own commit included and heartbeats too. */
  reads: z.number().int(),
  writes: z.number().int(),
});
export type AttemptFigures = z.infer<typeof AttemptFigures>;

/** Points of a memory trace: see mill/worker/memory-trace.ts. */
export const MAX_TRACE_POINTS = 60;

/** Three by three, since Firestore keeps no lists in lists: seconds since the attempt began, resident memory, used heap in MiB. */
export const Readings = z.array(z.number());

export const Attempt = z.object({
  /** From 1, those that were handed back among them. */
  number: z.number().int().positive(),
  /** What led to it: the first delivery, trouble that may pass, an attempt that died, or a lease handed back. */
  trigger: z.enum(['DISPATCH', 'RETRY', 'TAKEOVER', 'HANDED_BACK']),
  /** Where it ran. */
  tier: z.string(),
  /** `revision/process`. */
  worker: z.string(),
  executorVersion: z.number().int(),
  /** Hash of the fingerprint in the worker's own manifest, by computation: of another deployment it may differ from the plan's. */
  fingerprints: z.record(z.string(), Hash),
  startedMs: z.number(),
  /** Tasks that were at work in its process when it began, this one among them. */
  tasksAtOnce: z.number().int().positive().optional(),
  /** Absent while it is under way. Of an attempt that died: its last heartbeat, if there was one. */
  endedMs: z.number().optional(),
  end: AttemptEnd.optional(),
  error: CellError.optional(),
  peakRssMB: z.number().optional(),
  /** Of an attempt that has ended, as far as its last heartbeat tells; until then the task's telemetry has them. */
  readings: Readings.optional(),
  /** As of its last commit; absent when it died before it had made one. */
  figures: AttemptFigures.optional(),
  /** What its author code printed, as of its last commit. */
  printed: Printed.optional(),
});
export type Attempt = z.infer<typeof Attempt>;
