/** Where things lie in Firestore. The two names with underscores are the specification's. */
import type { Place } from '../../mill/model/place.ts';

export const RUNS = 'computation_runs';
export const LEDGER = 'computation_audit_ledger';
export const PLANNER = 'planner/state';
export const PLANNER_PAGES = 'planner/state/pages';
/** What tasks took, packed. */
export const MEMORY = 'planner/memory';
export const BOOKS = 'books';
export const AVAILABILITY = 'availability';
export const REGISTRY = 'registry';
/** Beside the planner's state, so that no computation's name can be taken for it. */
export const REGISTRY_INDEX = 'planner/registry';
export const REGISTRY_PARTS = 'planner/registry/parts';
export const DATASETS = 'datasets';
export const INDEXES = 'indexes';
export const RESULTS = 'results';
/** What people did. */
export const ACTIONS = 'actions';
/** By tier; read by deploy/verify.ts. */
export const PINGS = 'pings';

export const resultDays = (computation: string): string => `${RESULTS}/${computation}/days`;

export const daysOf = (dataset: string): string => `${DATASETS}/${dataset}/days`;

/** The leaves that count a large run's tasks. */
export const countersOf = (runId: string): string => `${RUNS}/${runId}/counters`;

/** All days of cells and datasets are in collections called `days`, so that one index exemption serves them all. */
export const placePath = (place: Place): string =>
  place.kind === 'root' ? `${daysOf(place.dataset)}/${place.date}` : `${resultDays(place.computation)}/${place.date}`;

export const shardsOf = (place: Place): string => `${placePath(place)}/shards`;

export const shardPath = (place: Place, id: string): string => `${shardsOf(place)}/${id}`;

/** Places that have, or had, shards. */
export const SHARDED = 'sharded';

export const shardedId = (place: Place): string =>
  place.kind === 'root' ? `datasets.${place.dataset}.${place.date}` : `results.${place.computation}.${place.date}`;
