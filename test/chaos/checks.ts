/** What must hold after a round, however it went. Each check answers with what is wrong, in words. */
import { cellName } from '../../src/mill/model/cell.ts';
import { isTerminal, outcomeOf, type Task } from '../../src/mill/model/task.ts';
import type { Ledger, Picture, Writing } from './picture.ts';

/** Every task ended once and was counted once, every run was answered, nobody holds anything. */
export function checkLedger({ tasks, runs }: Ledger, openRuns: readonly string[]): string[] {
  const wrongs = openRuns.map((id) => `run ${id} is still open`);
  for (const task of tasks) {
    if (!isTerminal(task)) wrongs.push(`task ${task.id} is ${task.status}`);
    if (task.lease !== undefined)
      wrongs.push(`task ${task.id} is ${task.status} under the lease of ${task.lease.worker}`);
    for (const cell of cellsOf(task))
      if (isTerminal(task) && cell.outcome === undefined) wrongs.push(`task ${task.id} ended without ${cell.name}`);
  }
  for (const run of runs) {
    const own = tasks.filter(({ runId }) => runId === run.id);
    if (own.length !== run.totalTasks)
      wrongs.push(`run ${run.id} counts ${run.totalTasks} tasks and has ${own.length}`);
    if (run.remainingTasks !== 0) wrongs.push(`run ${run.id} has ${run.remainingTasks} tasks to go`);
    if (run.publishedMs === undefined) wrongs.push(`run ${run.id} was not published`);
    if (run.calledBackMs === undefined || run.status !== 'COMPLETED') wrongs.push(`run ${run.id} was not answered`);
  }
  return wrongs;
}

/**
 * Nothing was written by two attempts: what the cell says of its maker is what the ledger says, and the last that happened to the
 * task is the commit that it shares with the last of its cells.
 */
export function checkWritings({ tasks }: Ledger, writings: readonly Writing[]): string[] {
  const wrongs: string[] = [];
  for (const [taskId, own] of Map.groupBy(writings, (writing) => writing.taskId)) {
    const task = tasks.find(({ id }) => id === taskId);
    const written = (task === undefined ? [] : cellsOf(task)).filter(({ outcome }) =>
      ['COMPLETED', 'FAILED'].includes(outcome ?? ''),
    );
    for (const { attempt, ...key } of own) {
      const name = cellName(key);
      if (!written.some((cell) => cell.name === name))
        wrongs.push(`${name} was written by ${taskId}, which says nothing of it`);
      if (attempt > (task?.attempts ?? 0))
        wrongs.push(`${name} was written by attempt ${attempt} of ${task?.attempts} of ${taskId}`);
    }
    if (task === undefined) continue;
    const last = own.map(({ updatedAt }) => updatedAt).reduce((one, other) => (one > other ? one : other));
    if (last > task.updatedAt)
      wrongs.push(`a cell of ${taskId} was written at ${last}, after its end at ${task.updatedAt}`);
    // Unless others have written its cells since; and a task that was given up ends after its cells.
    if (own.length === written.length && task.status === 'COMPLETED' && last < task.updatedAt)
      wrongs.push(`${taskId} was touched at ${task.updatedAt}, after its last cell at ${last}`);
  }
  return wrongs;
}

/** Cells that tasks completed, with how often. */
export function madeBy(tasks: readonly Task[]): Record<string, number> {
  const made: Record<string, number> = {};
  for (const { name, outcome } of tasks.flatMap(cellsOf))
    if (outcome === 'COMPLETED') made[name] = (made[name] ?? 0) + 1;
  return made;
}

/** Where two pictures, or two counts, differ. */
export function differences(
  what: string,
  calm: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(calm), ...Object.keys(here)])].sort();
  return names
    .filter((name) => JSON.stringify(calm[name]) !== JSON.stringify(here[name]))
    .map((name) => `${what} ${name}: calm ${JSON.stringify(calm[name])}, here ${JSON.stringify(here[name])}`);
}

export const comparePictures = (calm: Picture, here: Picture): string[] => [
  ...differences('cell', calm.cells, here.cells),
  ...differences('book', calm.book, here.book),
  ...differences('pending', Object.fromEntries(calm.pending.entries()), Object.fromEntries(here.pending.entries())),
];

const cellsOf = (task: Task): { name: string; outcome: string | undefined }[] =>
  task.cells.map((cell) => ({ name: cellName(cell), outcome: outcomeOf(task, cell)?.status }));
