/** Timeline: a dispatch over time. Its waves, their tasks with every attempt, which reads which, and what decided how long it took. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { atMost } from '../../process/at-most.ts';
import { Attempt } from '../model/attempt.ts';
import type { Run } from '../model/run.ts';
import { isTerminal, Task } from '../model/task.ts';
import type { Runs } from '../ports/runs.ts';
import type { Ledger } from '../ports/tasks.ts';
import { RunRow, runRow } from './run-row.ts';
import { readersOf } from './task-reads.ts';

const Shown = Attempt.pick({ startedMs: true, endedMs: true, end: true, worker: true, tier: true });

const TimelineTask = z.object({
  ...Task.pick({ id: true, computation: true, status: true, createdMs: true }).shape,
  /** How many it makes. */
  cells: z.number(),
  tier: z.string(),
  /** Oldest first. `coldStart`: the first that is seen of its process in this dispatch. */
  attempts: z.array(Shown.extend({ coldStart: z.boolean().optional() })),
  /** Ids of other tasks of the dispatch that make what it reads. */
  reads: z.array(z.string()),
});
type TimelineTask = z.infer<typeof TimelineTask>;

export const TimelineAnswer = z.object({
  run: RunRow.describe('as in daymill runs'),
  /** Waves of the dispatch, oldest first. */
  runs: z.array(RunRow.describe('as in daymill runs')),
  /** Waves whose tasks are left out, because there are too many. */
  left: z.number(),
  /** In the order in which they were claimed. */
  tasks: z.array(TimelineTask),
  /** Ids of the tasks that decided how long it took, the first of them first. */
  critical: z.array(z.string()),
});
export type TimelineAnswer = z.infer<typeof TimelineAnswer>;

/** Tasks that are read for a timeline: a document each. */
export const MAX_TIMELINE_TASKS = 5_000;

/** Of the dispatch that the run is of. @throws {UserError} NOT_FOUND */
export async function timelineAnswer(
  { id }: { readonly id: string },
  ports: { readonly runs: Pick<Runs, 'read'>; readonly ledger: Pick<Ledger, 'runsOf' | 'tasksOf'> },
): Promise<TimelineAnswer> {
  const run = await ports.runs.read(id);
  if (run === undefined) throw new UserError('NOT_FOUND', `There is no run "${id}". daymill runs lists them.`);
  const found = await ports.ledger.runsOf(run.dispatchId);
  // Of one that is open its own document lags behind.
  const runs = await atMost(found, async (one) =>
    one.remainingTasks === 0 ? one : ((await ports.runs.read(one.id)) ?? one),
  );
  const shown = wavesAround(run, runs);
  const tasks = (await atMost(shown, (one) => ports.ledger.tasksOf(one.id)))
    .flat()
    .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  const reads = readersOf(tasks);
  const rows = tasks.map((task) => rowOf(task, reads.get(task.id) ?? []));
  markColdStarts(rows);
  return {
    run: runRow(run),
    runs: runs.map(runRow),
    left: runs.length - shown.length,
    tasks: rows,
    critical: criticalPath(rows),
  };
}

/** The run itself whatever its size, and its neighbours as far as their tasks are not too many. */
function wavesAround(run: Run, runs: readonly Run[]): Run[] {
  const at = runs.findIndex(({ id }) => id === run.id);
  const byDistance = runs
    .map((one, index) => ({ one, distance: Math.abs(index - at) }))
    .sort((a, b) => a.distance - b.distance);
  let tasks = 0;
  const chosen = new Set(
    byDistance
      .filter(({ one, distance }) => {
        tasks += one.totalTasks;
        return distance === 0 || tasks <= MAX_TIMELINE_TASKS;
      })
      .map(({ one }) => one),
  );
  return runs.filter((one) => chosen.has(one));
}

const rowOf = (task: Task, reads: readonly string[]): TimelineTask => ({
  id: task.id,
  computation: task.computation,
  status: task.status,
  createdMs: task.createdMs,
  cells: task.cells.length,
  tier: task.resources,
  attempts: (task.history ?? []).map(attemptOf),
  reads: [...reads],
});

function attemptOf({ startedMs, endedMs, end, worker, tier }: Attempt): TimelineTask['attempts'][number] {
  return { startedMs, endedMs, end, worker, tier };
}

function markColdStarts(rows: readonly TimelineTask[]): void {
  const seen = new Set<string>();
  const attempts = rows.flatMap((row) => row.attempts).sort((a, b) => a.startedMs - b.startedMs);
  for (const attempt of attempts) {
    if (!seen.has(attempt.worker)) attempt.coldStart = true;
    seen.add(attempt.worker);
  }
}

/** When its last attempt ended; undefined while it is under way, and when it was never begun. */
const endOf = ({ status, attempts }: TimelineTask): number | undefined =>
  isTerminal({ status } as Task) ? attempts.at(-1)?.endedMs : undefined;

/**
 * From the end backwards: the task that ended last; before it, of the tasks that it reads, the one that ended last. One that reads none of
 * this dispatch waited for the wave before its own: before it stands the task that ended last of those that were over when it was claimed.
 * While tasks are under way, the newest of them is taken for the last. Each step goes back in time, so it ends.
 */
export function criticalPath(tasks: readonly TimelineTask[]): string[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const ended = tasks.filter((task) => endOf(task) !== undefined).sort((a, b) => endMs(a) - endMs(b));
  const open = tasks.filter(({ status, attempts }) => status === 'IN_PROGRESS' && attempts.length > 0);
  const path: string[] = [];
  let next = latest(open, ({ createdMs }) => createdMs) ?? ended.at(-1);
  while (next !== undefined) {
    const task: TimelineTask = next;
    path.unshift(task.id);
    const read = task.reads.flatMap((id) => byId.get(id) ?? []).filter((one) => endMs(one) < endMs(task));
    next = latest(read, endMs) ?? ended.findLast((one) => endMs(one) <= task.createdMs && endMs(one) < endMs(task));
  }
  return path;
}

const endMs = (task: TimelineTask): number => endOf(task) ?? Infinity;

const latest = (tasks: readonly TimelineTask[], of: (task: TimelineTask) => number): TimelineTask | undefined =>
  tasks.reduce<TimelineTask | undefined>(
    (one, other) => (one === undefined || of(other) > of(one) ? other : one),
    undefined,
  );
