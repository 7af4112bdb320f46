/** A run as `runs` and `run show` say it. */
import type { Run } from '../model/run.ts';

export interface RunRow {
  readonly id: string;
  readonly dispatchId: string;
  readonly date: string;
  /** Null when a person dispatched a date without naming a pass. */
  readonly pass: number | null;
  readonly state: 'RUNNING' | 'COMPLETED' | 'CANCELLED';
  readonly tasks: number;
  readonly remaining: number;
  readonly cells: number;
  /** `none`: nobody waits. `waiting`: tasks are still open. `due`: it is over, and the workflow does not know yet. */
  readonly callback: 'none' | 'waiting' | 'due' | 'answered';
  readonly startedAt: string;
  /** Until the callback was answered; null before. */
  readonly tookMs: number | null;
}

export const runRow = (run: Run): RunRow => ({
  id: run.id,
  dispatchId: run.dispatchId,
  date: run.date,
  pass: run.pass ?? null,
  state: run.cancelledMs !== undefined ? 'CANCELLED' : run.remainingTasks === 0 ? 'COMPLETED' : 'RUNNING',
  tasks: run.totalTasks,
  remaining: run.remainingTasks,
  cells: run.cells,
  callback: callbackOf(run),
  startedAt: new Date(run.createdMs).toISOString(),
  tookMs: run.calledBackMs === undefined ? null : run.calledBackMs - run.createdMs,
});

function callbackOf({ callbackUrl, calledBackMs, remainingTasks }: Run): RunRow['callback'] {
  if (callbackUrl === undefined) return 'none';
  if (calledBackMs !== undefined) return 'answered';
  return remainingTasks > 0 ? 'waiting' : 'due';
}
