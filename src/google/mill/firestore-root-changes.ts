/**
 * Changed days of root data, by the time at which they were written. `indexes/{dataset}` is what the indexer remembers: how far
 * it has seen, and the days that were there then, packed, so that nobody reads thousands of days to learn of one.
 */
import { type DocumentSnapshot, type Firestore, Timestamp } from '@google-cloud/firestore';
import { z } from 'zod';
import { packJson, unpackJson } from '../../mill/execution/artifact-codec.ts';
import { MissingData } from '../../mill/model/completeness.ts';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import type { KnownDays, RootDataLook, RootDay } from '../../mill/ports/root-data.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { type CommitName, MeasuredBatch } from '../measured-batch.ts';
import { daysOf, INDEXES } from './paths.ts';
import { atMost } from '../../process/at-most.ts';

/** A day that is gone stays as a trace of it, so that the indexer hears of it. */
export const REMOVED = 'REMOVED';

/**
 * A day's `changedAt` is set when Firestore takes the request, its commit follows a little later: what was changed just before
 * the last look is looked at again.
 */
const OVERLAP_MS = 5_000;

const INDEXED: CommitName = {
  what: 'what was indexed',
  next: 'Give the project fewer datasets, or fewer days of them.',
};

/** Of packed days that one commit takes. */
const COMMIT_BYTES = 8 * 1_048_576;

const Packed = z.object({ hashes: z.record(Day, Hash), missing: z.record(Day, z.array(MissingData)) });

interface Remembered {
  readonly rule: unknown;
  readonly known: KnownDays;
  readonly seenThrough: Timestamp | undefined;
  /** Undefined when nothing is remembered. */
  readonly updateTime: Timestamp | undefined;
}

const indexOf = (db: Firestore, dataset: string) => db.collection(INDEXES).doc(dataset);

export async function changesSince(
  db: Firestore,
  datasets: readonly { readonly dataset: string; readonly rule: Hash }[],
  most?: number,
): Promise<RootDataLook> {
  const refs = datasets.map(({ dataset }) => indexOf(db, dataset));
  const snapshots = refs.length === 0 ? [] : await db.getAll(...refs);
  const looks = await atMost(datasets, async ({ dataset, rule }, index) => {
    const remembered = remember(snapshots[index]);
    const sameRule = remembered.rule === rule;
    const { days, readTime } = await changedDays(db, dataset, sameRule ? remembered.seenThrough : undefined, most);
    return { dataset, rule, sameRule, days, readTime, known: remembered.known, updateTime: remembered.updateTime };
  });
  const byDataset = new Map(looks.map((look) => [look.dataset, look]));
  return {
    isQuiet: looks.every(({ days, sameRule }) => days.length === 0 && sameRule),
    of: (dataset) => byDataset.get(dataset) ?? { days: [], known: new Map(), sameRule: true },
    async markSeen(known) {
      let batch = new MeasuredBatch(db, INDEXED);
      try {
        for (const { dataset, rule, readTime, updateTime } of looks) {
          const days = known.get(dataset);
          if (days === undefined) continue;
          const next = { seenThrough: readTime, rule, days: pack(days) };
          if (batch.bytes > 0 && batch.bytes + next.days.byteLength > COMMIT_BYTES) {
            await batch.commit();
            batch = new MeasuredBatch(db, INDEXED);
          }
          if (updateTime === undefined) batch.create(indexOf(db, dataset), next);
          else batch.update(indexOf(db, dataset), next, { lastUpdateTime: updateTime });
        }
        await batch.commit();
        return true;
      } catch (thrown) {
        if (isConflict(thrown)) return false;
        throw unavailable('what was indexed was not marked as seen', thrown);
      }
    },
  };
}

/** The days that are there: what is remembered, and what has changed since. */
export async function storedDays(db: Firestore, dataset: string): Promise<Map<Day, Hash>> {
  const { known, seenThrough } = remember(await indexOf(db, dataset).get());
  const stored = new Map([...known].map(([date, { hash }]) => [date, hash]));
  for (const { date, hash } of (await changedDays(db, dataset, seenThrough)).days) {
    if (hash === undefined) stored.delete(date);
    else stored.set(date, hash);
  }
  return stored;
}

async function changedDays(
  db: Firestore,
  dataset: string,
  since: Timestamp | undefined,
  most?: number,
): Promise<{ days: RootDay[]; readTime: Timestamp }> {
  const after = since === undefined ? 0 : since.toMillis() - OVERLAP_MS;
  const query = db
    .collection(daysOf(dataset))
    .where('changedAt', '>', Timestamp.fromMillis(after))
    .select('status', 'hash', 'artifact.count');
  const changed = await (most === undefined ? query : query.limit(most)).get();
  return { days: changed.docs.map(toRootDay), readTime: changed.readTime };
}

export function toRootDay(day: DocumentSnapshot): RootDay {
  const isThere = day.get('status') !== REMOVED;
  return {
    date: day.id,
    hash: isThere ? String(day.get('hash')) : undefined,
    count: isThere ? Number(day.get('artifact.count')) : 0,
  };
}

function remember(snapshot: DocumentSnapshot | undefined): Remembered {
  const [packed, seenThrough]: unknown[] = [snapshot?.get('days'), snapshot?.get('seenThrough')];
  return {
    rule: snapshot?.get('rule'),
    known: packed instanceof Uint8Array ? unpack(packed) : new Map(),
    seenThrough: seenThrough instanceof Timestamp ? seenThrough : undefined,
    updateTime: snapshot?.updateTime,
  };
}

function pack(known: KnownDays): Uint8Array {
  const days = [...known];
  return packJson(
    JSON.stringify({
      hashes: Object.fromEntries(days.map(([date, { hash }]) => [date, hash])),
      missing: Object.fromEntries(days.flatMap(([date, { missing }]) => (missing.length > 0 ? [[date, missing]] : []))),
    }),
  );
}

function unpack(packed: Uint8Array): KnownDays {
  const { hashes, missing } = Packed.parse(unpackJson(packed));
  return new Map(Object.entries(hashes).map(([date, hash]) => [date, { hash, missing: missing[date] ?? [] }]));
}
