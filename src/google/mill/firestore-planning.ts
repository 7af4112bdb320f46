/**
 * Planning state in Firestore. `planner/state` holds a sequence that every change raises, under a precondition: there is one
 * writer at a time. Beside the sequence lies where everything stands, packed, so that a day on which nothing changed is planned
 * from this one document. Books (settled cells with their vectors) and days of root data are read when a plan asks for them, and
 * what a process has read is true for as long as the state names the same sequence for it.
 */
import type { DocumentSnapshot, Firestore, Timestamp, WriteBatch } from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { compressJson } from '../../mill/execution/artifact-codec.ts';
import { Settled } from '../../mill/model/cell.ts';
import { type Control, NOTHING_STOPPED } from '../../mill/model/control.ts';
import { Day, toOrdinal } from '../../values/date.ts';
import { Distrust } from '../../mill/model/distrust.ts';
import { Hash } from '../../values/hash.ts';
import { type MemoryBook, MemoryContent } from '../../mill/model/memory-book.ts';
import { ownMember } from '../../values/own-member.ts';
import { Task } from '../../mill/model/task.ts';
import type { OpenRun } from '../../mill/planning/fold.ts';
import { hasDay } from '../../mill/planning/day-set.ts';
import { bookId } from '../../mill/planning/shelf.ts';
import { DatasetStanding, Standing } from '../../mill/planning/standing.ts';
import type { Planning, PlanningChange } from '../../mill/ports/planning.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { controlIn } from './firestore-control.ts';
import { createRun, readRuns } from './firestore-counters.ts';
import { hashesInDays, newestBook, recover, settledInResults, writeRecovered } from './firestore-recovery.ts';
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
  /** Names the commit: after a restore the same sequence may come again with other content. */
  commit: z.string().optional(),
  content: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** Firestore takes 1 MiB a document, names and overhead included. */
export const PAGE_BYTES = 900_000;

/** Reads of a state whose pages are of another commit, before it is taken to be torn for good. */
const MAX_TORN_READS = 10;

/** Firestore's limit on the values of an `in` filter. */
const MAX_IN_VALUES = 30;

const Book = z.record(Day, Settled);
const DayHashes = z.record(Day, Hash);

interface Loaded {
  readonly sequence: number;
  readonly openRuns: readonly string[];
  readonly pages: number;
  readonly commit: string | undefined;
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
  commit: undefined,
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
  const settledOf = (id: string) => {
    const dot = id.lastIndexOf('.');
    return settledInResults(db, id.slice(0, dot), id.slice(dot + 1));
  };
  const openHashesOf = (dataset: string) => {
    const open = ownMember(loaded.content.datasets, dataset)?.days ?? [];
    return hashesInDays(db, dataset, (day) => hasDay(open, toOrdinal(day)));
  };
  const page = (number: number) => db.collection(PLANNER_PAGES).doc(String(number));

  const readState = async (): Promise<Loaded> => {
    for (let torn = 0; ;) {
      const head = await db.doc(PLANNER).get();
      const control = controlIn(head.get('control'));
      // Somebody may have paused a computation before anything was planned.
      if (head.get('sequence') === undefined) {
        const newest = await newestBook(db);
        if (newest === 0) return { ...NOTHING, control, updateTime: head.updateTime };
        await recoverState(newest);
        continue;
      }
      const { sequence, openRuns, pages, content, commit } = Head.parse(head.data());
      if (sequence === loaded.sequence && commit === loaded.commit)
        return { ...loaded, control, updateTime: head.updateTime };
      const refs = Array.from({ length: pages }, (_, index) => page(index + 1));
      const rest = refs.length === 0 ? [] : await db.getAll(...refs);
      // Written since: the head is another by now, too.
      if (rest.some((one) => one.get('sequence') !== sequence)) {
        if (++torn < MAX_TORN_READS) continue;
        await recoverState(sequence);
        torn = 0;
        continue;
      }
      const packed = Buffer.concat([content, ...rest.map((one) => one.get('content') as Uint8Array)]);
      return {
        sequence,
        openRuns,
        pages,
        commit,
        content: Content.parse(unpack(packed)),
        control,
        updateTime: head.updateTime,
      };
    }
  };

