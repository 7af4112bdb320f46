/** Root data in Firestore: `datasets/{name}` says how far a file was loaded, `datasets/{name}/days/{date}` holds a day. */
import { type DocumentSnapshot, FieldValue, type Firestore, Timestamp } from '@google-cloud/firestore';
import { z } from 'zod';
import type { Place } from '../../mill/model/place.ts';
import { LoadedBy } from '../../mill/planning/loaded-by.ts';
import type { LoadMark, RootData } from '../../mill/ports/root-data.ts';
import { setApart } from '../measured-batch.ts';
import { toPointer } from './firestore-artifacts.ts';
import { changesSince, REMOVED, storedDays, toRootDay } from './firestore-root-changes.ts';
import { DATASETS, daysOf, placePath, shardPath } from './paths.ts';
import { atMost } from '../../process/at-most.ts';

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
      await setApart(
        db,
        { what: `the data of ${dataset}`, next: 'Load smaller documents, or divide its entities over several days.' },
        days.map(({ date, artifact, generation }) => ({
          ref: db.doc(placePath({ kind: 'root', dataset, date })),
          fields: {
            date,
            status: 'COMPLETED',
            artifact: toPointer(artifact),
            generation,
            hash: artifact.hash,
            changedAt: FieldValue.serverTimestamp(),
          },
        })),
      );
    },
    days: (dataset) => storedDays(db, dataset),
    async counted(dataset, from, to) {
      const days = db.collection(daysOf(dataset)).where('date', '>=', from).where('date', '<=', to);
      const found = await days.select('date', 'status', 'artifact.count', 'changedAt').get();
      return found.docs
        .filter((day) => day.get('status') !== REMOVED)
        .map((day) => {
          const changedAt: unknown = day.get('changedAt');
          return {
            date: String(day.get('date')),
            count: Number(day.get('artifact.count') ?? 0),
            changedMs: changedAt instanceof Timestamp ? changedAt.toMillis() : undefined,
          };
        });
    },
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
    async inspect(dataset, days) {
      if (days.length === 0) return [];
      const places = days.map((date) => ({ kind: 'root', dataset, date }) as const);
      const found = await db.getAll(...places.map((place) => db.doc(placePath(place))));
      const whole = await atMost(
        found,
        async (day, index) => day.exists && (await hasShards(db, places[index] as Place, day)),
      );
      return found.filter((_, index) => whole[index]).map(toRootDay);
    },
    changes: (datasets, atMost) => changesSince(db, datasets, atMost),
  };
}

async function hasShards(db: Firestore, place: Place, day: DocumentSnapshot): Promise<boolean> {
  const { success, data } = z.array(z.object({ id: z.string() })).safeParse(day.get('artifact.shards'));
  if (!success || data.length === 0) return true;
  const shards = await db.getAll(...data.map(({ id }) => db.doc(shardPath(place, id))), { fieldMask: ['generation'] });
  return shards.every(({ exists }) => exists);
}
