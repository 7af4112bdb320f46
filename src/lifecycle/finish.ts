/** How a task takes the outcome of a cell, ends, or hands its lease back. Pure. */
import type { CellError, CellOutcome } from '../model/cell.ts';
import type { Day } from '../model/date.ts';
import type { Resources, Task } from '../model/task.ts';

/** The task with one more outcome; the last one makes it terminal. */
export function onCellDone(task: Task, date: Day, outcome: CellOutcome): Task {
  const outcomes = { ...task.outcomes, [date]: outcome };
  const open = task.cells.some((cell) => outcomes[cell.date] === undefined);
  if (open) return { ...task, outcomes };
  const failure = Object.values(outcomes).find((one) => one.status === 'FAILED');
  const { lease: _, ...unleased } = task;
  return failure === undefined
    ? { ...unleased, outcomes, status: 'COMPLETED' }
    : { ...unleased, outcomes, status: 'FAILED', lastError: failure.error };
}

/** The task given up and set aside as a dead letter: the cell that it was on fails, and what would have followed was not tried; after a failed day nothing is tried. */
export function onGiveUp(task: Task, error: CellError): Task {
  const { lease: _, ...unleased } = task;
  const outcomes = { ...task.outcomes };
  let blamed = Object.values(outcomes).some(({ status }) => status === 'FAILED' || status === 'NOT_TRIED');
  for (const { date } of task.cells) {
    if (outcomes[date] !== undefined) continue;
    outcomes[date] = blamed ? { status: 'NOT_TRIED' } : { status: 'FAILED', error, dispatchId: task.dispatchId };
    blamed = true;
  }
  return { ...unleased, outcomes, status: 'FAILED', lastError: error, deadLetter: { status: 'OPEN' } };
}

/** The attempt failed for a reason that may pass: the next delivery tries again, on `resources`. */
export function onAttemptFailed(task: Task, error: CellError, resources: Resources): Task {
  const { lease: _, ...unleased } = task;
  return { ...unleased, status: 'PENDING', resources, lastError: error };
}
