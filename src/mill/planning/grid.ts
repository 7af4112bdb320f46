/** What all computations of one plan share. */
import { type Day, type DayOrdinal, daysAfter } from '../../values/date.ts';
import type { Manifest } from '../model/manifest.ts';
import { type DaySet, daySpan, hasDay, newestUpTo } from './day-set.ts';
import type { ColumnView, GridIndex } from './view.ts';
import type { PlanningState } from './state.ts';
import { NO_DATASET, type DatasetStanding } from './standing.ts';

export interface PlanRequest {
  readonly manifest: Manifest;
  readonly state: PlanningState;
  /** First and last day of the grid, both included. Settled days before it are read, never planned. */
  readonly from: Day;
  readonly to: Day;
  /** Cells that failed in this dispatch wait for the next one; inputs that ran in it are named as cut off. */
  readonly dispatchId?: string;
  /**
   * `dispatch` answers what can run now: a cell whose input is not there yet is BLOCKED.
   * `forecast` answers what a whole pipeline would do: a cell whose input will be made again is RUN, or RERUN if that changes.
   */
  readonly mode: 'dispatch' | 'forecast';
  /** A last round, under a dispatch id of its own: what failed is tried again only if the trouble may have passed. */
  readonly sweep?: boolean;
  /** Last pass to look at; all of them when absent. */
  readonly throughPass?: number;
}

export class Grid {
  readonly request: PlanRequest;
  /** First day, as days since 1970-01-01. */
  readonly first: DayOrdinal;
  readonly days: number;
  /** Computations that are planned already. */
  readonly columns = new Map<string, ColumnView>();
  readonly #presence = new Map<string, Uint8Array>();

  constructor(request: PlanRequest, first: DayOrdinal, last: DayOrdinal) {
    this.request = request;
    this.first = first;
    this.days = Math.max(0, last - first + 1);
  }

  /** Every day of the grid. */
  get span(): DaySet {
    return daySpan(this.first, this.dayAt(this.days - 1));
  }

  dayAt(index: GridIndex): DayOrdinal {
    return daysAfter(this.first, index);
  }

  indexOf(day: DayOrdinal): GridIndex {
    return day - this.first;
  }

  get state(): PlanningState {
    return this.request.state;
  }

  dataset(name: string): DatasetStanding {
    return this.state.datasets.get(name) ?? NO_DATASET;
  }

  /** Whether a dataset has data on a day, by index from the grid's first day; negative before it. */
  hasData(name: string, index: GridIndex): boolean {
    if (index < 0 || index >= this.days) return hasDay(this.dataset(name).days, this.dayAt(index));
    let presence = this.#presence.get(name);
    if (presence === undefined) {
      presence = this.fill(this.dataset(name).days);
      this.#presence.set(name, presence);
    }
    return presence[index] === 1;
  }

  /** The newest day of data up to a day, however long before the grid. */
  newestData(name: string, index: GridIndex): DayOrdinal | undefined {
    return newestUpTo(this.dataset(name).days, this.dayAt(index));
  }

  /** One byte a day: 1 where the set has it. */
  fill(set: DaySet, into: Uint8Array = new Uint8Array(this.days), value = 1): Uint8Array {
    for (let at = 0; at < set.length; at += 2) {
      const from = Math.max(0, this.indexOf(set[at] as DayOrdinal));
      into.fill(value, from, Math.max(from, this.indexOf(set[at + 1] as DayOrdinal) + 1));
    }
    return into;
  }
}
