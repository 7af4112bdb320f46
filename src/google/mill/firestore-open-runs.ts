/** Runs that are not closed yet, with their tasks. */
import type { Firestore } from '@google-cloud/firestore';
import type { Task } from '../../mill/model/task.ts';
import type { OpenRun } from '../../mill/planning/fold.ts';
import { readRuns } from './firestore-counters.ts';
import { fromLedger } from './ledger-document.ts';
import { LEDGER } from './paths.ts';

/** Firestore's limit on the values of an `in` filter. */
const MAX_IN_VALUES = 30;

export async function readOpenRuns(db: Firestore, runIds: readonly string[]): Promise<OpenRun[]> {
  if (runIds.length === 0) return [];
  // Before their tasks: of a run that is over, all tasks are to be seen over.
  const runs = await readRuns(db, runIds);
  const found: Task[] = [];
  for (let start = 0; start < runIds.length; start += MAX_IN_VALUES) {
    const some = await db
      .collection(LEDGER)
      .where('runId', 'in', runIds.slice(start, start + MAX_IN_VALUES))
      .get();
    found.push(...some.docs.map((snapshot) => fromLedger(snapshot.data())));
  }
  const byRun = Map.groupBy(found, (task) => task.runId);
  return runs.map((run) => ({ run, tasks: byRun.get(run.id) ?? [] }));
}
