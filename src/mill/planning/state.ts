/** What planning knows of the world: plain values, loaded by a step. */
import type { DayOrdinal } from '../../values/date.ts';
import type { Control } from '../model/control.ts';
import type { Distrust } from '../model/distrust.ts';
import type { Hash } from '../../values/hash.ts';
import type { Shelf } from './shelf.ts';
import type { DatasetStanding, Standing } from './standing.ts';

export interface PlanningState {
  /** Of the stored state; what a plan changes is committed as the next one. */
  readonly sequence: number;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
  /** Computation to behaviours (see `behaviourOf`) that were proven to be the same. */
  readonly equivalents: ReadonlyMap<string, readonly Hash[]>;
  /** Computations whose skips are not trusted. */
  readonly distrusted: ReadonlyMap<string, Distrust>;
  /** Absent where nothing is stopped. */
  readonly control?: Control;
  readonly shelf: Shelf;
  /** Computation to day to the run that is making it. */
  readonly inFlight: ReadonlyMap<string, ReadonlyMap<DayOrdinal, string>>;
}
