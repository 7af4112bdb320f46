/** How a task takes the outcome of a cell, ends, or hands its lease back. Pure. */
import { type CellError, type CellKey, cellName, type CellOutcome } from '../model/cell.ts';
import type { Resources } from '../model/resources.ts';
import { openCells, type Task } from '../model/task.ts';

/** The task with one more outcome; the last one makes it terminal. */
export function onCellDone(task: Task, cell: CellKey, outcome: CellOutcome): Task {
  const outcomes = { ...task.outcomes, [cellName(cell)]: outcome };
  if (openCells({ ...task, outcomes }).length > 0) return { ...task, outcomes };
  const failure = Object.values(outcomes).find((one) => one.status === 'FAILED');
  const { lease: _, ...unleased } = task;
  return failure === undefined
    ? { ...unleased, outcomes, status: 'COMPLETED' }
    : { ...unleased, outcomes, status: 'FAILED', lastError: failure.error };
}

/** Whether a day of a chain failed, so that the days that are left are not tried. */
export const isStopped = ({ chained, outcomes }: Task): boolean =>
  chained && Object.values(outcomes).some(({ status }) => status === 'FAILED' || status === 'NOT_TRIED');

/**
 * The task given up. Of a chain the day that it was on fails, and what would have followed was not tried; after a failed day
 * nothing is tried. Independent cells that are left all fail: which of them is to blame is not known.
 */
export function onGiveUp(task: Task, error: CellError): Task {
  const { lease: _, ...unleased } = task;
  const outcomes = { ...task.outcomes };
  let stopped = isStopped(task);
  for (const cell of openCells(task)) {
    outcomes[cellName(cell)] = stopped
      ? { status: 'NOT_TRIED' }
      : { status: 'FAILED', error, dispatchId: task.dispatchId };
    stopped = task.chained;
  }
  return { ...unleased, outcomes, status: 'FAILED', lastError: error };
}

/** The attempt failed for a reason that may pass: the next delivery tries again, on `resources`. */
export function onAttemptFailed(task: Task, error: CellError, resources: Resources): Task {
  const { lease: _, ...unleased } = task;
  return { ...unleased, status: 'PENDING', resources, lastError: error };
}

/** The worker was told to stop before it was done: the task waits again, and the attempt does not count. */
export function onHandedBack(task: Task): Task {
  const { lease: _, ...unleased } = task;
  return { ...unleased, status: 'PENDING', attempts: Math.max(0, task.attempts - 1) };
}
