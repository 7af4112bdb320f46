/**
 * Planning state in Firestore. `planner/state` holds a sequence that every change raises, under a precondition: there is one
 * writer at a time. Beside the sequence lies where everything stands, packed, so that a day on which nothing changed is planned
 * from this one document. Books (settled cells with their vectors) and days of root data are read when a plan asks for them, and
 * what a process has read is true for as long as the state names the same sequence for it.
 */
import type { Firestore } from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import { RetryableError } from '../../errors.ts';
import type { Settled } from '../../mill/model/cell.ts';
import { type MemoryBook, MemoryContent } from '../../mill/model/memory-book.ts';
import { hasDay } from '../../mill/planning/day-set.ts';
import type { Planning } from '../../mill/ports/planning.ts';
import { type Day, toOrdinal } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';
import { ownMember } from '../../values/own-member.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { bookOf, computationOf, cutToFit, partsIn } from './book-parts.ts';
import { Book, DayHashes, forgetOldest, keepLast, type Kept, wantedOf } from './day-documents.ts';
import { controlIn } from './firestore-control.ts';
import { readOpenRuns } from './firestore-open-runs.ts';
import { hashesInDays, newestBook, recover, settledInPart, writeRecovered } from './firestore-recovery.ts';
import { AVAILABILITY, BOOKS, MEMORY, PLANNER } from './paths.ts';
import { aheadOf, booksTouchedBy, PLAN_SIZES, planName, type PlanSizes, prepareCommit } from './plan-commit.ts';
import { versionText } from './ledger-document.ts';
import { Content, Head, type Loaded, NOTHING, packPages, unpack, writtenIn } from './planner-document.ts';
import { collectPages, dropPages, readPages, writePages } from './planner-pages.ts';

const NO_PART: ReadonlyMap<Day, Settled> = new Map();

/** Reads of a state whose pages are of another commit, before it is taken to be torn for good. */
const MAX_TORN_READS = 10;

