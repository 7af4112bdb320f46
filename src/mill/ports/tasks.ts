/** Tasks: claimed, held under a lease, and looked at. */
import type { CellKey } from '../model/cell.ts';
import type { MadeTask } from '../model/message.ts';
import type { Run } from '../model/run.ts';
import type { Task, Telemetry } from '../model/task.ts';
import type { CellWrite } from './cells.ts';

/** A task under our lease. Every write is refused once somebody else holds it (LEASE_LOST), whatever the network did to the answers. */
export interface HeldTask {
  readonly task: Task;
  /** Touches telemetry and the lease's end only. */
  heartbeat(telemetry: Telemetry, untilMs: number): Promise<void>;
  /** Saves the task; with it, in one commit, cells, tasks that were split off, and the run's counts. */
  save(task: Task, change?: TaskChange): Promise<void>;
  /** Saves what `decide` makes of the task, for another worker to take; what this one may still want to write is refused from now on. */
  handBack(decide: (task: Task) => Task): Promise<void>;
}

/** What is committed with a task. */
export interface TaskChange {
  readonly cells?: readonly CellWrite[];
  /** Tasks split off from it, to be made. */
  readonly parts?: readonly Task[];
}

export interface Tasks {
  read(taskId: string): Promise<Task | undefined>;
  /** Ends leases that were taken before a time when all of their workers are known to be gone; answers how many there were. */
  expireLeases(takenBeforeMs: number): Promise<number>;
  /** Ids of the tasks under way that a worker has a lease on, lapsed or not. */
  leasedBy(worker: string): Promise<string[]>;
  /**
   * Reads the task and saves what `decide` makes of it over exactly that version, with the parts that were split off.
   * Answers the decision, with a hold on the task when it was saved. `made`: the task as it may still be; it is read when it is another by now.
   */
  claim<D extends { readonly save?: Task; readonly parts?: readonly Task[] }>(
    taskId: string,
    decide: (task: Task) => D,
    made?: MadeTask,
  ): Promise<{ decision: D; held: HeldTask | undefined } | undefined>;
}

/** What people ask of runs and tasks; nothing that is decided reads it. */
export interface Ledger {
  /** Newest first. */
  runs(limit: number): Promise<Run[]>;
  /** Waves of a dispatch, oldest first. */
  runsOf(dispatchId: string): Promise<Run[]>;
  tasksOf(runId: string): Promise<Task[]>;
  /** How many of a run's tasks failed, for one read. */
  failedTasks(runId: string): Promise<number>;
  /** Every task that is, or was, to make the cell; newest first. */
  tasksWith(cell: CellKey): Promise<Task[]>;
  /** Those that nobody has replayed or dropped; oldest first. */
  deadLetters(): Promise<Task[]>;
}
