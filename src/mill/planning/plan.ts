/**
 * The planner: grid + where things stand -> decisions with reasons. Pure.
 *
 * Invariants, tested with random graphs and edits against a clean rebuild and against a planner that looks at every cell
 * (test/mill/planning/laws.test.ts):
 * 1. Correct: after the decisions were carried out, every cell equals what a clean rebuild would have made.
 * 2. Minimal: no cell runs whose vector is unchanged.
 * 3. A computation is decided after everything that it reads, by pass and then by date, so one look at each is enough.
 * 4. Frugal: a day that nothing has touched since it was last looked at is not looked at, and no book is read for it.
 *
 * A plan is made of what is at hand. When the shelf misses books, they are fetched and the plan is made anew from the first column that
 * missed one (mill/steps/dispatch/survey.ts). It may begin with the first passes, and go on to later ones: what is decided stays.
 */
import type { CellKey, Settled } from '../model/cell.ts';
import { type DayOrdinal, toOrdinal } from '../../values/date.ts';
import { type Decision, OUTCOMES, type OutcomeCounts } from '../model/decision.ts';
import type { Vector } from '../model/vector.ts';
import { Column } from './column.ts';
import { isNews, sparedDays, standingAfter } from './column-standing.ts';
import {
  dayCount,
  daySetOf,
  daysOfSet,
  type DaySet,
  daySpan,
  intersect,
  NO_DAYS,
  ordinalsOf,
  unite,
} from './day-set.ts';
import { Grid, type PlanRequest } from './grid.ts';
import type { Standing } from './standing.ts';

export type { PlanRequest } from './grid.ts';

export interface PlannedCell {
  readonly decision: Decision;
  /** The vector that it would run with, as far as it is known; inputs that are still to be made are left out. */
  readonly vector: Vector | undefined;
  readonly settled: Settled | undefined;
  /** Empty for an impossible cell. Of others, the days that its earlier-day inputs are read from, by input id (see `InputReader.daysRead`). */
  readonly reads: Readonly<Record<string, string>>;
  /** It is skipped, and runs in shadow only. */
  readonly audit?: boolean;
}

export interface PlannedStretch {
  readonly outcome: Decision['outcome'];
  readonly why: Decision['reason']['why'];
  /** Of `CHANGED`: what did. */
  readonly parts: readonly string[] | undefined;
  readonly days: DaySet;
}

export const plan = (request: PlanRequest): Plan =>
  new Plan(new Grid(request, toOrdinal(request.from), toOrdinal(request.to)), new Map()).through(
    request.throughPass ?? request.manifest.passes,
  );

export class Plan {
  readonly #grid: Grid;
  readonly #columns: ReadonlyMap<string, Column>;
  /** As many of the first columns missed no book. */
  readonly #whole: number;
  /** The last pass that is planned. */
  readonly pass: number;

  constructor(
    grid: Grid,
    columns: ReadonlyMap<string, Column>,
    { whole = columns.size, pass = 0 }: { readonly whole?: number; readonly pass?: number } = {},
  ) {
    this.#grid = grid;
    this.#columns = columns;
    this.#whole = whole;
    this.pass = pass;
  }

