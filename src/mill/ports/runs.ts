/** Runs: counted down to their callback. */
import type { Run } from '../model/run.ts';
import type { Task } from '../model/task.ts';

export interface Runs {
  /** With the number of tasks that are open now. */
  read(runId: string): Promise<Run | undefined>;
  /** The run of a task that has ended, if no other task of it is open. The cheap way to ask, once for each task. */
  readIfOver(task: Pick<Task, 'runId' | 'leaf'>): Promise<Run | undefined>;
  /** A person cancelled it. The first time holds. */
  markCancelled(runId: string, atMs: number): Promise<void>;
  /** Sets the count to zero, for a run all of whose tasks were read as terminal. False when it was zero by then. */
  repairCount(runId: string): Promise<boolean>;
  markPublished(runId: string, atMs: number): Promise<void>;
  /** Marks that the callback is being sent. False when somebody else was faster. */
  beginCallback(run: Run, atMs: number): Promise<boolean>;
  markCalledBack(runId: string, atMs: number): Promise<void>;
}
