/**
 * Planning state in Firestore. `planner/state` holds a sequence that every change raises, under a precondition: there is one
 * writer at a time. Beside the sequence lies where everything stands, packed, so that a day on which nothing changed is planned
 * from this one document. Books (settled cells with their vectors) and days of root data are read when a plan asks for them, and
 * what a process has read is true for as long as the state names the same sequence for it.
 */
import type { DocumentSnapshot, Firestore, Timestamp, WriteBatch } from '@google-cloud/firestore';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { RetryableError } from '../errors.ts';
import { compressJson } from '../execution/artifact-codec.ts';
import { Settled } from '../model/cell.ts';
import { type Control, NOTHING_STOPPED } from '../model/control.ts';
import { Day } from '../model/date.ts';
import { Distrust } from '../model/distrust.ts';
import { Hash } from '../model/hash.ts';
import { type MemoryBook, MemoryContent } from '../model/memory-book.ts';
import { ownMember } from '../model/own-member.ts';
import { Task } from '../model/task.ts';
import type { OpenRun } from '../planning/fold.ts';
import { bookId } from '../planning/shelf.ts';
import { DatasetStanding, Standing } from '../planning/standing.ts';
import type { Planning, PlanningChange } from '../steps/ports.ts';
import { isConflict, unavailable } from './firestore-client.ts';
import { controlIn } from './firestore-control.ts';
import { createRun, readRuns } from './firestore-counters.ts';
import { AVAILABILITY, BOOKS, LEDGER, MEMORY, placePath, PLANNER, PLANNER_PAGES } from './paths.ts';

/** What is packed into `planner/state` and its pages. */
const Content = z.object({
  standings: z.record(z.string(), Standing),
  datasets: z.record(z.string(), DatasetStanding),
  equivalents: z.record(z.string(), z.array(Hash)),
  distrusted: z.record(z.string(), Distrust),
  /** The last night of the watch. */
  watched: Day.optional(),
  /** The sequence in which each book, and each dataset's days, were written last. */
  books: z.record(z.string(), z.number().int()),
  data: z.record(z.string(), z.number().int()),
  /** As `books`: when `planner/memory` was written last; 0 when never. */
  memory: z.number().int().default(0),
});
type Content = z.infer<typeof Content>;