  /** With the passes that follow, as far as `pass`. */
  through(pass: number): Plan {
    const columns = new Map(this.#columns);
    const { manifest, state } = this.#grid.request;
    let whole = this.#whole;
    for (const computation of manifest.computations) {
      if (computation.pass > pass) break;
      if (columns.has(computation.name)) continue;
      const column = new Column(computation, this.#grid);
      if (state.shelf.isComplete && whole === columns.size) whole++;
      columns.set(computation.name, column);
      this.#grid.columns.set(computation.name, column);
    }
    return new Plan(this.#grid, columns, { whole, pass });
  }

  /** Once the books are at hand that were missed: with what was decided without them decided anew. */
  anew(): Plan {
    const whole = new Map([...this.#columns].slice(0, this.#whole));
    return new Plan(this.#grid, whole).through(this.pass);
  }

  /** Whether later passes are left to be planned. */
  get isPartial(): boolean {
    return this.pass < this.request.manifest.passes;
  }

  get request(): PlanRequest {
    return this.#grid.request;
  }

  /** Computations that were planned, by pass and name. */
  get computations(): string[] {
    return [...this.#columns.keys()];
  }

  /** Days decided alike, of one computation, in order of their first days. @throws {Error} for what was not planned */
  stretches(computation: string): readonly PlannedStretch[] {
    return this.#column(computation)
      .stretches()
      .map(({ verdict, days }) => ({
        outcome: verdict.outcome,
        why: 'reason' in verdict ? verdict.reason.why : verdict.daily === 'HELD' ? 'WAITING_FOR' : verdict.daily,
        parts: 'reason' in verdict && verdict.reason.why === 'CHANGED' ? verdict.reason.parts : undefined,
        days,
      }));
  }

  /** Days decided alike, with the decision of the first of them. Reasons that name another cell, a run or an error stand alone. */
  fates(computation: string): { readonly decision: Decision; readonly days: DaySet }[] {
    const column = this.#column(computation);
    const decisionOn = (day: DayOrdinal): Decision => column.decisionAt(this.#grid.indexOf(day));
    return column
      .stretches()
      .flatMap(({ verdict, days }) =>
        'reason' in verdict
          ? [{ decision: decisionOn(days[0] as DayOrdinal), days }]
          : Array.from(ordinalsOf(days), (day) => ({ decision: decisionOn(day), days: daySpan(day, day) })),
      );
  }

  counts(computations: Iterable<string> = this.computations): OutcomeCounts {
    const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
    for (const name of computations)
      for (const { outcome, days } of this.stretches(name)) counts[outcome] += dayCount(days);
    return counts;
  }

  /** The days of a computation that have an outcome. */
  daysWith(computation: string, ...outcomes: readonly Decision['outcome'][]): DaySet {
    return unite(
      ...this.stretches(computation)
        .filter(({ outcome }) => outcomes.includes(outcome))
        .map(({ days }) => days),
    );
  }

  /** Days that another run is making. */
  inFlight(computation: string): DaySet {
    const { inFlight } = this.#grid.state;
    return intersect(
      this.daysWith(computation, 'BLOCKED'),
      daySetOf([...(inFlight.get(computation)?.keys() ?? [])].sort((a, b) => a - b)),
    );
  }

  /** Undefined off the grid. */
  decision({ computation, date }: CellKey): Decision | undefined {
    const index = this.#grid.indexOf(toOrdinal(date));
    return index < 0 || index >= this.#grid.days ? undefined : this.#columns.get(computation)?.decisionAt(index);
  }

  /** With what it was made from and would be made from; the shelf may miss books for that. Undefined off the grid. */
  cell(key: CellKey): PlannedCell | undefined {
    const decision = this.decision(key);
    if (decision === undefined) return undefined;
    const column = this.#column(key.computation);
    const index = this.#grid.indexOf(toOrdinal(key.date));
    const settled = column.hasSettled(index)
      ? this.#grid.state.shelf.settled(key.computation, this.#grid.dayAt(index))
      : undefined;
    if (decision.outcome === 'IMPOSSIBLE') return { decision, vector: undefined, settled, reads: {} };
    const { fingerprint } = column.computation;
    const { inputs } = column.reader.hashes(index, column.reader.absent(index));
    return { decision, vector: { fingerprint, inputs }, settled, reads: column.reader.daysRead(index) };
  }

  /** A cell that is skipped, as if it ran; the shelf may miss books for that. */
  audited(key: CellKey): PlannedCell | undefined {
    const cell = this.cell(key);
    const index = this.#grid.indexOf(toOrdinal(key.date));
    return cell && { ...cell, reads: this.#column(key.computation).reader.daysRead(index), audit: true };
  }

  /** Days that a proof or a cutoff spares in this plan, and did not before. */
  spared(computation: string): DaySet {
    return sparedDays(this.#column(computation));
  }

  /** All cells of a few computations, by computation and date. For small grids: a plan is made not to need this. */
  cells(computations: Iterable<string> = this.computations): PlannedCell[] {
    const days = daysOfSet(this.#grid.span);
    return [...computations].flatMap((computation) =>
      days.map((date) => this.cell({ computation, date }) as PlannedCell),
    );
  }

  /** Cells that would run, oldest days first until there are `limit` of them or the day is full; by computation and date. */
  runnable(computations: Iterable<string>, limit: number): CellKey[] {
    const sets = [...computations].map((name) => [name, this.daysWith(name, 'RUN', 'RERUN')] as const);
    const perDay = new Uint32Array(this.#grid.days);
    for (const [, days] of sets)
      for (const day of ordinalsOf(days))
        perDay[this.#grid.indexOf(day)] = (perDay[this.#grid.indexOf(day)] as number) + 1;
    let count = 0;
    let last = -1;
    for (const [index, cells] of perDay.entries()) {
      if (count > 0 && count + cells > limit) break;
      count += cells;
      last = index;
    }
    const span = daySpan(this.#grid.first, this.#grid.dayAt(last));
    return sets.flatMap(([computation, days]) =>
      daysOfSet(intersect(days, span)).map((date): CellKey => ({ computation, date })),
    );
  }

  /** Days that have become impossible and still have a result or a failure in the book. */
  unsettled(computation: string): DaySet {
    const { standing } = this.#column(computation);
    const held = unite(standing.made, standing.failed);
    return held.length === 0 ? NO_DAYS : intersect(this.daysWith(computation, 'IMPOSSIBLE'), held);
  }

  /** Where each planned computation stands after this plan, committed as `sequence`. */
  standings(sequence: number): Map<string, Standing> {
    return new Map([...this.#columns].map(([name, column]) => [name, standingAfter(column, sequence)]));
  }

  /** Whether keeping the standings saves work: what is at rest is no longer what it was. */
  get isNews(): boolean {
    return [...this.#columns.values()].some(isNews);
  }

  #column(name: string): Column {
    const column = this.#columns.get(name);
    if (column === undefined) throw new Error(`${name} was not planned`);
    return column;
  }
}
