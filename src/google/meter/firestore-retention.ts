/** `Retention` on Firestore: collections below a day are deleted page by page, by names alone. */
import { type Firestore, FieldPath, Timestamp } from '@google-cloud/firestore';
import { EVENT_KINDS } from '../../meter/model/event.ts';
import type { DayKey } from '../../meter/ports/day-store.ts';
import { DAY_PARTS, type DayPart, type Retention } from '../../meter/ports/retention.ts';
import { grpcCode, GRPC, unavailable } from '../firestore-client.ts';
import {
  chunksPath,
  dayPath,
  eventsPath,
  netOf,
  organizationPath,
  partsPath,
  rollupsPath,
  segmentsPath,
} from './day-paths.ts';
import { minutesOf } from './live-paths.ts';

/** Deletes of one commit. */
const PAGE = 400;

/** A run that is older than this has ended, whatever it says: a workflow takes no longer. */
const OPEN_RUN_MS = 86_400_000;

const collectionsOf = (key: DayKey, part: DayPart): readonly string[] => {
  switch (part) {
    case 'samples':
      return [chunksPath(key), segmentsPath(key)];
    case 'rollups':
      return [rollupsPath(key)];
    case 'events':
      return EVENT_KINDS.map((kind) => eventsPath(key, kind));
    case 'live':
      return [minutesOf(key.organization, key.day)];
    case 'series':
      return [partsPath(key), `${dayPath(key)}/selections`, `${dayPath(key)}/state`];
  }
};

export function firestoreRetention(db: Firestore): Retention {
  const isThere = async (path: string): Promise<boolean> =>
    (await db.collection(path).limit(1).select().get()).docs.length > 0;
  return {
    parts: (key) =>
      reaching(`what ${key.day} holds could not be read`, async () => {
        const found = await Promise.all(
          DAY_PARTS.map(async (part) => (await Promise.all(collectionsOf(key, part).map(isThere))).includes(true)),
        );
        return DAY_PARTS.filter((_, at) => found[at]);
      }),
    drop: (key, part) =>
      reaching(`${part} of ${key.day} could not be dropped`, async () => {
        let gone = 0;
        for (const path of collectionsOf(key, part)) gone += await dropCollection(db, path);
        // The head last: while it is there, the day is listed, and tried again.
        if (part !== 'series') return gone;
        await db.doc(dayPath(key)).delete();
        return gone + 1;
      }),
    openRun: (nowMs) =>
      reaching('runs that are under way could not be read', async () => {
        const found = await db
          .collection('computation_runs')
          .where('status', '==', 'RUNNING')
          .select('createdMs')
          .get();
        return found.docs.find((run) => (run.get('createdMs') as number) + OPEN_RUN_MS > nowMs)?.id;
      }),
    create: (key) =>
      reaching(`${key.day} could not be prepared`, async () => {
        const batch = db.batch();
        batch.create(db.doc(dayPath(key)), {
          day: key.day,
          next: 1,
          parts: 0,
          expireAt: Timestamp.fromMillis(netOf(key.day)),
        });
        batch.set(db.doc(organizationPath(key.organization)), { organization: key.organization }, { merge: true });
        try {
          await batch.commit();
          return true;
        } catch (thrown) {
          if (grpcCode(thrown) === GRPC.ALREADY_EXISTS) return false;
          throw thrown;
        }
      }),
  };
}

async function dropCollection(db: Firestore, path: string): Promise<number> {
  let gone = 0;
  for (;;) {
    const page = await db.collection(path).orderBy(FieldPath.documentId()).limit(PAGE).select().get();
    if (page.empty) return gone;
    const batch = db.batch();
    for (const document of page.docs) batch.delete(document.ref);
    await batch.commit();
    gone += page.size;
  }
}

async function reaching<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw unavailable(what, thrown);
  }
}
