/** Root data in Firestore: `datasets/{name}` says how far a file was loaded, `datasets/{name}/days/{date}` holds a day. */
import { FieldPath, FieldValue, Timestamp, type Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import type { LoadMark, RootData, RootDay } from '../steps/ports.ts';
import { toPointer } from './firestore-artifacts.ts';
import { DATASETS, daysOf, placePath } from './paths.ts';

const Mark = z.object({ file: z.string(), hash: z.string(), through: z.string() });

/**
 * A day's `changedAt` is set when Firestore takes the request, its commit follows a little later: what was changed just before
 * the last look is looked at again.
 */
const OVERLAP_MS = 5_000;

/** A day that is gone stays as a trace of it, so that the indexer hears of it. */
const REMOVED = 'REMOVED';

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
    async days(dataset, range) {
      const all = db.collection(daysOf(dataset)).select('status', 'hash');
      const days = await (
        range === undefined ? all : all.orderBy(FieldPath.documentId()).startAt(range.from).endAt(range.to)
      ).get();
      return new Map(
        days.docs.flatMap((day) => (day.get('status') === REMOVED ? [] : [[day.id, String(day.get('hash'))] as const])),
      );
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
    async changedDays(dataset) {
      const seenThrough: unknown = (await ref(dataset).get()).get('seenThrough');
      const after =
        seenThrough instanceof Timestamp
          ? Timestamp.fromMillis(seenThrough.toMillis() - OVERLAP_MS)
          : Timestamp.fromMillis(0);
      const changed = await db
        .collection(daysOf(dataset))
        .where('changedAt', '>', after)
        .select('status', 'hash')
        .get();
      const days = changed.docs.map((day): RootDay => ({
        date: day.id,
        hash: day.get('status') === REMOVED ? undefined : String(day.get('hash')),
      }));
      return {
        days,
        seen: async () => {
          await ref(dataset).set({ seenThrough: changed.readTime }, { merge: true });
        },
      };
    },
  };
}
