/** Attempts: every one to make a cell, over all runs. */
import { z } from 'zod';
import { type CellKey, cellName } from '../model/cell.ts';
import { Task } from '../model/task.ts';
import type { Ledger } from '../ports/tasks.ts';
import { AttemptRow, attemptRows } from './attempt-row.ts';

export const AttemptsAnswer = z.object({
  computation: z.string(),
  date: z.string(),
  tasks: z.array(
    z.object({
      taskId: z.string(),
      runId: z.string(),
      status: Task.shape.status,
      /** Why the cell was to run. */
      reason: z.string().optional(),
      attempts: z.array(AttemptRow),
    }),
  ),
});
export type AttemptsAnswer = z.infer<typeof AttemptsAnswer>;

/** Newest first. */
export async function attemptsAnswer(
  cell: CellKey,
  { ledger }: { readonly ledger: Pick<Ledger, 'tasksWith'> },
): Promise<AttemptsAnswer> {
  const tasks = await ledger.tasksWith(cell);
  return {
    ...cell,
    tasks: tasks.map((task) => ({
      taskId: task.id,
      runId: task.runId,
      status: task.status,
      reason: task.cells.find((one) => cellName(one) === cellName(cell))?.reason,
      attempts: attemptRows(task).reverse(),
    })),
  };
}
