/** A run as `runs` and `run show` say it. */
import { z } from 'zod';
import { type Run, RunCallback, runCallback, RunState, runState } from '../model/run.ts';

export const RunRow = z.object({
  id: z.string(),
  dispatchId: z.string(),
  date: z.string(),
  /** Null when a person dispatched a date without naming a pass. */
  pass: z.number().nullable(),
  state: RunState,
  tasks: z.number(),
  remaining: z.number(),
  cells: z.number(),
  callback: RunCallback,
  startedAt: z.string(),
  /** Until the callback was answered; null before. */
  tookMs: z.number().nullable(),
});
export type RunRow = z.infer<typeof RunRow>;

export const runRow = (run: Run): RunRow => ({
  id: run.id,
  dispatchId: run.dispatchId,
  date: run.date,
  pass: run.pass ?? null,
  state: runState(run),
  tasks: run.totalTasks,
  remaining: run.remainingTasks,
  cells: run.cells,
  callback: runCallback(run),
  startedAt: new Date(run.createdMs).toISOString(),
  tookMs: run.calledBackMs === undefined ? null : run.calledBackMs - run.createdMs,
});
