/** What is committed when outcomes are folded in: of a plan, or of the closing of runs alone. Each run closes once. Pure. */
import { type CellKey, cellName, type Settled } from '../model/cell.ts';
import type { Distrust } from '../model/distrust.ts';
import type { Run } from '../model/run.ts';
import type { Task } from '../model/task.ts';
import { afterPlan } from './after-plan.ts';
import { type Fold, type OpenRun, withAudits } from './fold.ts';
import type { Plan } from './plan.ts';
import type { DatasetStanding, Standing } from './standing.ts';

export interface Closing {
  readonly closedRuns: readonly string[];
  /** Their tasks, to be learned from. */
  readonly ended: readonly Task[];
  /** Whether there is anything to commit. */
  readonly isNews: boolean;
  readonly change: {
    readonly settled: readonly { readonly cell: CellKey; readonly to: Settled | null }[];
    readonly standings: ReadonlyMap<string, Standing>;
    readonly datasets?: ReadonlyMap<string, DatasetStanding>;
    readonly distrusted: ReadonlyMap<string, Distrust>;
    readonly closedRuns: readonly string[];
  };
}

/** Closes those runs whose tasks are over, and for which nobody waits any more as `mayClose` says. */
export function closing(folded: Fold, open: readonly OpenRun[], mayClose: (run: Run) => boolean, plan?: Plan): Closing {
  const isClosing = ({ run }: OpenRun): boolean => folded.closedRuns.includes(run.id) && mayClose(run);
  const closedRuns = open.filter(isClosing).map(({ run }) => run.id);
  // Data that a settled cell was made from is gone: its result goes too, and comes back with the data. While a run that
  // made it is open, the next fold would bring it back, so it waits for the run to close.
  const left = open.filter((one) => !isClosing(one)).flatMap(({ tasks }) => tasks);
  const mayComeBack = new Set(left.flatMap(({ cells }) => cells.map(cellName)));
  const after = plan && afterPlan(folded.state, plan, (cell) => mayComeBack.has(cellName(cell)));
  const settled = [...folded.settled, ...(after?.removed ?? []).map((cell) => ({ cell, to: null }))];
  return {
    closedRuns,
    ended: open.filter(isClosing).flatMap(({ tasks }) => tasks),
    isNews: settled.length > 0 || closedRuns.length > 0 || (plan?.isNews ?? false),
    change: {
      settled,
      standings: withAudits(after?.standings ?? folded.state.standings, open, closedRuns),
      ...(after === undefined ? {} : { datasets: after.datasets }),
      distrusted: folded.state.distrusted,
      closedRuns,
    },
  };
}
