/** Runs in Firestore. Their count is changed only together with the task that it counts: see firestore-counters.ts. */
import type { Firestore } from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import { Run } from '../../mill/model/run.ts';
import type { Runs } from '../../mill/ports/runs.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { readIfOver, readRuns } from './firestore-counters.ts';
import { RUNS } from './paths.ts';

export function firestoreRuns(db: Firestore): Runs {
  const ref = (runId: string) => db.collection(RUNS).doc(runId);
  return {
    async read(runId) {
      const [run] = await readRuns(db, [runId]);
      return run;
    },
    readIfOver: (task) => readIfOver(db, task),
    async markCancelled(runId, atMs) {
      const found = await ref(runId).get();
      if (found.get('cancelledMs') === undefined) await ref(runId).update({ cancelledMs: atMs });
    },
    async repairCount(runId) {
      const [run] = await readRuns(db, [runId]);
      if (run === undefined || run.remainingTasks === 0) return false;
      // Its own document speaks for a run that is over, whatever its leaves say.
      await ref(runId).update({ remainingTasks: 0 });
      return true;
    },
    async markPublished(runId, atMs) {
      await ref(runId).update({ publishedMs: atMs });
    },
    async beginCallback(run, atMs) {
      const found = await ref(run.id).get();
      const current = Run.parse(found.data());
      if (
        current.calledBackMs !== undefined ||
        current.callingBackMs !== run.callingBackMs ||
        found.updateTime === undefined
      )
        return false;
      // Two senders may begin in the same millisecond: the name tells whose mark it is.
      const callingBackBy = randomUUID();
      try {
        await ref(run.id).update({ callingBackMs: atMs, callingBackBy }, { lastUpdateTime: found.updateTime });
        return true;
      } catch (thrown) {
        // A refused write may be our own, landed with its answer lost.
        if (isConflict(thrown)) return (await ref(run.id).get()).get('callingBackBy') === callingBackBy;
        throw unavailable(`the callback of ${run.id} was not begun`, thrown);
      }
    },
    async markCalledBack(runId, atMs) {
      await ref(runId).update({ calledBackMs: atMs, status: 'COMPLETED', remainingTasks: 0 });
    },
  };
}
