/** A run: one wave's tasks, counted down to a callback. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { leavesFor } from './counter-tree.ts';
import type { Task } from './task.ts';

export const Run = z.object({
  id: z.string(),
  /** One day's pipeline: all runs of one workflow execution share it. */
  dispatchId: z.string(),
  date: Day,
  /** Absent when a person dispatched a date without naming a pass. */
  pass: z.number().int().positive().optional(),
  totalTasks: z.number().int().positive(),
  /** Of a run with leaves this lags behind in its own document until the run is over; ports answer what the leaves say. */
  remainingTasks: z.number().int().nonnegative(),
  /** Documents that count its tasks; absent when its own does (see counter-tree.ts). */
  leaves: z.number().int().positive().optional(),
  cells: z.number().int().positive(),
  status: z.enum(['RUNNING', 'COMPLETED']),
  callbackUrl: z.string().optional(),
  createdMs: z.number(),
  /** The sequence of planning that claimed its cells. */
  claimedIn: z.number().int().optional(),
  /** When a person cancelled it: its tasks end without having been made. */
  cancelledMs: z.number().optional(),
  /** Absent until every message was published: the reconciler publishes again what may be missing. */
  publishedMs: z.number().optional(),
  /** When the callback was last begun to be sent. */
  callingBackMs: z.number().optional(),
  /** Absent until the callback was answered. */
  calledBackMs: z.number().optional(),
});
export type Run = z.infer<typeof Run>;

/** Where a run stands. `CANCELLED` from the moment on at which a person said so, while its last tasks may still end. */
export const RunState = z.enum(['RUNNING', 'COMPLETED', 'CANCELLED']);
export type RunState = z.infer<typeof RunState>;

export const runState = ({ cancelledMs, remainingTasks }: Pick<Run, 'cancelledMs' | 'remainingTasks'>): RunState =>
  cancelledMs !== undefined ? 'CANCELLED' : remainingTasks === 0 ? 'COMPLETED' : 'RUNNING';

/** `none`: nobody waits. `waiting`: tasks are still open. `due`: it is over, and the workflow does not know yet. */
export const RunCallback = z.enum(['none', 'waiting', 'due', 'answered']);
export type RunCallback = z.infer<typeof RunCallback>;

export function runCallback({
  callbackUrl,
  calledBackMs,
  remainingTasks,
}: Pick<Run, 'callbackUrl' | 'calledBackMs' | 'remainingTasks'>): RunCallback {
  if (callbackUrl === undefined) return 'none';
  if (calledBackMs !== undefined) return 'answered';
  return remainingTasks > 0 ? 'waiting' : 'due';
}

/** Of these tasks, none of which has begun; what is undefined is left out. */
export function newRun(
  {
    pass,
    callbackUrl,
    ...given
  }: Pick<Run, 'id' | 'dispatchId' | 'date' | 'createdMs' | 'claimedIn'> & {
    readonly pass: number | undefined;
    readonly callbackUrl: string | undefined;
  },
  tasks: readonly Pick<Task, 'cells'>[],
): Run {
  const leaves = leavesFor(tasks.length);
  return {
    ...given,
    ...(pass === undefined ? {} : { pass }),
    totalTasks: tasks.length,
    remainingTasks: tasks.length,
    ...(leaves === undefined ? {} : { leaves }),
    cells: tasks.reduce((sum, { cells }) => sum + cells.length, 0),
    status: 'RUNNING',
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
  };
}

/**
 * Whether what was claimed so was claimed after this run, which stays open until its last task ends: meanwhile a later run may have made
 * some of its cells again, and closed. By sequences, which do not go back as clocks do; by times where one has no sequence.
 */
export const isClaimedLater = (
  { claimedMs, claimedIn }: { readonly claimedMs?: number | undefined; readonly claimedIn?: number | undefined },
  run: Pick<Run, 'createdMs' | 'claimedIn'>,
): boolean =>
  claimedIn !== undefined && run.claimedIn !== undefined
    ? claimedIn > run.claimedIn
    : claimedMs !== undefined && claimedMs > run.createdMs;
