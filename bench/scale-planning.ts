/**
 * The planner's store in a simulated night: the real dispatch asks it, and it counts the documents that `src/google/mill` would read and write
 * for that, packed by the same code. Reads are those of `firestorePlanning` (`readState`, `fetch`, `readOpenRuns`), writes those of `prepareCommit`.
 */
import { bookOf, cutToFit, type PartId } from '../src/google/mill/book-parts.ts';
import { forgetOldest, keepLast, type Kept, KEPT_BYTES } from '../src/google/mill/day-documents.ts';
import { toLedger } from '../src/google/mill/ledger-document.ts';
import { aheadOf, booksTouchedBy, PLAN_SIZES } from '../src/google/mill/plan-commit.ts';
import { contentAfter, type Loaded, NOTHING, packPages, PAGE_BYTES } from '../src/google/mill/planner-document.ts';
import { writeBytes } from '../src/google/sizes.ts';
import type { MadeTask } from '../src/mill/model/message.ts';
import type { Settled } from '../src/mill/model/cell.ts';
import { NOTHING_STOPPED } from '../src/mill/model/control.ts';
import type { MemoryBook } from '../src/mill/model/memory-book.ts';
import { daySetOfDays } from '../src/mill/planning/day-set.ts';
import type { OpenRun } from '../src/mill/planning/fold.ts';
import { bookId } from '../src/mill/planning/shelf.ts';
import type { Planning, PlanningChange, PlanningSnapshot } from '../src/mill/ports/planning.ts';
import type { Day } from '../src/values/date.ts';
import type { Hash } from '../src/values/hash.ts';
import type { FirestoreModel, Hot } from './scale-platform.ts';
import type { ScaleWorld } from './scale-world.ts';

/** Of one packed cell of a book that was not measured yet. */
const CELL_BYTES = 80;

export class ScalePlanning implements Planning {
  /** When the dispatch at hand has its last answer. */
  atMs = 0;
  /** The largest. */
  stateBytes = 0;
  pages = 1;
  bookBytes = 0;
  commitBytes = 0;
  /** Commits that a plan was too much for. */
  ahead_ = 0;
  booksRead = 0;
  commits = 0;
  /** Claimed, and not closed. */
  readonly open = new Map<string, OpenRun>();
  readonly #world: ScaleWorld;
  readonly #store: FirestoreModel;
  readonly #kept = new Map<PartId, Kept<Settled>>();
  readonly #data = new Map<string, ReadonlyMap<Day, Hash>>();
  #loaded: Loaded;
  #memory: MemoryBook = new Map();
  #watched: Day | undefined;
  #cellBytes = CELL_BYTES;
  #isCold = true;

  constructor(world: ScaleWorld, store: FirestoreModel) {
    this.#world = world;
    this.#store = store;
    const years = [Number(world.from.slice(0, 4)), Number(world.to.slice(0, 4))] as const;
    const books: Record<string, number> = {};
    for (const name of world.standings.keys())
      for (let year = years[0]; year <= years[1]; year++) books[`${name}.${year}`] = 1;
    const content = {
      ...NOTHING.content,
      standings: Object.fromEntries(world.standings),
      datasets: Object.fromEntries(world.datasets),
      books,
    };
    this.#loaded = { ...NOTHING, sequence: world.sequence, content };
  }

