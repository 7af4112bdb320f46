/**
 * What cancelling does to a task. Its lease is gone with it, so whatever its worker commits from now on is refused: either the
 * worker's last commit came first and the task is over, or the cancellation did. Pure.
 */
import type { Task } from '../model/task.ts';
import { isTerminal } from '../model/task.ts';

/** Undefined when there is nothing to cancel. Outcomes that were committed stay; cells without one are as they were before. */
export function onCancel(task: Task): Task | undefined {
  if (isTerminal(task)) return undefined;
  const { lease: _, lastError: __, ...unleased } = task;
  return { ...unleased, status: 'CANCELLED' };
}
