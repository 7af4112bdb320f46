/**
 * A mill that keeps its books shut: what a plan asks for is handed out and noted. Cells are carried out a wave at a time, of all
 * computations at once, so that ten years are settled in a second.
 */
import { type CellOutcome, cellName, type Settled } from '../../src/mill/model/cell.ts';
import type { Day } from '../../src/values/date.ts';
import { hashOf, hashOfParts, NO_INPUT } from '../../src/values/hash.ts';
import { computationIn, isChained, type Manifest, type ManifestComputation } from '../../src/mill/model/manifest.ts';
import { type InputHashes, type Vector, vectorHash } from '../../src/mill/model/vector.ts';
import { decodeWindow, windowHash } from '../../src/mill/model/window.ts';
import { afterPlan } from '../../src/mill/planning/after-plan.ts';
import { fold, type Fold, type OpenRun } from '../../src/mill/planning/fold.ts';
import { plan, type Plan, type PlannedCell, type PlanRequest } from '../../src/mill/planning/plan.ts';
import { bookId, Shelf } from '../../src/mill/planning/shelf.ts';
import { afterDataChanged, type DatasetStanding, NO_DATASET, type Standing } from '../../src/mill/planning/standing.ts';
import type { PlanningState } from '../../src/mill/planning/state.ts';
import { aRun, aTask } from './graph.ts';

/** A plan, and what it had to ask for. */
export interface Asked {
  readonly plan: Plan;
  readonly folded: Fold;
  readonly books: readonly string[];
  readonly data: readonly string[];
}

export class BookMill {
  manifest: Manifest;
  from: Day;
  to: Day;
  /** Computations whose results never change: what reads them is cut off early. */
  readonly steady = new Set<string>();
  sequence = 0;
  standings: ReadonlyMap<string, Standing> = new Map();
  datasets: ReadonlyMap<string, DatasetStanding> = new Map();
  readonly #books = new Map<string, Map<Day, Settled>>();
  readonly #data = new Map<string, Map<Day, string>>();
  #open: OpenRun[] = [];
  #runs = 0;

  constructor(manifest: Manifest, from: Day, to: Day) {
    this.manifest = manifest;
    this.from = from;
    this.to = to;
  }

  /** As mill/steps/load/index-root-data.ts. */
  load(dataset: string, days: readonly Day[], content = 'first'): this {
    return this.#index(dataset, new Map(days.map((day) => [day, hashOf(`${dataset} ${day} ${content}`)])));
  }

  /** A day comes with what another has. */
  repeat(dataset: string, day: Day, of: Day): this {
    return this.#index(dataset, new Map([[day, this.#data.get(dataset)?.get(of)]]));
  }

  withdraw(dataset: string, days: readonly Day[]): this {
    return this.#index(dataset, new Map(days.map((day) => [day, undefined])));
  }

