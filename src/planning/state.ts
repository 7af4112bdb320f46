/** What planning knows of the world: plain values, loaded by a step. */
import type { Settled } from '../model/cell.ts';
import type { Control } from '../model/control.ts';
import type { Day } from '../model/date.ts';
import type { Hash } from '../model/hash.ts';

/** Dataset to day to content hash; a day that is not there has no data. */
export type Availability = ReadonlyMap<string, ReadonlyMap<Day, Hash>>;

/** Computation to day to how its cell ended last. */
export type Book = ReadonlyMap<string, ReadonlyMap<Day, Settled>>;

export interface PlanningState {
  readonly availability: Availability;
  readonly book: Book;
  /** `computation@date` to the run that is making it. */
  readonly inFlight: ReadonlyMap<string, string>;
  /** Absent where nothing is stopped. */
  readonly control?: Control;
}
