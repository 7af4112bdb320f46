/** How a task takes the outcome of a cell, ends, or hands its lease back. Pure. */
import { type CellError, type CellKey, cellName, type CellOutcome } from '../model/cell.ts';
import type { TierName } from '../model/tier-name.ts';
import { isTerminal, openCells, outcomeOf, type Task } from '../model/task.ts';

/** The task with more outcomes; the last one makes it terminal. */
export function onCellsDone(
  task: Task,
  made: readonly { readonly cell: CellKey; readonly outcome: CellOutcome }[],
): Task {
  // Put together once: a task may have hundreds.
  const outcomes = Object.fromEntries(made.map(({ cell, outcome }) => [cellName(cell), outcome]));
  const next = { ...task, outcomes: { ...task.outcomes, ...outcomes } };
  return hasOpenCell(next) ? next : ended(next);
}

/** The task with one more outcome; the last one makes it terminal. */
export const onCellDone = (task: Task, cell: CellKey, outcome: CellOutcome): Task =>
  onCellsDone(task, [{ cell, outcome }]);

/** From the last on: cells are made in their order, and a task may have hundreds. */
const hasOpenCell = (task: Task): boolean => task.cells.findLast((cell) => !outcomeOf(task, cell)) !== undefined;

/** The task whose every cell has an outcome, terminal. */
export function ended(task: Task): Task {
  const failure = Object.values(task.outcomes).find((one) => one.status === 'FAILED');
  const { lease: _, ...unleased } = task;
  return failure === undefined
    ? { ...unleased, status: 'COMPLETED' }
    : { ...unleased, status: 'FAILED', lastError: failure.error };
}

/**
 * A cell of an independent task held its worker until it was stopped: it fails, and the others go on with the next delivery, with
 * all attempts before them.
 */
export function onCellStuck(task: Task, cell: CellKey, error: CellError): Task {
  const next = onCellDone(task, cell, { status: 'FAILED', error, dispatchId: task.dispatchId });
  const aside: Task = { ...next, deadLetter: { status: 'OPEN' } };
  return isTerminal(aside) ? aside : { ...onAttemptFailed(aside, error, aside.resources), attempts: 0 };
}

/** Whether a day of a chain failed, or could not read what it reads, so that the days that are left are not tried. */
export const isStopped = ({ chained, outcomes }: Task): boolean =>
  chained && Object.values(outcomes).some(({ status }) => ['FAILED', 'NOT_TRIED', 'INPUT_LOST'].includes(status));

/**
 * The task given up, and set aside as a dead letter. Of a chain the day that it was on fails, and what would have followed was not tried; after a failed day
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
  return { ...unleased, outcomes, status: 'FAILED', lastError: error, deadLetter: { status: 'OPEN' } };
}

/** The attempt failed for a reason that may pass: the next delivery tries again, on `resources`. */
export function onAttemptFailed(task: Task, error: CellError, resources: TierName): Task {
  const { lease: _, ...unleased } = task;
  return { ...unleased, status: 'PENDING', resources, lastError: error };
}

/** The worker was told to stop before it was done: the task waits again, and the attempt does not count. */
export function onHandedBack(task: Task): Task {
  const { lease: _, ...unleased } = task;
  return { ...unleased, status: 'PENDING', attempts: Math.max(0, task.attempts - 1) };
}
