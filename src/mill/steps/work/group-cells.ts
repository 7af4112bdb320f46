/** Which cells of a task are read for together, in the order in which the task has them. */
import { computationIn, type Manifest } from '../../model/manifest.ts';
import type { TaskCell } from '../../model/task.ts';

/** Cells whose inputs are asked for in one request. What it answers stays in memory until they are made. */
export const READ_TOGETHER = 50;

/** Cells of one date over one dataset share its reading; others share a request. Days of a chain that stream are read for one by one. */
export function groupCells(cells: readonly TaskCell[], chained: boolean, manifest: Manifest): TaskCell[][] {
  if (chained) return runsOf(cells, (cell) => (datasetOf(cell, manifest) === undefined ? READ_TOGETHER : 1));
  const groups: TaskCell[][] = [];
  const open = new Map<string, TaskCell[]>();
  for (const cell of cells) {
    const dataset = datasetOf(cell, manifest);
    const key = dataset === undefined ? 'computed' : `${dataset} ${cell.date}`;
    const group = open.get(key);
    if (group !== undefined && (dataset !== undefined || group.length < READ_TOGETHER)) group.push(cell);
    else {
      const next = [cell];
      open.set(key, next);
      groups.push(next);
    }
  }
  return groups;
}

/** Neighbours, at most as many as the first of them allows. */
function runsOf(cells: readonly TaskCell[], most: (first: TaskCell) => number): TaskCell[][] {
  const runs: TaskCell[][] = [];
  for (const cell of cells) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && run.length < most(run[0])) run.push(cell);
    else runs.push([cell]);
  }
  return runs;
}

/** The dataset that the cell streams. */
const datasetOf = ({ computation }: TaskCell, manifest: Manifest): string | undefined =>
  computationIn(manifest, computation)?.needs.find((need) => need.kind === 'dataset')?.of;
