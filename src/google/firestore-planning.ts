/**
 * Planning state in Firestore. `planner/state` holds a sequence that every change raises, under a precondition: there is one
 * writer at a time, and what a process has in memory is still true while the sequence is. A warm dispatcher on a quiet day
 * reads one document.
 */
import type { Firestore, QueryDocumentSnapshot, Timestamp, WriteBatch } from '@google-cloud/firestore';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { compressJson } from '../execution/artifact-codec.ts';
import { Settled } from '../model/cell.ts';
import type { Control } from '../model/control.ts';
import { Day } from '../model/date.ts';
import { Run } from '../model/run.ts';
import { Task } from '../model/task.ts';
import type { Availability, Book } from '../planning/state.ts';
import type { Planning, PlanningChange, PlanningSnapshot } from '../steps/ports.ts';
import { isConflict, unavailable } from './firestore-client.ts';
import { controlIn } from './firestore-control.ts';
import { toLedger, toRunDocument } from './ledger-document.ts';
import { AVAILABILITY, BOOKS, bookId, LEDGER, placePath, PLANNER, RUNS } from './paths.ts';

const PlannerState = z.object({
  sequence: z.number().int(),
  // Absent where somebody paused a computation before anything was planned.
  openRuns: z.array(z.string()).default([]),
  /** Ids of the books there are; see `bookId`. */
  books: z.array(z.string()).default([]),
  datasets: z.array(z.string()).default([]),
});
type PlannerState = z.infer<typeof PlannerState>;

const EMPTY: PlannerState = { sequence: 0, openRuns: [], books: [], datasets: [] };

/** Firestore's limit on the values of an `in` filter. */
const MAX_IN_VALUES = 30;

const BookContent = z.record(Day, Settled);
const AvailabilityContent = z.record(Day, z.string());

interface Loaded {
  readonly state: PlannerState;
  readonly control: Control;
  readonly updateTime: Timestamp | undefined;
  readonly book: Book;
  readonly availability: Availability;
}

export function firestorePlanning(db: Firestore): Planning {
  let cached: Loaded | undefined;

  const loadBooks = async (): Promise<Loaded> => {
    const snapshot = await db.doc(PLANNER).get();
    const state = snapshot.exists ? PlannerState.parse(snapshot.data()) : EMPTY;
    if (cached !== undefined && cached.state.sequence === state.sequence) return cached;
    const refs = [
      ...state.books.map((id) => db.collection(BOOKS).doc(id)),
      ...state.datasets.map((name) => db.collection(AVAILABILITY).doc(name)),
    ];
    const documents = refs.length === 0 ? [] : await db.getAll(...refs);
    const book = new Map<string, Map<Day, Settled>>();
    const availability = new Map<string, Map<Day, string>>();
    for (const [index, document] of documents.entries()) {
      const content = unpack(document.get('content'));
      if (index < state.books.length) {
        const computation = String(document.get('computation'));
        const days = book.get(computation) ?? new Map<Day, Settled>();
        book.set(computation, days);
        for (const [date, settled] of Object.entries(BookContent.parse(content))) days.set(date, settled);
      } else availability.set(document.id, new Map(Object.entries(AvailabilityContent.parse(content))));
    }
    const control = controlIn(snapshot.get('control'));
    cached = { state, control, updateTime: snapshot.updateTime, book, availability };
    return cached;
  };

  return {
    async load() {
      const loaded = await loadBooks();
      const open = await readOpenRuns(db, loaded.state.openRuns);
      const { state, book, availability, control } = loaded;
      return { sequence: state.sequence, book, availability, control, open };
    },
    async commit(snapshot, change) {
      const base = cached;
      if (base === undefined || base.state.sequence !== snapshot.sequence) return false;
      const batch = db.batch();
      const next = apply(base, change);
      const ref = db.doc(PLANNER);
      if (base.updateTime === undefined) batch.create(ref, next.state);
      else batch.update(ref, { ...next.state }, { lastUpdateTime: base.updateTime });
      for (const id of next.touchedBooks) writeBook(db, batch, id, next.book);
      for (const [name, days] of change.availability ?? []) {
        batch.set(db.collection(AVAILABILITY).doc(name), {
          content: compressJson(JSON.stringify(Object.fromEntries(days))),
        });
      }
      for (const { cell, to } of change.settled) {
        if (to === null)
          batch.set(db.doc(placePath({ kind: 'cell', ...cell })), { status: 'IMPOSSIBLE' }, { merge: true });
      }
      if (change.claim !== undefined) {
        batch.create(db.collection(RUNS).doc(change.claim.run.id), toRunDocument(change.claim.run));
        for (const task of change.claim.tasks) batch.create(db.collection(LEDGER).doc(task.id), toLedger(task));
      }
      try {
        const [written] = await batch.commit();
        cached = {
          state: next.state,
          control: base.control,
          book: next.book,
          availability: next.availability,
          updateTime: written?.writeTime,
        };
        return true;
      } catch (thrown) {
        cached = undefined;
        if (isConflict(thrown)) return false;
        throw unavailable('the plan was not saved', thrown);
      }
    },
  };
}