const Head = z.object({
  sequence: z.number().int(),
  openRuns: z.array(z.string()),
  /** Pages that the packed content goes on in. */
  pages: z.number().int().nonnegative(),
  content: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** Firestore takes 1 MiB a document, names and overhead included. */
export const PAGE_BYTES = 900_000;

/** Firestore's limit on the values of an `in` filter. */
const MAX_IN_VALUES = 30;

const Book = z.record(Day, Settled);
const DayHashes = z.record(Day, Hash);

interface Loaded {
  readonly sequence: number;
  readonly openRuns: readonly string[];
  readonly pages: number;
  readonly content: Content;
  /** Changed beside the sequence, by people: see firestore-control.ts. */
  readonly control: Control;
  readonly updateTime: Timestamp | undefined;
}

/** A book or a dataset's days, with the sequence that wrote it. */
interface Kept<T> {
  readonly writtenIn: number;
  readonly days: ReadonlyMap<Day, T>;
}

const NOTHING: Loaded = {
  sequence: 0,
  openRuns: [],
  pages: 0,
  content: { standings: {}, datasets: {}, equivalents: {}, distrusted: {}, books: {}, data: {}, memory: 0 },
  control: NOTHING_STOPPED,
  updateTime: undefined,
};

/** `pageBytes` is a parameter for tests. */
export function firestorePlanning(db: Firestore, pageBytes = PAGE_BYTES): Planning {
  let loaded = NOTHING;
  const books = new Map<string, Kept<Settled>>();
  const data = new Map<string, Kept<Hash>>();
  let memory: { readonly writtenIn: number; readonly book: MemoryBook } = { writtenIn: 0, book: new Map() };
  const page = (number: number) => db.collection(PLANNER_PAGES).doc(String(number));

  const readState = async (): Promise<Loaded> => {
    for (;;) {
      const head = await db.doc(PLANNER).get();
      if (!head.exists) return NOTHING;
      const control = controlIn(head.get('control'));
      // Somebody paused a computation before anything was planned.
      if (head.get('sequence') === undefined) return { ...NOTHING, control, updateTime: head.updateTime };
      const { sequence, openRuns, pages, content } = Head.parse(head.data());
      if (sequence === loaded.sequence) return { ...loaded, control, updateTime: head.updateTime };
      const refs = Array.from({ length: pages }, (_, index) => page(index + 1));
      const rest = refs.length === 0 ? [] : await db.getAll(...refs);
      // Written since: the head is another by now, too.
      if (rest.some((one) => one.get('sequence') !== sequence)) continue;
      const packed = Buffer.concat([content, ...rest.map((one) => one.get('content') as Uint8Array)]);
      return {
        sequence,
        openRuns,
        pages,
        content: Content.parse(unpack(packed)),
        control,
        updateTime: head.updateTime,
      };
    }
  };

  const forgetStale = ({ content }: Loaded): void => {
    for (const [id, kept] of books) if (ownMember(content.books, id) !== kept.writtenIn) books.delete(id);
    for (const [id, kept] of data) if (ownMember(content.data, id) !== kept.writtenIn) data.delete(id);
  };

  return {
    async load() {
      loaded = await readState();
      forgetStale(loaded);
      const { sequence, content, control, openRuns } = loaded;
      return {
        sequence,
        control,
        standings: new Map(Object.entries(content.standings)),
        datasets: new Map(Object.entries(content.datasets)),
        equivalents: new Map(Object.entries(content.equivalents)),
        distrusted: new Map(Object.entries(content.distrusted)),
        watched: content.watched,
        books: {
          books: new Map([...books].map(([id, { days }]) => [id, days])),
          data: new Map([...data].map(([name, { days }]) => [name, days])),
        },
        open: await readOpenRuns(db, openRuns),
      };
    },

    async fetch(snapshot, missing) {
      const { content, sequence } = loaded;
      if (sequence !== snapshot.sequence) throw overtaken();
      const wanted = [
        ...wantedOf(missing.books, BOOKS, content.books, Book, books, snapshot.books.books),
        ...wantedOf(missing.data, AVAILABILITY, content.data, DayHashes, data, snapshot.books.data),
      ];
      const stored = wanted.filter(({ writtenIn }) => writtenIn !== undefined);
      const refs = stored.map(({ collection, id }) => db.collection(collection).doc(id));
      const documents = refs.length === 0 ? [] : await db.getAll(...refs);
      for (const one of wanted) if (one.writtenIn === undefined) one.keep(undefined);
      for (const [index, one] of stored.entries()) one.keep(documents[index]);
    },

    async memory(snapshot) {
      const { sequence, content } = loaded;
      if (sequence !== snapshot.sequence) throw overtaken();
      if (memory.writtenIn !== content.memory) {
        const document = await db.doc(MEMORY).get();
        if (document.get('sequence') !== content.memory) throw overtaken();
        const book = MemoryContent.parse(unpack(document.get('content')));
        memory = { writtenIn: content.memory, book: new Map(Object.entries(book)) };
      }
      return memory.book;
    },

    async settledAfter(snapshot, sequence) {
      const written = Object.entries(loaded.content.books).filter(([, writtenIn]) => writtenIn > sequence);
      const ids = written.map(([id]) => id);
      await this.fetch(snapshot, { books: new Set(ids.filter((id) => !books.has(id))), data: new Set() });
      return ids.flatMap((id) =>
        [...(books.get(id)?.days ?? [])]
          .filter(([, settled]) => (settled.foldedIn ?? 0) > sequence)
          .map(([date, settled]) => ({ cell: { computation: id.slice(0, id.lastIndexOf('.')), date }, settled })),
      );
    },

    async commit(snapshot, change) {
      const base = loaded;
      if (base.sequence !== snapshot.sequence) return false;
      const touched = booksTouchedBy(change);
      await this.fetch(snapshot, {
        books: new Set([...touched.keys()].filter((id) => !books.has(id))),
        data: new Set(),
      });
      const sequence = base.sequence + 1;
      const content = contentAfter(base.content, change, touched.keys(), sequence);
      const batch = db.batch();
      const packed = compressJson(JSON.stringify(content));
      const pages = Math.max(0, Math.ceil(packed.byteLength / pageBytes) - 1);
      const closed = new Set(change.closedRuns);
      const openRuns = base.openRuns.filter((id) => !closed.has(id));
      if (change.claim !== undefined) openRuns.push(change.claim.run.id);
      const head = { sequence, openRuns, pages, content: packed.subarray(0, pageBytes) };
      if (base.updateTime === undefined) batch.create(db.doc(PLANNER), head);
      else batch.update(db.doc(PLANNER), head, { lastUpdateTime: base.updateTime });
      for (let number = 1; number <= pages; number++) {
        batch.set(page(number), { sequence, content: packed.subarray(number * pageBytes, (number + 1) * pageBytes) });
      }
      for (let number = pages + 1; number <= base.pages; number++) batch.delete(page(number));
      const written = new Map<string, ReadonlyMap<Day, Settled>>();
      for (const [id, cells] of touched) {
        const days = new Map(books.get(id)?.days);
        for (const { cell, to } of cells) {
          if (to === null) days.delete(cell.date);
          else days.set(cell.date, to);
        }
        written.set(id, days);
        writeDays(db, batch, BOOKS, id, sequence, days);
      }
      for (const [name, days] of change.data ?? []) writeDays(db, batch, AVAILABILITY, name, sequence, days);
      if (change.memory !== undefined) {
        const packedMemory = compressJson(JSON.stringify(Object.fromEntries(change.memory)));
        batch.set(db.doc(MEMORY), { sequence, content: packedMemory });
      }
      writeCellsAndClaim(db, batch, change);
      try {
        const [result] = await batch.commit();
        loaded = { ...base, sequence, openRuns, pages, content, updateTime: result?.writeTime };
        for (const [id, days] of written) books.set(id, { writtenIn: sequence, days });
        for (const [name, days] of change.data ?? []) data.set(name, { writtenIn: sequence, days });
        if (change.memory !== undefined) memory = { writtenIn: sequence, book: change.memory };
        return true;
      } catch (thrown) {
        // It may have landed all the same: what is there now says so.
        loaded = NOTHING;
        if (isConflict(thrown)) return false;
        throw unavailable('the plan was not saved', thrown);
      }
    },
  };
}

const overtaken = (): RetryableError =>
  new RetryableError('CONTENTION', 'the plan changed while it was being read; ask again');

/** Documents to fetch, and where what they hold is kept. */
function wantedOf<T>(
  ids: ReadonlySet<string>,
  collection: string,
  writtenIn: Readonly<Record<string, number>>,
  schema: z.ZodType<Record<Day, T>>,
  kept: Map<string, Kept<T>>,
  shown: ReadonlyMap<string, ReadonlyMap<Day, T>>,
) {
  return [...ids].map((id) => ({
    collection,
    id,
    writtenIn: ownMember(writtenIn, id),
    keep(document: DocumentSnapshot | undefined): void {
      const expected = ownMember(writtenIn, id);
      let days: ReadonlyMap<Day, T> = new Map();
      if (document !== undefined && expected !== undefined) {
        if (document.get('sequence') !== expected) throw overtaken();
        days = new Map(Object.entries(schema.parse(unpack(document.get('content')))));
        kept.set(id, { writtenIn: expected, days });
      }
      (shown as Map<string, ReadonlyMap<Day, T>>).set(id, days);
    },
  }));
}

type SettledChange = NonNullable<PlanningChange['settled']>[number];

const booksTouchedBy = ({ settled = [] }: PlanningChange): Map<string, SettledChange[]> =>
  Map.groupBy(settled, ({ cell }) => bookId(cell.computation, cell.date));

function contentAfter(
  base: Content,
  change: PlanningChange,
  touchedBooks: Iterable<string>,
  sequence: number,
): Content {
  const writtenNow = (ids: Iterable<string>) => Object.fromEntries([...ids].map((id) => [id, sequence]));
  return {
    standings: change.standings === undefined ? base.standings : Object.fromEntries(change.standings),
    datasets: change.datasets === undefined ? base.datasets : Object.fromEntries(change.datasets),
    equivalents:
      change.equivalents === undefined
        ? base.equivalents
        : Object.fromEntries([...change.equivalents].map(([name, hashes]) => [name, [...hashes]])),
    distrusted: change.distrusted === undefined ? base.distrusted : Object.fromEntries(change.distrusted),
    watched: change.watched ?? base.watched,
    books: { ...base.books, ...writtenNow(touchedBooks) },
    data: { ...base.data, ...writtenNow(change.data?.keys() ?? []) },
    memory: change.memory === undefined ? base.memory : sequence,
  };
}

/** Packed: as a map of fields it would cost thousands of index entries and ten times the bytes. */
function writeDays(
  db: Firestore,
  batch: WriteBatch,
  collection: string,
  id: string,
  sequence: number,
  days: ReadonlyMap<Day, unknown>,
): void {
  const content = compressJson(JSON.stringify(Object.fromEntries(days)));
  batch.set(db.collection(collection).doc(id), { sequence, content });
}

function writeCellsAndClaim(db: Firestore, batch: WriteBatch, { settled = [], claim }: PlanningChange): void {
  for (const { cell, to } of settled) {
    if (to === null) batch.set(db.doc(placePath({ kind: 'cell', ...cell })), { status: 'IMPOSSIBLE' }, { merge: true });
  }
  if (claim !== undefined) createRun(db, batch, claim.run, claim.tasks);
}

const unpack = (content: unknown): unknown =>
  content instanceof Uint8Array ? JSON.parse(zstdDecompressSync(content).toString('utf8')) : {};

async function readOpenRuns(db: Firestore, runIds: readonly string[]): Promise<OpenRun[]> {
  if (runIds.length === 0) return [];
  const runs = await readRuns(db, runIds);
  const found: Task[] = [];
  for (let start = 0; start < runIds.length; start += MAX_IN_VALUES) {
    const some = await db
      .collection(LEDGER)
      .where('runId', 'in', runIds.slice(start, start + MAX_IN_VALUES))
      .get();
    found.push(...some.docs.map((snapshot) => Task.parse(snapshot.data())));
  }
  const byRun = Map.groupBy(found, (task) => task.runId);
  return runs.map((run) => ({ run, tasks: byRun.get(run.id) ?? [] }));
}