  /** What the state was made from is still there: it is made anew from that. */
  const recoverState = async (after: number): Promise<void> => {
    const found = await recover(db, Math.max(after, loaded.sequence, await newestBook(db)));
    const { sequence, standings } = found;
    const content: Content = { ...NOTHING.content, standings, books: writtenIn(found.books.keys(), sequence) };
    const packed = compressJson(JSON.stringify(content));
    const rest = Math.max(0, Math.ceil(packed.byteLength / pageBytes) - 1);
    const batch = db.batch();
    for (let number = 1; number <= rest; number++)
      batch.set(page(number), { sequence, content: packed.subarray(number * pageBytes, (number + 1) * pageBytes) });
    await batch.commit();
    await writeRecovered(db, found, {
      sequence,
      openRuns: [],
      pages: rest,
      commit: randomUUID(),
      content: packed.subarray(0, pageBytes),
    });
    loaded = NOTHING;
    books.clear();
    data.clear();
    memory = { writtenIn: 0, book: new Map() };
  };

  /** A document that the state does not know: the state moved on since it was read, or was set back. */
  const newerThanState = async (sequence: number): Promise<RetryableError> => {
    const head = await db.doc(PLANNER).get();
    if (Number(head.get('sequence') ?? 0) < sequence) await recoverState(sequence);
    return overtaken();
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
        ...wantedOf(missing.books, BOOKS, content.books, Book, books, snapshot.books.books, settledOf),
        ...wantedOf(missing.data, AVAILABILITY, content.data, DayHashes, data, snapshot.books.data, openHashesOf),
      ];
      const stored = wanted.filter(({ writtenIn }) => writtenIn !== undefined);
      const refs = stored.map(({ collection, id }) => db.collection(collection).doc(id));
      const documents = refs.length === 0 ? [] : await db.getAll(...refs);
      for (const one of wanted) if (one.writtenIn === undefined) one.keep(undefined);
      for (const [index, one] of stored.entries()) {
        const written = Number(documents[index]?.get('sequence') ?? 0);
        if (written > (one.writtenIn ?? 0)) throw await newerThanState(written);
        if (written === one.writtenIn) one.keep(documents[index]);
        // Gone, or set back: what it was made from is still there.
        else await one.remake();
      }
    },

    async memory(snapshot) {
      const { sequence, content } = loaded;
      if (sequence !== snapshot.sequence) throw overtaken();
      if (memory.writtenIn !== content.memory) {
        const document = await db.doc(MEMORY).get();
        const written = Number(document.get('sequence') ?? 0);
        if (written > content.memory) throw await newerThanState(written);
        // Gone, or set back: what tasks take is learned again.
        if (written < content.memory) return new Map();
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
      // A run whose document is lost has no tasks that anybody waits for: its cells are claimed anew.
      const there = new Set(snapshot.open.map(({ run }) => run.id));
      const openRuns = base.openRuns.filter((id) => !closed.has(id) && there.has(id));
      if (change.claim !== undefined) openRuns.push(change.claim.run.id);
      const commit = randomUUID();
      const head = { sequence, openRuns, pages, commit, content: packed.subarray(0, pageBytes) };
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
        loaded = { ...base, sequence, openRuns, pages, commit, content, updateTime: result?.writeTime };
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

const writtenIn = (ids: Iterable<string>, sequence: number) => Object.fromEntries([...ids].map((id) => [id, sequence]));

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
  remake: (id: string) => Promise<ReadonlyMap<Day, T>>,
) {
  return [...ids].map((id) => {
    const expected = ownMember(writtenIn, id);
    const show = (days: ReadonlyMap<Day, T>): void => {
      if (expected !== undefined) kept.set(id, { writtenIn: expected, days });
      (shown as Map<string, ReadonlyMap<Day, T>>).set(id, days);
    };
    return {
      collection,
      id,
      writtenIn: expected,
      keep: (document: DocumentSnapshot | undefined) =>
        show(
          document === undefined ? new Map() : new Map(Object.entries(schema.parse(unpack(document.get('content'))))),
        ),
      remake: async () => show(await remake(id)),
    };
  });
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
  return {
    standings: change.standings === undefined ? base.standings : Object.fromEntries(change.standings),
    datasets: change.datasets === undefined ? base.datasets : Object.fromEntries(change.datasets),
    equivalents:
      change.equivalents === undefined
        ? base.equivalents
        : Object.fromEntries([...change.equivalents].map(([name, hashes]) => [name, [...hashes]])),
    distrusted: change.distrusted === undefined ? base.distrusted : Object.fromEntries(change.distrusted),
    watched: change.watched ?? base.watched,
    books: { ...base.books, ...writtenIn(touchedBooks, sequence) },
    data: { ...base.data, ...writtenIn(change.data?.keys() ?? [], sequence) },
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
