/**
 * Ids of a day's series: dense, from 1. The head says which is the next; who takes some writes the head, on the condition that it is as it was
 * read, and the part of the dictionary that defines them, in one commit. What others took meanwhile is read then, and tried again.
 */
import { hash } from 'node:crypto';
import { FieldPath, type Firestore, Timestamp } from '@google-cloud/firestore';
import { RetryableError } from '../../errors.ts';
import type { Metadata, Series } from '../../meter/model/series.ts';
import { seriesKey } from '../../meter/model/series.ts';
import type { Refusal } from '../../meter/model/series-resolver.ts';
import type { DayKey, SeriesId } from '../../meter/ports/day-store.ts';
import { decodeDictionaryPart, encodeDictionaryPart } from '../../meter/segments/dictionary-part.ts';
import { grpcCode, GRPC, isConflict, unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { dayPath, netOf, organizationPath, partsPath } from './day-paths.ts';

/** Series that one commit defines: some 8 MiB of long labels, if nothing of them could be packed. */
const SERIES_A_COMMIT = 4_000;

/** A head takes about a write a second: who is overtaken so often gives the turn back. */
const MAX_ATTEMPTS = 12;

/** Milliseconds, doubled by each attempt up to the eighth, half of it by chance. */
const FIRST_WAIT_MS = 10;

const NEXT = 'Send shorter labels.';

export interface DaySeriesPorts {
  readonly db: Firestore;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
}

/** What an instance knows of a day. */
export class DaySeries {
  readonly #key: DayKey;
  readonly #ports: DaySeriesPorts;
  readonly #ids = new IdsByKey();
  readonly #metadata = new Map<string, string>();
  #isRead = false;
  /** Of the head, as it was last seen; undefined while there is none. */
  #updated: Timestamp | undefined;
  #parts = 0;
  #next = 1;
  /** One at a time: two would overtake each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(key: DayKey, ports: DaySeriesPorts) {
    this.#key = key;
    this.#ports = ports;
  }

  /** As `DayStore.identify`. */
  identify(
    numbers: Uint32Array,
    seriesOf: (number: number) => Series,
    maxSeries: number,
  ): Promise<(SeriesId | Refusal)[]> {
    return this.#inTurn(async () => {
      const keys = Array.from(numbers, (number) => seriesKey(seriesOf(number)));
      if (!this.#isRead) await this.#refresh();
      for (;;) {
        const unknown = keys.flatMap((key, at) => (this.#ids.has(key) ? [] : [{ key, number: numbers[at] as number }]));
        const room = Math.max(0, maxSeries - (this.#next - 1));
        const taken = unknown.slice(0, Math.min(room, SERIES_A_COMMIT));
        if (taken.length === 0) break;
        await this.#define(
          taken.map(({ key }) => key),
          taken.map(({ number }) => seriesOf(number)),
          [],
        );
      }
      return keys.map((key) => this.#ids.get(key) ?? tooMany(maxSeries));
    });
  }

  /** As `DayStore.describe`. */
  describe(metadata: readonly Metadata[]): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isRead) await this.#refresh();
      const news = [...new Map(metadata.map((one) => [one.name, one])).values()].filter(
        (one) => this.#metadata.get(one.name) !== JSON.stringify(one),
      );
      if (news.length > 0) await this.#define([], [], news);
    });
  }

  /** Has the day there, for who lists days. */
  exists(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isRead) await this.#refresh();
      if (this.#updated === undefined) await this.#define([], [], []);
    });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act, act);
    this.#turn = turn;
    return turn;
  }

  /** One commit, or what others have written meanwhile: then the caller looks again. */
  async #define(keys: readonly string[], series: readonly Series[], metadata: readonly Metadata[]): Promise<void> {
    const { wait, random } = this.#ports;
    for (let attempt = 1; ; attempt++) {
      try {
        this.#updated = await this.#commit(series, metadata);
        for (const [at, key] of keys.entries()) this.#ids.set(key, this.#next + at);
        for (const one of metadata) this.#metadata.set(one.name, JSON.stringify(one));
        this.#next += keys.length;
        this.#parts++;
        return;
      } catch (thrown) {
        if (!isPassing(thrown)) throw thrown;
        if (attempt === MAX_ATTEMPTS)
          throw new RetryableError(
            'CONTENTION',
            `the series of ${this.#key.day} are added to by many at once. Send it again in a moment.`,
            { cause: thrown },
          );
        await wait(FIRST_WAIT_MS * 2 ** Math.min(attempt, 8) * (0.5 + random() / 2));
        const before = this.#next;
        const described = metadata.map((one) => JSON.stringify(one));
        await this.#refresh();
        // Others have taken ids, or our own commit is there and its answer was lost.
        if (series.length > 0 ? this.#next !== before : this.#knows(metadata, described)) return;
      }
    }
  }

  #knows(metadata: readonly Metadata[], described: readonly string[]): boolean {
    return this.#updated !== undefined && metadata.every(({ name }, at) => this.#metadata.get(name) === described[at]);
  }

  async #commit(series: readonly Series[], metadata: readonly Metadata[]): Promise<Timestamp | undefined> {
    const { db } = this.#ports;
    const batch = new MeasuredBatch(db, { what: `the series of ${this.#key.day}`, next: NEXT });
    const fields = { day: this.#key.day, next: this.#next + series.length, parts: this.#parts + 1 };
    const head = db.doc(dayPath(this.#key));
    const expireAt = Timestamp.fromMillis(netOf(this.#key.day));
    if (this.#updated === undefined) {
      batch.create(head, { ...fields, expireAt });
      batch.set(
        db.doc(organizationPath(this.#key.organization)),
        { organization: this.#key.organization },
        { merge: true },
      );
    } else batch.update(head, fields, { lastUpdateTime: this.#updated });
    batch.create(db.doc(`${partsPath(this.#key)}/${partId(this.#parts)}`), {
      first: this.#next,
      count: series.length,
      data: encodeDictionaryPart({ series, metadata }),
      expireAt,
    });
    const [written] = await batch.commit();
    return written?.writeTime;
  }

  /** Reads the head, and the parts that are new. */
  async #refresh(): Promise<void> {
    const { db } = this.#ports;
    try {
      const head = await db.doc(dayPath(this.#key)).get();
      const found = await db
        .collection(partsPath(this.#key))
        .orderBy(FieldPath.documentId())
        .startAt(partId(this.#parts))
        .get();
      for (const part of found.docs) {
        const first = part.get('first') as number;
        const { series, metadata } = decodeDictionaryPart(part.get('data') as Uint8Array);
        for (const [at, one] of series.entries()) this.#ids.set(seriesKey(one), first + at);
        for (const one of metadata) this.#metadata.set(one.name, JSON.stringify(one));
        this.#next = Math.max(this.#next, first + series.length);
        this.#parts = Number(part.id) + 1;
      }
      this.#updated = head.updateTime;
      this.#isRead = true;
    } catch (thrown) {
      throw unavailable(`the series of ${this.#key.day} could not be read`, thrown);
    }
  }
}

export const partId = (number: number): string => String(number).padStart(7, '0');

const tooMany = (maxSeries: number): Refusal => ({
  code: 'SERIES_LIMIT',
  reason:
    `the organization has the ${maxSeries} series of max_global_series_per_user for this day; its other series go on. ` +
    'Drop a label with many values, or ask for more.',
});

const isPassing = (thrown: unknown): boolean => {
  const code = grpcCode(thrown);
  return isConflict(thrown) || code === GRPC.ABORTED || code === GRPC.UNAVAILABLE;
};

/**
 * Ids by what a series is called, in some 100 bytes each: by 53 bits of a SHA-256 of it, and told apart by 32 more. That two of a million are
 * taken for one is less likely than 10^-10.
 */
class IdsByKey {
  readonly #byHash = new Map<number, { readonly check: number; readonly id: number }>();

  get(key: string): number | undefined {
    const { place, check } = digest(key);
    const found = this.#byHash.get(place);
    return found?.check === check ? found.id : undefined;
  }
  has(key: string): boolean {
    return this.get(key) !== undefined;
  }
  set(key: string, id: number): void {
    const { place, check } = digest(key);
    this.#byHash.set(place, { check, id });
  }
}

function digest(key: string): { readonly place: number; readonly check: number } {
  const bytes = hash('sha256', key, 'buffer');
  return { place: bytes.readUIntBE(0, 6) * 32 + ((bytes[6] as number) >> 3), check: bytes.readUInt32BE(8) };
}
