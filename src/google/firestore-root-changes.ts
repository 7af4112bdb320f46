/** Changed days of root data, by the time at which they were written; `indexes/{dataset}` says how far the indexer has seen. */
import { type DocumentSnapshot, type Firestore, Timestamp } from '@google-cloud/firestore';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { compressJson } from '../execution/artifact-codec.ts';
import { Missing } from '../model/completeness.ts';
import { Day } from '../model/date.ts';
import { Hash } from '../model/hash.ts';
import type { RootDataLook, RootDay, WaitingDays } from '../steps/ports.ts';
import { isConflict, unavailable } from './firestore-client.ts';
import { daysOf, INDEXES } from './paths.ts';

/** A day that is gone stays as a trace of it, so that the indexer hears of it. */
export const REMOVED = 'REMOVED';

/**
 * A day's `changedAt` is set when Firestore takes the request, its commit follows a little later: what was changed just before
 * the last look is looked at again.
 */
const OVERLAP_MS = 5_000;

const Waiting = z.array(z.tuple([Day, z.object({ hash: Hash, missing: z.array(Missing) })]));

type Look = ReturnType<RootDataLook['of']> & {
  readonly dataset: string;
  readonly rule: Hash;
  /** When the query was answered. */
  readonly readTime: Timestamp;
  /** Of what the indexer remembers; undefined when that is nothing. */
  readonly updateTime: Timestamp | undefined;
};

export async function changesSince(
  db: Firestore,
  datasets: readonly { readonly dataset: string; readonly rule: Hash }[],
): Promise<RootDataLook> {
  const refs = datasets.map(({ dataset }) => db.collection(INDEXES).doc(dataset));
  const read = (): Promise<DocumentSnapshot[]> => (refs.length === 0 ? Promise.resolve([]) : db.getAll(...refs));
  const remembered = await read();
  const looks = await Promise.all(
    datasets.map(({ dataset, rule }, index) => changesOf(db, dataset, rule, remembered[index])),
  );
  const byDataset = new Map(looks.map((look) => [look.dataset, look]));
  return {
    isQuiet: looks.every(({ days, sameRule }) => days.length === 0 && sameRule),
    waiting: new Map(looks.map(({ dataset, waiting }) => [dataset, waiting])),
    of: (dataset) => byDataset.get(dataset) ?? { days: [], waiting: new Map(), sameRule: true },
    isCurrent: async () => (await read()).every(({ updateTime }, index) => same(updateTime, looks[index]?.updateTime)),
    async markSeen(waiting) {
      const batch = db.batch();
      for (const { dataset, rule, readTime, updateTime } of looks) {
        const days = waiting.get(dataset);
        if (days === undefined) continue;
        const ref = db.collection(INDEXES).doc(dataset);
        const next = { seenThrough: readTime, rule, waiting: compressJson(JSON.stringify([...days])) };
        if (updateTime === undefined) batch.create(ref, next);
        else batch.update(ref, next, { lastUpdateTime: updateTime });
      }
      try {
        await batch.commit();
        return true;
      } catch (thrown) {
        if (isConflict(thrown)) return false;
        throw unavailable('what was indexed was not marked as seen', thrown);
      }
    },
  };
}

const same = (a: Timestamp | undefined, b: Timestamp | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.isEqual(b);

async function changesOf(
  db: Firestore,
  dataset: string,
  rule: Hash,
  remembered: DocumentSnapshot | undefined,
): Promise<Look> {
  const sameRule = remembered?.get('rule') === rule;
  const seenThrough: unknown = remembered?.get('seenThrough');
  const after = sameRule && seenThrough instanceof Timestamp ? seenThrough.toMillis() - OVERLAP_MS : 0;
  const changed = await db
    .collection(daysOf(dataset))
    .where('changedAt', '>', Timestamp.fromMillis(after))
    .select('status', 'hash', 'artifact.count')
    .get();
  const packed: unknown = remembered?.get('waiting');
  const waiting: WaitingDays =
    packed instanceof Uint8Array
      ? new Map(Waiting.parse(JSON.parse(zstdDecompressSync(packed).toString('utf8'))))
      : new Map();
  const days = changed.docs.map((day): RootDay => {
    const isThere = day.get('status') !== REMOVED;
    return {
      date: day.id,
      hash: isThere ? String(day.get('hash')) : undefined,
      count: isThere ? Number(day.get('artifact.count')) : 0,
    };
  });
  return {
    dataset,
    rule,
    days,
    waiting,
    sameRule,
    readTime: changed.readTime,
    updateTime: remembered?.updateTime,
  };
}