export function firestorePlanning(db: Firestore, given: Partial<PlanSizes> = {}): Planning {
  const sizes = { ...PLAN_SIZES, ...given };
  let loaded = NOTHING;
  const books = new Map<string, Kept<Settled>>();
  const data = new Map<string, Kept<Hash>>();
  let memory: { readonly writtenIn: number; readonly book: MemoryBook } = { writtenIn: 0, book: new Map() };
  /** Ascending; see book-parts.ts. */
  let partsOf = partsIn([]);
  const settledOf = (id: string) => settledInPart(db, id, partsOf(bookOf(id)));
  const openHashesOf = (dataset: string) => {
    const open = ownMember(loaded.content.datasets, dataset)?.days ?? [];
    return hashesInDays(db, dataset, (day) => hasDay(open, toOrdinal(day)));
  };

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
      const { content, ...found } = Head.parse(head.data());
      const { sequence, commit } = found;
      if (sequence === loaded.sequence && commit === loaded.commit)
        return { ...loaded, control, updateTime: head.updateTime };
      const rest = await readPages(db, found);
      // Written since: the head is another by now, too.
      if (rest === undefined) {
        if (++torn < MAX_TORN_READS) continue;
        await recoverState(sequence);
        torn = 0;
        continue;
      }
      const whole = Buffer.concat([content, ...rest]);
      return { ...found, commit, content: Content.parse(unpack(whole)), control, updateTime: head.updateTime };
    }
  };

  /** What the state was made from is still there: it is made anew from that. */
  const recoverState = async (after: number): Promise<void> => {
    const found = await recover(db, Math.max(after, loaded.sequence, await newestBook(db)));
    const { sequence, standings } = found;
    const parts = [...found.books].flatMap(([id, days]) => cutToFit(id, days, sizes.partBytes));
    const ids = parts.map(({ id }) => id);
    const content: Content = { ...NOTHING.content, standings, books: writtenIn(ids, sequence) };
    const { first, rest } = packPages(content, sizes.pageBytes);
    const commit = randomUUID();
    const head = { sequence, openRuns: [], pages: rest.length, pagesOf: commit, commit, content: first };
    await writePages(db, head, rest, planName(sizes));
    await writeRecovered(db, { sequence, parts }, head, planName(sizes));
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

  /** A book that is at hand, whole. */
  const bookAtHand = (id: string): ReadonlyMap<Day, Settled> | undefined => {
    const parts = partsOf(id).map((part) => books.get(part)?.days);
    if (parts.includes(undefined)) return undefined;
    return parts.length === 1 ? parts[0] : new Map(parts.flatMap((days = NO_PART) => Array.from(days)));
  };

  return {
    async load() {
      const before = loaded.content;
      loaded = await readState();
      forgetStale(loaded);
      // Here, since a snapshot that is at work shows what was fetched for it.
      forgetOldest(books, sizes.keptBytes);
      forgetOldest(data, sizes.keptBytes);
      if (loaded.content !== before) partsOf = partsIn(Object.keys(loaded.content.books));
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
          books: new Map(
            [...new Set([...books.keys()].map(bookOf))].flatMap((id) => {
              const days = bookAtHand(id);
              return days === undefined ? [] : [[id, days] as const];
            }),
          ),
          data: new Map([...data].map(([name, { days }]) => [name, days])),
        },
        open: await readOpenRuns(db, openRuns),
      };
    },

    async fetch(snapshot, missing) {
      const { content, sequence } = loaded;
      if (sequence !== snapshot.sequence) throw overtaken();
      const parts = [...missing.books].flatMap((id) => partsOf(id)).filter((id) => !books.has(id));
      const wanted = [
        ...wantedOf(parts, BOOKS, content.books, Book, books, settledOf),
        ...wantedOf(missing.data, AVAILABILITY, content.data, DayHashes, data, openHashesOf),
      ];
      const refs = wanted.map(({ collection, id }) => db.collection(collection).doc(id));
      const documents = refs.length === 0 ? [] : await db.getAll(...refs);
      for (const [index, one] of wanted.entries()) {
        const document = documents[index];
        const written = Number(document?.get('sequence') ?? 0);
        if (written > one.writtenIn) throw await newerThanState(written);
        if (document !== undefined && written === one.writtenIn) one.keep(document);
        // Gone, or set back: what it was made from is still there.
        else await one.remake();
      }
      const shown = snapshot.books as {
        books: Map<string, ReadonlyMap<Day, Settled>>;
        data: Map<string, ReadonlyMap<Day, Hash>>;
      };
      for (const id of missing.books) shown.books.set(id, bookAtHand(id) ?? new Map());
      for (const name of missing.data) shown.data.set(name, data.get(name)?.days ?? new Map());
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
      await this.fetch(snapshot, { books: new Set(ids.map(bookOf)), data: new Set() });
      return ids.flatMap((id) =>
        [...(books.get(id)?.days ?? [])]
          .filter(([, settled]) => (settled.foldedIn ?? 0) > sequence)
          .map(([date, settled]) => ({ cell: { computation: computationOf(id), date }, settled })),
      );
    },

    async ahead(snapshot, change) {
      if ((change.settled ?? []).length === 0) return 0;
      await this.fetch(snapshot, { books: booksTouchedBy(change), data: new Set() });
      return aheadOf({ loaded, snapshot, books }, change, sizes);
    },

    async commit(snapshot, change) {
      if (loaded.sequence !== snapshot.sequence) return undefined;
      await this.fetch(snapshot, { books: booksTouchedBy(change), data: new Set() });
      const prepared = await prepareCommit(db, { loaded, snapshot, books }, change, sizes);
      try {
        const results = await prepared.batch.commit();
        if (prepared.loaded.pages + loaded.pages > 0) await collectPages(db, prepared.loaded.sequence);
        const time = results.at(-1)?.writeTime;
        loaded = { ...prepared.loaded, updateTime: time };
        partsOf = partsIn(Object.keys(loaded.content.books));
        for (const [id, kept] of prepared.books) keepLast(books, id, kept);
        for (const [name, kept] of prepared.data) keepLast(data, name, kept);
        if (prepared.memory !== undefined) memory = { writtenIn: loaded.sequence, book: prepared.memory };
        // All writes of a commit are of one time.
        return prepared.tasks.map((task) => ({ task, version: versionText(time) }));
      } catch (thrown) {
        // It may have landed all the same: what is there now says so.
        loaded = NOTHING;
        if (!isConflict(thrown)) throw unavailable('the plan was not saved', thrown);
        await dropPages(db, prepared.loaded);
        return undefined;
      }
    },
  };
}

const overtaken = (): RetryableError =>
  new RetryableError('CONTENTION', 'the plan changed while it was being read; ask again');
