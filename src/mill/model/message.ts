/** What travels through Pub/Sub: enough to read a log by; the task itself is in the ledger. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { DocumentId } from '../../values/document-id.ts';
import { Hash } from '../../values/hash.ts';
import { TierName } from './tier-name.ts';
import type { Task } from './task.ts';

export const ACTION = 'RUN_COMPUTATION_DATE';

export const TaskMessage = z.object({
  action: z.literal(ACTION),
  taskId: DocumentId,
  dispatchId: DocumentId,
  runId: DocumentId,
  /** Computation, date and hash are those of the task's first cell. */
  date: Day,
  pass: z.number().int(),
  computation: z.string(),
  /** Hash of the fingerprint that was planned. */
  hash: Hash,
  triggerReason: z.string(),
  resources: TierName,
});
export type TaskMessage = z.infer<typeof TaskMessage>;

/** Sent by whoever wants to know that messages reach this tier's workers, and that these reach the database. */
export const Ping = z.object({ action: z.literal('PING'), id: z.string().min(1).max(64) });
export type Ping = z.infer<typeof Ping>;

export const WorkerMessage = z.discriminatedUnion('action', [TaskMessage, Ping]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;

export function messageFor(task: Task): TaskMessage {
  const [first] = task.cells;
  if (first === undefined) throw new Error(`task ${task.id} has no cells`);
  return {
    action: ACTION,
    taskId: task.id,
    dispatchId: task.dispatchId,
    runId: task.runId,
    date: first.date,
    pass: task.pass,
    computation: first.computation,
    hash: first.fingerprint,
    triggerReason: first.reason,
    resources: task.resources,
  };
}