  async load(): Promise<PlanningSnapshot> {
    const { standings, datasets, sequence } = this.#world;
    const open = [...this.open.values()];
    // The state and, in a cold process, its pages; of each open run its document, and its tasks.
    const documents =
      1 + (this.#isCold ? this.pages - 1 : 0) + open.reduce((sum, { tasks }) => sum + 1 + tasks.length, 0);
    this.atMs = this.#store.read(this.atMs, documents, this.stateBytes);
    this.#isCold = false;
    forgetOldest(this.#kept, KEPT_BYTES);
    const books = new Map([...this.#kept].map(([id, { days }]) => [id, days]));
    return {
      sequence,
      standings,
      datasets,
      equivalents: new Map(),
      distrusted: new Map(),
      watched: this.#watched,
      control: NOTHING_STOPPED,
      books: { books, data: new Map(this.#data) },
      open,
    };
  }

  async fetch(
    snapshot: PlanningSnapshot,
    missing: { readonly books: Iterable<string>; readonly data: Iterable<string> },
  ) {
    const shown = snapshot.books as {
      books: Map<string, ReadonlyMap<Day, Settled>>;
      data: Map<string, ReadonlyMap<Day, Hash>>;
    };
    let [documents, bytes] = [0, 0];
    for (const id of missing.books) {
      const kept = this.#kept.get(id);
      if (kept === undefined) {
        const days = this.#world.bookOf(id);
        const one = { writtenIn: snapshot.sequence, days, bytes: Math.ceil(days.size * this.#cellBytes) };
        // What was never written is not read.
        if (this.#loaded.content.books[id] !== undefined) [documents, bytes] = [documents + 1, bytes + one.bytes];
        keepLast(this.#kept, id, one);
      }
      shown.books.set(id, this.#kept.get(id)?.days ?? new Map());
    }
    for (const name of missing.data) {
      if (!this.#data.has(name)) documents++;
      const days = this.#data.get(name) ?? this.#world.dataOf(name);
      this.#data.set(name, days);
      shown.data.set(name, days);
    }
    this.booksRead += documents;
    if (documents > 0) this.atMs = this.#store.read(this.atMs, documents, bytes);
  }

  async memory(): Promise<MemoryBook> {
    return this.#memory;
  }

  async settledAfter(): Promise<never> {
    throw new Error('nobody explains anything in a simulated night');
  }

  async ahead(snapshot: PlanningSnapshot, change: PlanningChange): Promise<number> {
    if ((change.settled ?? []).length === 0) return 0;
    await this.fetch(snapshot, { books: booksTouchedBy(change), data: [] });
    const some = aheadOf({ loaded: this.#loaded, snapshot, books: this.#kept }, change, PLAN_SIZES);
    if (some > 0) this.ahead_++;
    return some;
  }

  async commit(snapshot: PlanningSnapshot, change: PlanningChange): Promise<readonly MadeTask[]> {
    const { settled = [], claim, closedRuns = [], memory } = change;
    await this.fetch(snapshot, { books: booksTouchedBy(change), data: [] });
    const sequence = this.#world.sequence + 1;
    const hot: [Hot, string][] = [];
    let bytes = 0;
    for (const [id, cells] of Map.groupBy(settled, ({ cell }) => bookId(cell.computation, cell.date))) {
      const days = new Map(this.#kept.get(id)?.days);
      for (const { cell, to } of cells) if (to !== null) days.set(cell.date, to);
      const packed = this.#packed(id, days);
      keepLast(this.#kept, id, { writtenIn: sequence, days, bytes: packed });
      hot.push(['book', id]);
      bytes += packed;
      this.#world.note(
        bookOf(id).slice(0, bookOf(id).lastIndexOf('.')),
        daySetOfDays(cells.map(({ cell }) => cell.date)),
      );
    }
    if (memory !== undefined) hot.push(['planner/memory', '']);
    if (claim !== undefined) {
      hot.push(['run', claim.run.id]);
      for (let leaf = 0; leaf < (claim.run.leaves ?? 0); leaf++) hot.push(['counter', `${claim.run.id} ${leaf}`]);
      for (const task of claim.tasks) hot.push(['task', task.id]);
      bytes += claim.tasks.reduce(
        (sum, task) => sum + writeBytes(`computation_audit_ledger/${task.id}`, toLedger(task)),
        0,
      );
    }
    const parts = new Set(settled.map(({ cell }) => bookId(cell.computation, cell.date)));
    const content = contentAfter(this.#loaded.content, change, parts, sequence);
    const { first, rest } = packPages(content, PAGE_BYTES);
    const stateBytes = rest.reduce((sum, page) => sum + page.byteLength, first.byteLength);
    // Pages are written ahead of the head, and those before are deleted after it.
    if (rest.length > 0)
      this.atMs = this.#store.commit(
        this.atMs,
        [],
        rest.map(() => 'pages'),
        stateBytes,
      );
    this.atMs = this.#store.commit(this.atMs, [['planner/state', ''], ...hot], [], bytes + first.byteLength);
    if (rest.length > 0) {
      this.atMs = this.#store.read(this.atMs, rest.length);
      this.#store.deletes += this.pages - 1;
    }
    this.stateBytes = Math.max(this.stateBytes, stateBytes);
    this.pages = Math.max(this.pages, 1 + rest.length);
    this.commitBytes = Math.max(this.commitBytes, bytes + first.byteLength);
    this.commits++;
    this.#loaded = { ...this.#loaded, sequence, content };
    this.#world.sequence = sequence;
    this.#world.standings = change.standings ?? this.#world.standings;
    this.#world.datasets = change.datasets ?? this.#world.datasets;
    this.#memory = memory ?? this.#memory;
    this.#watched = change.watched ?? this.#watched;
    for (const id of closedRuns) {
      for (const task of this.open.get(id)?.tasks ?? []) this.#store.forget('task', task.id);
      this.open.delete(id);
    }
    if (claim !== undefined) this.open.set(claim.run.id, claim);
    return (claim?.tasks ?? []).map((task) => ({ task, version: String(sequence) }));
  }

  /** Of cells that were settled beside the simulation: what was read of them is no longer so. */
  forget(): void {
    this.#kept.clear();
    const { sequence, standings } = this.#world;
    const content = contentAfter(this.#loaded.content, { standings }, [], sequence);
    const books = { ...content.books };
    for (const [name, { made }] of standings) {
      if (made.length === 0) continue;
      for (let year = Number(this.#world.from.slice(0, 4)); year <= Number(this.#world.to.slice(0, 4)); year++)
        books[`${name}.${year}`] ??= sequence;
    }
    this.#loaded = { ...this.#loaded, sequence, content: { ...content, books } };
  }

  /** The largest there can be of a computation like the last: packed for real, after the night. */
  bookOfAYear(): number {
    const name = this.#world.manifest.computations.at(-1)?.name ?? '';
    const parts = cutToFit(name, this.#world.bookOf(`${name}.${this.#world.from.slice(0, 4)}`));
    return Math.max(this.bookBytes, ...parts.map(({ content }) => content.byteLength));
  }

  /** Packed for real where a book is larger than any before, and by its days else: packing all takes most of a night's time. */
  #packed(id: PartId, days: ReadonlyMap<Day, Settled>): number {
    const about = days.size * this.#cellBytes;
    if (about <= this.bookBytes) return Math.ceil(about);
    const parts = cutToFit(id, days);
    const bytes = parts.reduce((sum, part) => sum + part.content.byteLength, 0);
    this.bookBytes = Math.max(this.bookBytes, ...parts.map((part) => part.content.byteLength));
    this.#cellBytes = bytes / days.size;
    return bytes;
  }
}
