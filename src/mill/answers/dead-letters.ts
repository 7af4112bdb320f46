/** Dead letters: tasks that were given up; all that are open, and one with its attempts. */
import { z } from 'zod';
import { atMost } from '../../process/at-most.ts';
import type { Day } from '../../values/date.ts';
import { failureFingerprint } from '../model/alike-failures.ts';
import { CellError, cellName } from '../model/cell.ts';
import { DeadLetter } from '../model/dead-letter.ts';
import { outcomeOf, type Task } from '../model/task.ts';
import type { Cells } from '../ports/cells.ts';
import type { Ledger, Tasks } from '../ports/tasks.ts';
import { readDeadLetter } from '../steps/mend/dead-letters.ts';
import { AttemptRow, attemptRows } from './attempt-row.ts';

export const DeadLetterRow = z.object({
  taskId: z.string(),
  runId: z.string(),
  computation: z.string(),
  /** Those that were not made. */
  cells: z.array(z.string()),
  attempts: z.number(),
  error: CellError.nullable(),
  /** Of its error: the same for the same mistake. */
  fingerprint: z.string().nullable(),
  sinceMs: z.number(),
  /** Whether every one of its cells was made by another task since. */
  madeSince: z.boolean(),
});
export type DeadLetterRow = z.infer<typeof DeadLetterRow>;

export const DeadLettersAnswer = z.object({ deadLetters: z.array(DeadLetterRow) });
export type DeadLettersAnswer = z.infer<typeof DeadLettersAnswer>;

export const DeadLetterAnswer = DeadLetterRow.extend({
  status: DeadLetter.shape.status,
  history: z.array(AttemptRow.describe('as in daymill attempts')),
});
export type DeadLetterAnswer = z.infer<typeof DeadLetterAnswer>;

export interface DeadLettersAsked {
  /** All when undefined. */
  readonly computation: string | undefined;
  readonly date: Day | undefined;
}

/** Those that nobody has replayed or dropped, oldest first. */
export async function deadLettersAnswer(
  { computation, date }: DeadLettersAsked,
  { ledger, cells }: { readonly ledger: Pick<Ledger, 'deadLetters'>; readonly cells: Pick<Cells, 'read'> },
): Promise<DeadLettersAnswer> {
  const open = (await ledger.deadLetters()).filter((task) =>
    task.cells.some(
      (cell) =>
        (computation === undefined || cell.computation === computation) && (date === undefined || cell.date === date),
    ),
  );
  return { deadLetters: await atMost(open, (task) => rowOf(task, cells)) };
}

/** @throws {UserError} NOT_FOUND */
export async function deadLetterAnswer(
  id: string,
  { tasks, cells }: { readonly tasks: Pick<Tasks, 'read'>; readonly cells: Pick<Cells, 'read'> },
): Promise<DeadLetterAnswer> {
  const task = await readDeadLetter(id, tasks);
  return { ...(await rowOf(task, cells)), status: task.deadLetter.status, history: attemptRows(task) };
}

/** Its cells as they are now cost a read each. */
async function rowOf(task: Task, cells: Pick<Cells, 'read'>): Promise<DeadLetterRow> {
  const unmade = task.cells.filter((cell) => ['FAILED', 'NOT_TRIED'].includes(outcomeOf(task, cell)?.status ?? ''));
  const sinceMs = task.history?.at(-1)?.endedMs ?? task.createdMs;
  const now = await cells.read(unmade);
  return {
    taskId: task.id,
    runId: task.runId,
    computation: task.computation,
    cells: unmade.map(cellName),
    attempts: task.attempts,
    error: task.lastError ?? null,
    fingerprint: task.lastError === undefined ? null : failureFingerprint(task.lastError),
    sinceMs,
    madeSince: now.every((cell) => cell?.status === 'COMPLETED' && (cell.record?.finishedMs ?? 0) > sinceMs),
  };
}
