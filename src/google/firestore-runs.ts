/** Runs in Firestore. Their count is changed only together with the task that it counts, in firestore-tasks.ts. */
import type { Firestore } from '@google-cloud/firestore';
import { Run } from '../model/run.ts';
import type { Runs } from '../steps/ports.ts';
import { RUNS } from './paths.ts';

export function firestoreRuns(db: Firestore): Runs {
  const ref = (runId: string) => db.collection(RUNS).doc(runId);
  return {
    async read(runId) {
      const data = (await ref(runId).get()).data();
      return data === undefined ? undefined : Run.parse(data);
    },
    async markPublished(runId, atMs) {
      await ref(runId).update({ publishedMs: atMs });
    },
    async markCalledBack(runId, atMs) {
      await ref(runId).update({ calledBackMs: atMs, status: 'COMPLETED' });
    },
  };
}
