/** Root data in Firestore: `datasets/{name}` says how far a file was loaded, `datasets/{name}/days/{date}` holds a day. */
import { FieldValue, type Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import { LoadedBy } from '../planning/loaded-by.ts';
import type { LoadMark, RootData } from '../steps/ports.ts';
import { toPointer } from './firestore-artifacts.ts';
import { changesSince, REMOVED, storedDays } from './firestore-root-changes.ts';
import { DATASETS, placePath } from './paths.ts';

const Mark = z.object({ file: z.string(), hash: z.string(), through: z.string(), byHand: z.boolean().optional() });

const Loads = z.array(LoadedBy);

const DAYS_A_BATCH = 400;

export function firestoreRootData(db: Firestore): RootData {
  const ref = (dataset: string) => db.collection(DATASETS).doc(dataset);
  return {
    async readMark(dataset): Promise<LoadMark | undefined> {
      const mark = Mark.safeParse((await ref(dataset).get()).get('mark'));
      return mark.success ? mark.data : undefined;
    },
    async writeMark(dataset, mark) {
      await ref(dataset).set({ mark }, { merge: true });
    },
    async loadsByHand(datasets) {
      const documents = datasets.length === 0 ? [] : await db.getAll(...datasets.map(ref));
      return new Map(documents.map((document) => [document.id, Loads.safeParse(document.get('loads')).data ?? []]));
    },
    async writeLoadsByHand(dataset, loads) {
      await ref(dataset).set({ loads }, { merge: true });
    },
    async writeDays(dataset, days) {
      const batch = db.batch();
      for (const { date, artifact, generation } of days) {
        const path = placePath({ kind: 'root', dataset, date });
        batch.set(db.doc(path), {
          date,
          status: 'COMPLETED',
          artifact: toPointer(artifact),
          generation,
          hash: artifact.hash,
          changedAt: FieldValue.serverTimestamp(),
        });
      }
      await batch.commit();
    },
    days: (dataset) => storedDays(db, dataset),
    async removeDays(dataset, days) {
      for (let start = 0; start < days.length; start += DAYS_A_BATCH) {
        const batch = db.batch();
        for (const date of days.slice(start, start + DAYS_A_BATCH)) {
          batch.set(db.doc(placePath({ kind: 'root', dataset, date })), {
            date,
            status: REMOVED,
            changedAt: FieldValue.serverTimestamp(),
          });
        }
        await batch.commit();
      }
    },
    changes: (datasets, atMost) => changesSince(db, datasets, atMost),
  };
}
