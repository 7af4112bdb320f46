/** `DayStore` on Firestore: see docs/decisions/0033-collected-by-day.md for what lies where, and why. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Firestore } from '@google-cloud/firestore';
import type { EventKind, StoredEvent } from '../../meter/model/event.ts';
import type { DayKey, DayStore } from '../../meter/ports/day-store.ts';
import { decodeEvents } from '../../meter/segments/events.ts';
import { decodeSegment } from '../../meter/segments/segment.ts';
import { firestoreOrganizations } from './firestore-organizations.ts';
import { unavailable } from '../firestore-client.ts';
import { type CommitPorts, commitTogether } from './day-commit.ts';
import { claimPath, dayPath, daysPath, eventsPath, segmentsPath } from './day-paths.ts';
import { DayDictionaries } from './day-dictionary.ts';
import { eventsContent, readSamples, samplesContent } from './day-samples.ts';
import { DaySeries } from './day-series.ts';
import type { SegmentCache } from './segment-cache.ts';
import { firestoreChunks } from './firestore-chunks.ts';

/** Days of organizations whose series an instance knows at once; of one that it forgot it reads the dictionary again. */
const KNOWN_DAYS = 64;

export interface DaysOptions {
  readonly clock?: { now(): number };
  readonly newId?: () => string;
  readonly cache?: SegmentCache;
}

export function firestoreDays(db: Firestore, options: DaysOptions = {}): DayStore {
  const { clock = Date, newId = randomUUID } = options;
  const ports: CommitPorts = { db, newId, clock, wait: (ms) => delay(ms) };
  const known = new Map<string, DaySeries>();
  const seriesOf = (key: DayKey): DaySeries => {
    const path = dayPath(key);
    const found = known.get(path) ?? new DaySeries(key, { ...ports, random: Math.random });
    known.delete(path);
    known.set(path, found);
    const [oldest] = known.keys();
    if (known.size > KNOWN_DAYS && oldest !== undefined) known.delete(oldest);
    return found;
  };
  return {
    identify: (key, numbers, series, maxSeries) => seriesOf(key).identify(numbers, series, maxSeries),
    describe: (key, metadata) => seriesOf(key).describe(metadata),
    async commit(parts) {
      // Days that have events alone are to be found, too.
      const days = parts.flatMap(({ events }) => events);
      await Promise.all(days.map((key) => seriesOf(key).exists()));
      return Promise.all(parts.map((together) => commitTogether(together, ports)));
    },
    async claimed(claims) {
      if (claims.length === 0) return [];
      const found = await reading('what was taken before', () =>
        db.getAll(...claims.map(({ organization, key }) => db.doc(claimPath(organization, key)))),
      );
      return claims.map((claim, at) =>
        found[at]?.exists === true ? { ...claim, answer: found[at].get('answer') as string | undefined } : undefined,
      );
    },
    ...readsOf(db, options.cache),
  };
}

type Reads = Pick<
  DayStore,
  'organizations' | 'days' | 'content' | 'seriesCount' | 'stored' | 'dictionary' | 'segments' | 'events'
>;

const readsOf = (db: Firestore, cache?: SegmentCache, dictionaries = new DayDictionaries(db)): Reads => ({
  organizations: () => firestoreOrganizations(db),
  async days(organization) {
    const found = await reading('the days', () => db.collection(daysPath(organization)).select().get());
    return found.docs.map(({ id }) => id);
  },
  content: (key, kind) =>
    reading(`the content of ${key.day}`, () =>
      kind === 'samples' ? samplesContent(db, key) : eventsContent(db, key, kind),
    ),
  async seriesCount(key) {
    const head = await reading(`the head of ${key.day}`, () => db.doc(dayPath(key)).get());
    return head.exists ? (head.get('next') as number) - 1 : 0;
  },
  async stored(key) {
    let [segments, samples, bytes] = [0, 0, 0];
    for await (const data of dataIn(db, segmentsPath(key))) {
      segments++;
      bytes += data.byteLength;
      samples += decodeSegment(data).length;
    }
    const { index } = await firestoreChunks(db).index(key);
    for (const chunk of index.chunks) {
      segments++;
      bytes += chunk.bytes;
      samples += chunk.samples;
    }
    return { segments, samples, bytes };
  },
  dictionary: (key) => reading(`the series of ${key.day}`, () => dictionaries.read(key)),
  async *segments(key, wanted) {
    try {
      yield* readSamples(db, key, wanted, cache);
    } catch (thrown) {
      throw unavailable(`the samples of ${key.day} could not be read`, thrown);
    }
  },
  async *events(key: DayKey, kind: EventKind): AsyncGenerator<readonly StoredEvent[]> {
    for await (const data of dataIn(db, eventsPath(key, kind))) yield decodeEvents(data);
  },
});

/** Streamed: as many documents are in memory as the client reads ahead. */
async function* dataIn(db: Firestore, path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const found of db
      .collection(path)
      .select('data')
      .stream() as AsyncIterable<FirebaseFirestore.QueryDocumentSnapshot>)
      yield found.get('data') as Uint8Array;
  } catch (thrown) {
    throw unavailable(`${path} could not be read`, thrown);
  }
}

async function reading<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    throw unavailable(`${what} could not be read`, thrown);
  }
}
