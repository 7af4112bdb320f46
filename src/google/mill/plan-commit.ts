/** A change of the plan as one commit: the state, the parts of books that it touches, days of data, and a claim. */
import type { Firestore } from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import type { Settled } from '../../mill/model/cell.ts';
import type { MemoryBook } from '../../mill/model/memory-book.ts';
import type { Task } from '../../mill/model/task.ts';
import { bookId } from '../../mill/planning/shelf.ts';
import type { PlanningChange, PlanningSnapshot } from '../../mill/ports/planning.ts';
import type { Day } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';
import { type CommitName, MeasuredBatch } from '../measured-batch.ts';
import { MAX_COMMIT_BYTES, writeBytes } from '../sizes.ts';
import { cutToFit, packed, PART_BYTES, type PartId, partsIn, partWith } from './book-parts.ts';
import { type Kept, KEPT_BYTES } from './day-documents.ts';
import { createRun } from './firestore-counters.ts';
import { toLedger } from './ledger-document.ts';
import { AVAILABILITY, BOOKS, LEDGER, MEMORY, placePath, PLANNER } from './paths.ts';
import { contentAfter, type Loaded, packPages, PAGE_BYTES } from './planner-document.ts';
import { writePages } from './planner-pages.ts';

/** Where things are cut; smaller in tests. */
export interface PlanSizes {
  /** Of the state's document and its pages. */
  readonly pageBytes: number;
  readonly partBytes: number;
  readonly commitBytes: number;
  /** Of memory for books, and for days of data, that a process keeps. */
  readonly keptBytes: number;
}

export const PLAN_SIZES: PlanSizes = {
  pageBytes: PAGE_BYTES,
  partBytes: PART_BYTES,
  commitBytes: MAX_COMMIT_BYTES,
  keptBytes: KEPT_BYTES,
};

export const planName = ({ commitBytes }: PlanSizes): CommitName => ({
  what: 'the plan',
  next: 'Make it in parts: of fewer computations (--select), or of fewer days (--from).',
  maxBytes: commitBytes,
});

/** What a commit is made upon. */
export interface PlanBase {
  readonly loaded: Loaded;
  readonly snapshot: PlanningSnapshot;
  /** Parts of books, those that the change touches among them. */
  readonly books: ReadonlyMap<PartId, Kept<Settled>>;
}

/** Books that the change touches. */
export const booksTouchedBy = ({ settled = [] }: PlanningChange): Set<string> =>
  new Set(settled.map(({ cell }) => bookId(cell.computation, cell.date)));

/** A commit that is ready to be made: its pages are written, and nobody sees them yet. */
export interface PreparedCommit {
  readonly batch: MeasuredBatch;
  /** Once it is made, but for the time of its head. */
  readonly loaded: Omit<Loaded, 'updateTime'>;
  readonly books: ReadonlyMap<PartId, Kept<Settled>>;
  readonly data: ReadonlyMap<string, Kept<Hash>>;
  /** When it changes. */
  readonly memory: MemoryBook | undefined;
  /** Of its claim, as they are stored. */
  readonly tasks: readonly Task[];
}

/** @throws {TerminalError} TOO_LARGE */
export async function prepareCommit(
  db: Firestore,
  base: PlanBase,
  change: PlanningChange,
  sizes: PlanSizes,
): Promise<PreparedCommit> {
  const { loaded, snapshot } = base;
  const name = planName(sizes);
  const sequence = loaded.sequence + 1;
  const batch = new MeasuredBatch(db, name);
  const books = new Map<PartId, Kept<Settled>>();
  for (const { id, days, content } of changedParts(base, change, sizes)) {
    batch.set(db.collection(BOOKS).doc(id), { sequence, content });
    books.set(id, { writtenIn: sequence, days, bytes: content.byteLength });
  }
  const data = new Map<string, Kept<Hash>>();
  for (const [dataset, days] of change.data ?? []) {
    const content = packed(days);
    batch.set(db.collection(AVAILABILITY).doc(dataset), { sequence, content });
    data.set(dataset, { writtenIn: sequence, days, bytes: content.byteLength });
  }
  const memory = change.memory === undefined ? undefined : packMemory(change.memory, sizes.pageBytes);
  if (memory !== undefined) batch.set(db.doc(MEMORY), { sequence, content: memory.content });
  const tasks = writeCellsAndClaim(db, batch, change);

  const content = contentAfter(loaded.content, change, books.keys(), sequence);
  const { first, rest } = packPages(content, sizes.pageBytes);
  const commit = randomUUID();
  const pagesOf = rest.length === 0 ? {} : { pagesOf: commit };
  await writePages(db, { sequence, ...pagesOf }, rest, name);
  const openRuns = openRunsAfter(loaded, snapshot, change);
  const head = { sequence, openRuns, pages: rest.length, ...pagesOf, commit, content: first };
  if (loaded.updateTime === undefined) batch.create(db.doc(PLANNER), head);
  else batch.update(db.doc(PLANNER), head, { lastUpdateTime: loaded.updateTime });
  return { batch, loaded: { ...loaded, ...head, content }, books, data, memory: memory?.book, tasks };
}

