/** An attempt as `attempts`, `run show` and `dead-letters show` say it. */
import { z } from 'zod';
import { Attempt } from '../model/attempt.ts';
import { cellName } from '../model/cell.ts';
import type { Task } from '../model/task.ts';

export const AttemptRow = z.object({
  runId: z.string(),
  taskId: z.string(),
  /** The first of its task. */
  cell: z.string(),
  /** Of its task: the figures are for all of them. */
  cells: z.number(),
  ...Attempt.omit({ readings: true }).shape,
});
export type AttemptRow = z.infer<typeof AttemptRow>;

export const attemptRows = (task: Task): AttemptRow[] =>
  (task.history ?? []).map((attempt) => {
    const { readings: _, ...told } = attempt;
    return Object.assign(
      {
        runId: task.runId,
        taskId: task.id,
        cell: task.cells.slice(0, 1).map(cellName).join(),
        cells: task.cells.length,
      },
      told,
    );
  });