  #index(dataset: string, days: ReadonlyMap<Day, string | undefined>): this {
    this.sequence++;
    const hashes = this.#data.get(dataset) ?? new Map<Day, string>();
    this.#data.set(dataset, hashes);
    for (const [day, hash] of days) {
      if (hash === undefined) hashes.delete(day);
      else hashes.set(day, hash);
    }
    const changed = new Map([...days].map(([day, hash]) => [day, { there: hash !== undefined }]));
    const standing = afterDataChanged(this.datasets.get(dataset) ?? NO_DATASET, changed, this.sequence);
    this.datasets = new Map(this.datasets).set(dataset, standing);
    return this;
  }

  /** As mill/steps/dispatch/survey.ts, by a dispatcher that has no book at hand. */
  plan(request: Partial<Pick<PlanRequest, 'from' | 'to' | 'mode' | 'dispatchId' | 'throughPass'>> = {}): Asked {
    const content = { books: new Map<string, Map<Day, Settled>>(), data: new Map<string, Map<Day, string>>() };
    for (;;) {
      const shelf = new Shelf(content);
      const folded = fold(this.#state(shelf), this.#open);
      const { manifest, from, to } = this;
      const made = plan({ manifest, from, to, mode: 'dispatch', ...request, state: folded.state });
      if (shelf.isComplete) {
        const asked = { books: [...content.books.keys()].sort(), data: [...content.data.keys()].sort() };
        return { plan: made, folded, ...asked };
      }
      for (const id of shelf.missing.books) content.books.set(id, this.#books.get(id) ?? new Map());
      for (const name of shelf.missing.data) content.data.set(name, this.#data.get(name) ?? new Map());
    }
  }

  /** As mill/steps/dispatch/claim-wave.ts commits a plan that claims nothing. */
  commit({ plan: made, folded }: Asked): void {
    const after = afterPlan(folded.state, made);
    for (const { cell, to } of folded.settled) this.#bookOf(cell.computation, cell.date).set(cell.date, to);
    for (const { computation, date } of after.removed) this.#bookOf(computation, date).delete(date);
    this.standings = after.standings;
    this.datasets = after.datasets;
    this.sequence++;
    this.#open = this.#open.filter(({ run }) => !folded.closedRuns.includes(run.id));
  }

  /** Dispatches and works until nothing is left to run. Answers what all those plans asked for, and which cells ran. */
  settle(request: Parameters<BookMill['plan']>[0] = {}): { books: string[]; ran: string[] } {
    const books = new Set<string>();
    const ran: string[] = [];
    for (;;) {
      const asked = this.plan(request);
      for (const id of asked.books) books.add(id);
      const cells = this.#runnable(request);
      this.commit(asked);
      if (cells.length === 0) return { books: [...books].sort(), ran };
      this.#open.push(this.#work(cells, ran));
    }
  }

  /** Dispatches a wave, of which each task gets as far as its first `cells` cells. */
  begin(cells: number): void {
    const runnable = this.#runnable({});
    this.commit(this.plan());
    this.#open.push(this.#work(runnable, [], cells));
  }

  /** The cells that run, put together with all books open. */
  #runnable(request: Parameters<BookMill['plan']>[0]): PlannedCell[] {
    const { manifest, from, to } = this;
    const shelf = new Shelf({ books: this.#books, data: this.#data });
    const { state } = fold(this.#state(shelf), this.#open);
    const whole = plan({ manifest, from, to, mode: 'dispatch', ...request, state });
    return whole.runnable(whole.computations, Infinity).map((cell) => whole.cell(cell) as PlannedCell);
  }

  #work(cells: readonly PlannedCell[], ran: string[], each = Infinity): OpenRun {
    const runId = `run-${++this.#runs}`;
    const results = new Map<string, string>();
    const byComputation = Map.groupBy(cells, ({ decision }) => decision.computation);
    const tasks = [...byComputation].map(([computation, own]) => {
      const outcomes: Record<string, CellOutcome> = {};
      for (const cell of own.slice(0, each)) outcomes[cell.decision.date] = this.#execute(cell, results, ran);
      const status = each < own.length ? 'IN_PROGRESS' : 'COMPLETED';
      const days = own.map(({ decision }) => decision.date);
      return aTask({ runId, dispatchId: runId, computation, days, outcomes, status });
    });
    return { run: aRun({ id: runId, dispatchId: runId, createdMs: this.#runs, totalTasks: tasks.length }), tasks };
  }

  #execute(cell: PlannedCell, results: Map<string, string>, ran: string[]): CellOutcome {
    const { computation: name } = cell.decision;
    const computation = computationIn(this.manifest, name) as ManifestComputation;
    const inputs = { ...cell.vector?.inputs, ...this.#ownInputs(computation, cell, results) };
    const vector: Vector = { fingerprint: computation.fingerprint, inputs };
    const { settled } = cell;
    if (settled?.status === 'COMPLETED' && vectorHash(settled.vector) === vectorHash(vector))
      return { status: 'UNCHANGED' };
    ran.push(cellName(cell.decision));
    const resultHash = this.steady.has(name)
      ? hashOf(cellName(cell.decision))
      : hashOfParts([name, vectorHash(vector)]);
    results.set(cellName(cell.decision), resultHash);
    return { status: 'COMPLETED', vector, resultHash, dispatchId: `run-${this.#runs}` };
  }

  /** What a chain reads of itself may have been made earlier in the same task. */
  #ownInputs(computation: ManifestComputation, cell: PlannedCell, results: ReadonlyMap<string, string>): InputHashes {
    if (!isChained(computation)) return {};
    const { name } = computation;
    const resultOn = (day: Day): string => {
      const settled = this.#books.get(bookId(name, day))?.get(day);
      const stored = settled?.status === 'COMPLETED' ? settled.resultHash : undefined;
      return results.get(cellName({ computation: name, date: day })) ?? stored ?? '';
    };
    return Object.fromEntries(
      Object.entries(cell.reads)
        .filter(([id]) => id === 'previous' || /^history:\d+$/.test(id))
        .map(([id, read]) => {
          if (id === 'previous') return [id, read === '' ? NO_INPUT : resultOn(read)];
          return [id, windowHash(decodeWindow(read, cell.decision.date).flatMap((day) => [day, resultOn(day)]))];
        }),
    );
  }

  #bookOf(computation: string, date: Day): Map<Day, Settled> {
    const id = bookId(computation, date);
    const book = this.#books.get(id) ?? new Map<Day, Settled>();
    this.#books.set(id, book);
    return book;
  }

  #state(shelf: Shelf): PlanningState {
    const { sequence, standings, datasets } = this;
    return {
      sequence,
      standings,
      datasets,
      equivalents: new Map(),
      distrusted: new Map(),
      shelf,
      inFlight: new Map(),
    };
  }
}
