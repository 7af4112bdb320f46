/** What planning reads at one moment, and what a decision changes of it. */
import type { Action } from '../model/action.ts';
import type { CellKey, Settled } from '../model/cell.ts';
import type { Control } from '../model/control.ts';
import type { Distrust } from '../model/distrust.ts';
import type { MemoryBook } from '../model/memory-book.ts';
import type { MadeTask } from '../model/message.ts';
import type { Run } from '../model/run.ts';
import type { Task } from '../model/task.ts';
import type { OpenRun } from '../planning/fold.ts';
import type { Missing, ShelfContent } from '../planning/shelf.ts';
import type { DatasetStanding, Standing } from '../planning/standing.ts';
import type { Day } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';

/** What planning reads, at one moment. */
export interface PlanningSnapshot {
  /** Raised by every change; a change made on an older snapshot is refused. */
  readonly sequence: number;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
  /** Computation to behaviours that were proven to be one, as of the last preflight: it holds that of the code which this was for. */
  readonly equivalents: ReadonlyMap<string, readonly Hash[]>;
  readonly distrusted: ReadonlyMap<string, Distrust>;
  /** The last night of the watch (see night-watch.ts). */
  readonly watched?: Day | undefined;
  readonly control: Control;
  /** As far as they were fetched. */
  readonly books: ShelfContent;
  /** Runs whose outcomes are not in the books yet, with their tasks. */
  readonly open: readonly OpenRun[];
}

/** What is left out stays as it is. */
export interface PlanningChange {
  /** Cells whose settled state changed; null when they are no longer settled. */
  readonly settled?: readonly { readonly cell: CellKey; readonly to: Settled | null }[];
  readonly standings?: ReadonlyMap<string, Standing>;
  readonly datasets?: ReadonlyMap<string, DatasetStanding>;
  /** All days of the datasets that changed. */
  readonly data?: ReadonlyMap<string, ReadonlyMap<Day, Hash>>;
  readonly equivalents?: ReadonlyMap<string, readonly Hash[]>;
  readonly distrusted?: ReadonlyMap<string, Distrust>;
  readonly watched?: Day;
  readonly closedRuns?: readonly string[];
  readonly memory?: MemoryBook;
  readonly claim?: { readonly run: Run; readonly tasks: readonly Task[] };
}

export interface Planning {
  /** Standings and open runs; no book. */
  load(): Promise<PlanningSnapshot>;
  /** Puts books into the snapshot. @throws {RetryableError} CONTENTION when they were written since. */
  fetch(snapshot: PlanningSnapshot, missing: Missing): Promise<void>;
  /** What tasks took before. Reads a document when it was written since the last look. @throws {RetryableError} as `fetch`. */
  memory(snapshot: PlanningSnapshot): Promise<MemoryBook>;
  /** Cells that went into the books after `sequence`; reads the books that were written since. */
  settledAfter(
    snapshot: PlanningSnapshot,
    sequence: number,
  ): Promise<{ readonly cell: CellKey; readonly settled: Settled }[]>;
  /**
   * How many of the settled cells, from the first on, are to be committed ahead of this change, in a commit of their own, because one
   * commit does not take all of it; 0 when one does. Reads the books that it touches. @throws {RetryableError} as `fetch`.
   */
  ahead(snapshot: PlanningSnapshot, change: PlanningChange): Promise<number>;
  /** One commit; answers the tasks that it made. Undefined when the state has moved on since the snapshot: load again and decide again. @throws {TerminalError} TOO_LARGE */
  commit(snapshot: PlanningSnapshot, change: PlanningChange): Promise<readonly MadeTask[] | undefined>;
}

/** What people have stopped. */
export interface Controls {
  read(): Promise<Control>;
  /** Saves what `decide` makes of it; with it, in one commit, who did that. A claim that was decided before is refused. */
  change(decide: (control: Control) => Control, note?: (before: Control) => Action): Promise<Control>;
}
