/** Attempts: every one to make a cell, over all runs. */
import { z } from 'zod';
import { type CellKey, cellName } from '../model/cell.ts';
import { describeRan } from '../model/decision.ts';
import { outcomeOf, Task } from '../model/task.ts';
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
      reason: reasonOf(task, cell),
      attempts: attemptRows(task).reverse(),
    })),
  };
}

/** Of a cell that ran the words are of what had happened; of one that is to run, of what may. */
function reasonOf(task: Task, cell: CellKey): string | undefined {
  const found = task.cells.find((one) => cellName(one) === cellName(cell));
  if (found === undefined) return undefined;
  const status = outcomeOf(task, cell)?.status;
  return status === 'COMPLETED' || status === 'FAILED' ? describeRan(found) : found.reason;
}
