/** Runs in Firestore. Their count is changed only together with the task that it counts: see firestore-counters.ts. */
import type { Firestore, Timestamp } from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import { Run } from '../../mill/model/run.ts';
import type { Runs } from '../../mill/ports/runs.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { readIfOver, readRuns, versionOf } from './firestore-counters.ts';
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
      // Two senders may begin in the same millisecond: the name tells whose mark it is.
      const mark = { callingBackMs: atMs, callingBackBy: randomUUID() };
      const begin = async (lastUpdateTime: Timestamp): Promise<boolean> => {
        try {
          await ref(run.id).update(mark, { lastUpdateTime });
          return true;
        } catch (thrown) {
          if (!isConflict(thrown)) throw unavailable(`the callback of ${run.id} was not begun`, thrown);
          return false;
        }
      };
      const version = versionOf(run);
      if (version !== undefined && (await begin(version))) return true;
      // It was written since, perhaps by nobody who calls back: a refused write may also be our own, landed with its answer lost.
      const found = await ref(run.id).get();
      if (found.get('callingBackBy') === mark.callingBackBy) return true;
      const current = Run.parse(found.data());
      if (current.calledBackMs !== undefined || current.callingBackMs !== run.callingBackMs) return false;
      if (found.updateTime === undefined) return false;
      return (await begin(found.updateTime)) || (await ref(run.id).get()).get('callingBackBy') === mark.callingBackBy;
    },
    async markCalledBack(runId, atMs) {
      await ref(runId).update({ calledBackMs: atMs, status: 'COMPLETED', remainingTasks: 0 });
    },
  };
}
