/** What travels through Pub/Sub: enough to read a log by. The task itself is in the ledger; a small one that was just made goes along. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { DocumentId } from '../../values/document-id.ts';
import { Hash } from '../../values/hash.ts';
import { TierName } from './tier-name.ts';
import { Task } from './task.ts';

export const ACTION = 'RUN_COMPUTATION_DATE';

/** A task as it was stored, and the store's name for that version: who finds it unchanged has no need to read it. */
export const MadeTask = z.object({ task: Task, version: z.string() });
export type MadeTask = Readonly<z.infer<typeof MadeTask>>;

/**
 * JSON of a task that goes along. To send it costs as much as to read it does, and spares the way there: a read is $0.30 a million,
 * a tebibyte in and out of Pub/Sub $80 (`price-table.ts`), and 1,000 bytes are charged for any message.
 */
export const MAX_CARRIED_CHARACTERS = 4_000;

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
  /** Left out where a worker of another version would have another task. */
  made: MadeTask.optional().catch(undefined),
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

/** As `messageFor`, with the task along if it is small. */
export const messageCarrying = (made: MadeTask): TaskMessage => ({
  ...messageFor(made.task),
  ...(JSON.stringify(made.task).length <= MAX_CARRIED_CHARACTERS && { made }),
});
