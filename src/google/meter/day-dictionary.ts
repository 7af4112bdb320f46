/**
 * What a reader knows of the series of days: of each the parts that it has read. Parts are never changed, and the head says how many there are,
 * so a day that is known costs one read, and a day without anything costs one.
 */
import { FieldPath, type Firestore } from '@google-cloud/firestore';
import type { Metadata, Series } from '../../meter/model/series.ts';
import { metricName } from '../../meter/model/series.ts';
import type { DayKey, Dictionary, SeriesId } from '../../meter/ports/day-store.ts';
import { decodeDictionaryPart } from '../../meter/segments/dictionary-part.ts';
import { dayPath, partsPath } from './day-paths.ts';
import { partId } from './day-series.ts';

/** Series that an instance keeps of all days together, some 300 bytes each; of a day that it forgot it reads the parts again. */
const MAX_KNOWN_SERIES = 300_000;

interface Known {
  readonly series: Map<SeriesId, Series>;
  readonly metadata: Map<string, Metadata>;
  readonly byName: Map<string, SeriesId[]>;
  parts: number;
}

export class DayDictionaries {
  readonly #db: Firestore;
  /** In the order of their last use. */
  readonly #known = new Map<string, Known>();
  /** Of one day one at a time: two would read the same parts. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(db: Firestore) {
    this.#db = db;
  }

  async read(key: DayKey): Promise<Dictionary> {
    const path = dayPath(key);
    const turn = (this.#turns.get(path) ?? Promise.resolve()).then(() => this.#refresh(key, path));
    const settled = turn.catch(() => {});
    this.#turns.set(path, settled);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(path) === settled) this.#turns.delete(path);
    }
  }

  async #refresh(key: DayKey, path: string): Promise<Dictionary> {
    const head = await this.#db.doc(path).get();
    const parts = head.exists ? ((head.get('parts') as number | undefined) ?? 0) : 0;
    const before = this.#known.get(path);
    this.#known.delete(path);
    // A day that was dropped and begun anew has fewer.
    const known = before !== undefined && before.parts <= parts ? before : empty();
    if (known.parts < parts) await this.#readParts(key, known);
    if (parts > 0) this.#known.set(path, known);
    this.#forget();
    return { series: known.series, byName: known.byName, metadata: [...known.metadata.values()] };
  }

  async #readParts(key: DayKey, known: Known): Promise<void> {
    const found = await this.#db
      .collection(partsPath(key))
      .orderBy(FieldPath.documentId())
      .startAt(partId(known.parts))
      .get();
    for (const part of found.docs) {
      const { series, metadata } = decodeDictionaryPart(part.get('data') as Uint8Array);
      const first = part.get('first') as number;
      for (const [at, one] of series.entries()) {
        known.series.set(first + at, one);
        const name = metricName(one.labels) ?? '';
        const ids = known.byName.get(name);
        if (ids === undefined) known.byName.set(name, [first + at]);
        else ids.push(first + at);
      }
      for (const one of metadata) known.metadata.set(one.name, one);
      known.parts = Number(part.id) + 1;
    }
  }

  #forget(): void {
    let all = 0;
    for (const { series } of this.#known.values()) all += series.size;
    for (const [oldest, { series }] of this.#known) {
      if (all <= MAX_KNOWN_SERIES || this.#known.size === 1) break;
      this.#known.delete(oldest);
      all -= series.size;
    }
  }
}

const empty = (): Known => ({ series: new Map(), metadata: new Map(), byName: new Map(), parts: 0 });