function apply(
  base: Loaded,
  change: PlanningChange,
): Omit<Loaded, 'updateTime' | 'control'> & { touchedBooks: ReadonlySet<string> } {
  const book = new Map(base.book);
  const copied = new Set<string>();
  const touchedBooks = new Set<string>();
  for (const { cell, to } of change.settled) {
    if (!copied.has(cell.computation)) {
      book.set(cell.computation, new Map(book.get(cell.computation)));
      copied.add(cell.computation);
    }
    const days = book.get(cell.computation) as Map<Day, Settled>;
    if (to === null) days.delete(cell.date);
    else days.set(cell.date, to);
    touchedBooks.add(bookId(cell.computation, cell.date));
  }
  const availability = new Map([...base.availability, ...(change.availability ?? [])]);
  const closed = new Set(change.closedRuns);
  const state: PlannerState = {
    sequence: base.state.sequence + 1,
    openRuns: [
      ...base.state.openRuns.filter((id) => !closed.has(id)),
      ...(change.claim === undefined ? [] : [change.claim.run.id]),
    ],
    books: [...new Set([...base.state.books, ...touchedBooks])].sort(),
    datasets: [...availability.keys()].sort(),
  };
  return { state, book, availability, touchedBooks };
}

/** The year's whole book, packed: as a map of fields it would cost thousands of index entries and ten times the bytes. */
function writeBook(db: Firestore, batch: WriteBatch, id: string, book: Book): void {
  const dot = id.lastIndexOf('.');
  const computation = id.slice(0, dot);
  const year = id.slice(dot + 1);
  const days = [...(book.get(computation) ?? [])].filter(([date]) => date.startsWith(year));
  batch.set(db.collection(BOOKS).doc(id), {
    computation,
    year,
    content: compressJson(JSON.stringify(Object.fromEntries(days))),
  });
}

const unpack = (content: unknown): unknown =>
  content instanceof Uint8Array ? JSON.parse(zstdDecompressSync(content).toString('utf8')) : {};

async function readOpenRuns(db: Firestore, runIds: readonly string[]): Promise<PlanningSnapshot['open']> {
  if (runIds.length === 0) return [];
  const runs = (await db.getAll(...runIds.map((id) => db.collection(RUNS).doc(id)))).flatMap((snapshot) =>
    snapshot.exists ? [Run.parse(snapshot.data())] : [],
  );
  const found: QueryDocumentSnapshot[] = [];
  for (let start = 0; start < runIds.length; start += MAX_IN_VALUES) {
    const some = await db
      .collection(LEDGER)
      .where('runId', 'in', runIds.slice(start, start + MAX_IN_VALUES))
      .get();
    found.push(...some.docs);
  }
  const tasks = found.map((snapshot) => Task.parse(snapshot.data()));
  const byRun = Map.groupBy(tasks, (task) => task.runId);
  return runs.map((run) => ({ run, tasks: byRun.get(run.id) ?? [] }));
}
