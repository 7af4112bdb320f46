/**
 * Planning state in Firestore. `planner/state` holds a sequence that every change raises, under a precondition: there is one
 * writer at a time. Beside the sequence lies where everything stands, packed, so that a day on which nothing changed is planned
 * from this one document. Books (settled cells with their vectors) and days of root data are read when a plan asks for them, and
 * what a process has read is true for as long as the state names the same sequence for it.
 */
import type { Firestore } from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import { RetryableError } from '../../errors.ts';
import { compressJson } from '../../mill/execution/artifact-codec.ts';
import type { Settled } from '../../mill/model/cell.ts';
import { type MemoryBook, MemoryContent } from '../../mill/model/memory-book.ts';
import { hasDay } from '../../mill/planning/day-set.ts';
import type { Planning, PlanningChange } from '../../mill/ports/planning.ts';
import { type Day, toOrdinal } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';
import { ownMember } from '../../values/own-member.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { type CommitName, MeasuredBatch } from '../measured-batch.ts';
import { Book, booksTouchedBy, DayHashes, type Kept, wantedOf, writeDays } from './day-documents.ts';
import { controlIn } from './firestore-control.ts';
import { createRun } from './firestore-counters.ts';
import { readOpenRuns } from './firestore-open-runs.ts';
import { hashesInDays, newestBook, recover, settledInResults, writeRecovered } from './firestore-recovery.ts';
import { AVAILABILITY, BOOKS, MEMORY, placePath, PLANNER, PLANNER_PAGES } from './paths.ts';
import {
  Content,
  contentAfter,
  Head,
  type Loaded,
  NOTHING,
  packPages,
  PAGE_BYTES,
  unpack,
  writtenIn,
} from './planner-document.ts';

const PLAN: CommitName = {
  what: 'the plan',
  next: 'Make it in parts: of fewer computations (--select), or of fewer days (--from).',
};

/** Reads of a state whose pages are of another commit, before it is taken to be torn for good. */
const MAX_TORN_READS = 10;

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
    const { first, rest } = packPages(content, pageBytes);
    const batch = db.batch();
    for (const [index, packed] of rest.entries()) batch.set(page(index + 1), { sequence, content: packed });
    await batch.commit();
    await writeRecovered(db, found, {
      sequence,
      openRuns: [],
      pages: rest.length,
      commit: randomUUID(),
      content: first,
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
      const batch = new MeasuredBatch(db, PLAN);
      const { first, rest } = packPages(content, pageBytes);
      const pages = rest.length;
      const closed = new Set(change.closedRuns);
      // A run whose document is lost has no tasks that anybody waits for: its cells are claimed anew.
      const there = new Set(snapshot.open.map(({ run }) => run.id));
      const openRuns = base.openRuns.filter((id) => !closed.has(id) && there.has(id));
      if (change.claim !== undefined) openRuns.push(change.claim.run.id);
      const commit = randomUUID();
      const head = { sequence, openRuns, pages, commit, content: first };
      if (base.updateTime === undefined) batch.create(db.doc(PLANNER), head);
      else batch.update(db.doc(PLANNER), head, { lastUpdateTime: base.updateTime });
      for (const [index, packed] of rest.entries()) batch.set(page(index + 1), { sequence, content: packed });
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

const overtaken = (): RetryableError =>
  new RetryableError('CONTENTION', 'the plan changed while it was being read; ask again');

function writeCellsAndClaim(db: Firestore, batch: MeasuredBatch, { settled = [], claim }: PlanningChange): void {
  for (const { cell, to } of settled) {
    if (to === null) batch.set(db.doc(placePath({ kind: 'cell', ...cell })), { status: 'IMPOSSIBLE' }, { merge: true });
  }
  if (claim !== undefined) createRun(db, batch, claim.run, claim.tasks);
}
