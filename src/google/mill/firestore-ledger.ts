/** The ledger as people ask of it: runs, tasks with their attempts, dead letters. Read only, but for dead letters. */
import type { Firestore, Query } from '@google-cloud/firestore';
import { cellName } from '../../mill/model/cell.ts';
import { Run } from '../../mill/model/run.ts';
import { isTerminal, type Task } from '../../mill/model/task.ts';
import type { Ledger } from '../../mill/ports/tasks.ts';
import { fromLedger } from './ledger-document.ts';
import { LEDGER, RUNS } from './paths.ts';

export function firestoreLedger(db: Firestore): Ledger {
  const tasks = async (query: Query): Promise<Task[]> =>
    (await query.get()).docs.map((snapshot) => fromLedger(snapshot.data()));
  const ledger = db.collection(LEDGER);
  return {
    async runs(limit) {
      const newest = await db.collection(RUNS).orderBy('createdMs', 'desc').limit(limit).get();
      return newest.docs.map((snapshot) => Run.parse(snapshot.data()));
    },
    async runsOf(dispatchId) {
      const found = await db.collection(RUNS).where('dispatchId', '==', dispatchId).get();
      return found.docs.map((snapshot) => Run.parse(snapshot.data())).sort((a, b) => a.createdMs - b.createdMs);
    },
    tasksOf: (runId) => tasks(ledger.where('runId', '==', runId)),
    async failedTasks(runId) {
      const failed = ledger.where('runId', '==', runId).where('status', '==', 'FAILED');
      return (await failed.count().get()).data().count;
    },
    async tasksWith(cell) {
      const found = await tasks(ledger.where('cellNames', 'array-contains', cellName(cell)));
      return found.sort((a, b) => b.createdMs - a.createdMs);
    },
    async deadLetters() {
      const open = await tasks(ledger.where('deadLetter.status', '==', 'OPEN'));
      // One that holds a stuck cell may still be at work on the others.
      return open.filter(isTerminal).sort((a, b) => a.createdMs - b.createdMs);
    },
  };
}
