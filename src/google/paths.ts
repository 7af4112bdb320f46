/** Where things lie in Firestore. The two names with underscores are the specification's. */
import type { Day } from '../model/date.ts';
import type { Place } from '../steps/ports.ts';

export const RUNS = 'computation_runs';
export const LEDGER = 'computation_audit_ledger';
export const PLANNER = 'planner/state';
export const BOOKS = 'books';
export const AVAILABILITY = 'availability';
export const DATASETS = 'datasets';

/** A book holds one computation's settled days of one year, so that it stays far below 1 MiB. */
export const bookId = (computation: string, date: Day): string => `${computation}.${date.slice(0, 4)}`;

export const daysOf = (dataset: string): string => `${DATASETS}/${dataset}/days`;

/** All days of cells and datasets are in collections called `days`, so that one index exemption serves them all. */
export const placePath = (place: Place): string =>
  place.kind === 'root' ? `${daysOf(place.dataset)}/${place.date}` : `results/${place.computation}/days/${place.date}`;

export const shardsOf = (place: Place): string => `${placePath(place)}/shards`;

export const shardPath = (place: Place, id: string): string => `${shardsOf(place)}/${id}`;

/** Places that have, or had, shards. */
export const SHARDED = 'sharded';

export const shardedId = (place: Place): string =>
  place.kind === 'root' ? `datasets.${place.dataset}.${place.date}` : `results.${place.computation}.${place.date}`;
