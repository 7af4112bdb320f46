/**
 * Counting a run's tasks in Firestore: by its own document, or by leaves below it (mill/model/counter-tree.ts). Every change of a count is
 * part of a commit that a task's update time guards, so that a commit that is sent twice counts once.
 */
import {
  AggregateField,
  type DocumentReference,
  FieldValue,
  type Firestore,
  type Timestamp,
} from '@google-cloud/firestore';
import { assignLeaves } from '../../mill/model/counter-tree.ts';
import { Run } from '../../mill/model/run.ts';
import type { Task } from '../../mill/model/task.ts';
import type { MeasuredBatch } from '../measured-batch.ts';
import { toCounterDocument, toLedger, toRunDocument } from './ledger-document.ts';
import { countersOf, LEDGER, RUNS } from './paths.ts';
import { atMost } from '../../process/at-most.ts';

type Counted = Pick<Task, 'runId' | 'leaf'>;

/** Writes a run with its tasks and what counts them; answers the tasks as they are stored. */
export function createRun(db: Firestore, batch: MeasuredBatch, run: Run, tasks: readonly Task[]): readonly Task[] {
  batch.create(db.collection(RUNS).doc(run.id), toRunDocument(run));
  const assigned = assignLeaves(tasks, run.leaves);
  for (const [leaf, { length }] of Map.groupBy(assigned, (task) => task.leaf)) {
    if (leaf !== undefined) batch.create(counterRef(db, { runId: run.id, leaf }), toCounterDocument(run, length));
  }
  for (const task of assigned) batch.create(db.collection(LEDGER).doc(task.id), toLedger(task));
  return assigned;
}

/** The task ends in this commit. */
export function countOff(db: Firestore, batch: MeasuredBatch, task: Counted): void {
  const one = { remainingTasks: FieldValue.increment(-1) };
  // A leaf that was lost keeps nobody from ending: the reconciler corrects the sum once all tasks are over.
  if (task.leaf === undefined) batch.update(counterRef(db, task), one);
  else batch.set(counterRef(db, task), one, { merge: true });
}

/**
 * `added` more tasks come to be in this commit, out of `parent` and counted where it is: they carry its `leaf`. The parent is still
 * open, or ends in this same commit (`countOff` beside it), so the count never touches zero in between.
 */
export function addTasks(db: Firestore, batch: MeasuredBatch, parent: Counted, added: number): void {
  const more = FieldValue.increment(added);
  batch.update(counterRef(db, parent), { totalTasks: more, remainingTasks: more });
  if (parent.leaf !== undefined) batch.update(db.collection(RUNS).doc(parent.runId), { totalTasks: more });
}

/** By runs as they were read here: when their documents were written last. */
const versions = new WeakMap<Run, Timestamp>();

/** Undefined of a run that was not read by this process. */
export const versionOf = (run: Run): Timestamp | undefined => versions.get(run);

/** Runs by their ids, those that there are, with the number of tasks that are open now. */
export async function readRuns(db: Firestore, ids: readonly string[]): Promise<Run[]> {
  if (ids.length === 0) return [];
  const snapshots = await db.getAll(...ids.map((id) => db.collection(RUNS).doc(id)));
  return atMost(
    snapshots.filter(({ exists }) => exists),
    async (snapshot) => {
      const run = await withRemaining(db, Run.parse(snapshot.data()));
      if (snapshot.updateTime !== undefined) versions.set(run, snapshot.updateTime);
      return run;
    },
  );
}

/**
 * The run of a task that has just ended, if it was the run's last. One read as long as the task's own counter is above zero, whatever
 * the size of the run; of workers that end at once, at least the one that committed last finds all of it at zero.
 */
export async function readIfOver(db: Firestore, task: Counted): Promise<Run | undefined> {
  if (task.leaf !== undefined && (await counterRef(db, task).get()).get('remainingTasks') > 0) return undefined;
  const [run] = await readRuns(db, [task.runId]);
  return run !== undefined && run.remainingTasks === 0 ? run : undefined;
}

async function withRemaining(db: Firestore, run: Run): Promise<Run> {
  // Its own document says how many are left: always of a small run, and of a large one when it is over.
  if (run.leaves === undefined || run.remainingTasks === 0) return run;
  const sum = AggregateField.sum('remainingTasks');
  const found = await db.collection(countersOf(run.id)).aggregate({ sum }).get();
  return { ...run, remainingTasks: found.data().sum };
}

const counterRef = (db: Firestore, { runId, leaf }: Counted): DocumentReference =>
  leaf === undefined ? db.collection(RUNS).doc(runId) : db.collection(countersOf(runId)).doc(String(leaf));