/** What was learned longest ago is forgotten first, as in `learn`. */
function packMemory(book: MemoryBook, maxBytes: number): { readonly book: MemoryBook; readonly content: Uint8Array } {
  const content = packed(book);
  if (content.byteLength <= maxBytes) return { book, content };
  return packMemory(new Map([...book].slice(Math.ceil(book.size / 2))), maxBytes);
}

function openRunsAfter(
  { openRuns }: Loaded,
  { open }: PlanningSnapshot,
  { closedRuns = [], claim }: PlanningChange,
): string[] {
  const closed = new Set(closedRuns);
  // A run whose document is lost has no tasks that anybody waits for: its cells are claimed anew.
  const there = new Set(open.map(({ run }) => run.id));
  return [...openRuns.filter((id) => !closed.has(id) && there.has(id)), ...(claim === undefined ? [] : [claim.run.id])];
}

function changedParts(
  { loaded, books }: PlanBase,
  { settled = [] }: PlanningChange,
  { partBytes }: PlanSizes,
): ReturnType<typeof cutToFit> {
  const partsOf = partsIn(Object.keys(loaded.content.books));
  const changes = Map.groupBy(settled, ({ cell }) => partWith(partsOf(bookId(cell.computation, cell.date)), cell.date));
  return [...changes].flatMap(([id, cells]) => {
    const days = new Map<Day, Settled>(books.get(id)?.days);
    for (const { cell, to } of cells) {
      if (to === null) days.delete(cell.date);
      else days.set(cell.date, to);
    }
    return cutToFit(id, days, partBytes);
  });
}

const IMPOSSIBLE = { status: 'IMPOSSIBLE' };

/** Answers the tasks as they are stored. */
function writeCellsAndClaim(
  db: Firestore,
  batch: MeasuredBatch,
  { settled = [], claim }: PlanningChange,
): readonly Task[] {
  for (const { cell, to } of settled)
    if (to === null) batch.set(db.doc(placePath({ kind: 'cell', ...cell })), IMPOSSIBLE, { merge: true });
  return claim === undefined ? [] : createRun(db, batch, claim.run, claim.tasks);
}

/** Tags of a packed document, and its sequence. */
const PACKED_BYTES = 250;

/** Of a settled cell in JSON: its day, quotes and a comma. */
const DAY_BYTES = 15;

/** See `Planning.ahead`. Measured by what a part would take if what comes to it were not packed, which is more than it will. */
export function aheadOf(base: PlanBase, change: PlanningChange, { pageBytes, commitBytes }: PlanSizes): number {
  const { settled = [] } = change;
  if (settled.length === 0) return 0;
  const partsOf = partsIn(Object.keys(base.loaded.content.books));
  const head = pageBytes + PACKED_BYTES;
  const touched = new Set<PartId>();
  let bytes = head;
  let alone = 0;
  for (const { cell, to } of settled) {
    const part = partWith(partsOf(bookId(cell.computation, cell.date)), cell.date);
    if (!touched.has(part)) bytes += PACKED_BYTES + (base.books.get(part)?.bytes ?? 0);
    touched.add(part);
    bytes +=
      to === null
        ? writeBytes(placePath({ kind: 'cell', ...cell }), IMPOSSIBLE)
        : Buffer.byteLength(JSON.stringify(to)) + DAY_BYTES;
    if (bytes <= commitBytes) alone++;
  }
  const fits = bytes <= commitBytes && bytes + bytesBeside(change, pageBytes) <= commitBytes;
  return fits ? 0 : Math.max(1, alone);
}

/** Of what is neither the state nor books. */
function bytesBeside({ memory, claim, data = new Map() }: PlanningChange, pageBytes: number): number {
  const tasks = (claim?.tasks ?? []).reduce((sum, task) => sum + writeBytes(`${LEDGER}/${task.id}`, toLedger(task)), 0);
  const days = [...data.values()].reduce((sum, hashes) => sum + packed(hashes).byteLength + PACKED_BYTES, 0);
  return tasks + days + (memory === undefined ? 0 : pageBytes);
}
