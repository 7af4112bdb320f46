/** How a task becomes two: halved after a death, so that the culprit comes to stand alone, or continued when its time is up. Pure. */
import { openCells, type Task, type TaskCell, taskId } from '../model/task.ts';
import { ended, isStopped } from './finish.ts';

/** Both are saved in one commit, and the run counts one task more. */
export interface Split {
  readonly task: Task;
  /** The new task: pending, with attempts of its own. */
  readonly part: Task;
}

/** Whether a death leaves open which cell is to blame. Of a chain it is the day that it was on: each day is committed. */
export const isDivisible = (task: Task): boolean => !task.chained && openCells(task).length > 1;

/** The task keeps its outcomes and the first half of the open cells, pending with all attempts before it; the rest is the part. */
export function halve(task: Task): Split {
  const open = openCells(task);
  const rest = open.slice(Math.ceil(open.length / 2));
  const { lease: _, telemetry: __, lastError: ___, outgrown: ____, ...bare } = task;
  return split({ ...bare, status: 'PENDING', attempts: 0 }, rest);
}

/** The task ends with the outcomes that it has, at least its first cell's; the open cells are the part. */
export function continueLater(task: Task): Split {
  if (isStopped(task)) throw new Error(`${task.id} is stopped: the days that are left are not tried`);
  const { task: kept, part } = split(task, openCells(task));
  return { task: ended(kept), part };
}

function split(task: Task, cells: readonly TaskCell[]): Split {
  const [first] = cells;
  if (first === undefined || first === task.cells[0]) throw new Error(`${task.id} cannot be split`);
  const part: Task = {
    id: taskId(task.runId, first),
    runId: task.runId,
    dispatchId: task.dispatchId,
    pass: task.pass,
    ...(task.leaf === undefined ? {} : { leaf: task.leaf }),
    computation: first.computation,
    cells: [...cells],
    chained: task.chained,
    resources: task.resources,
    createdMs: task.createdMs,
    status: 'PENDING',
    attempts: 0,
    outcomes: {},
  };
  const kept = task.cells.filter((cell) => !cells.includes(cell));
  return { task: { ...task, cells: kept, parts: [...(task.parts ?? []), part.id] }, part };
}
