/** What a cell is expected to take: what the cells of its computation took, or those of the others where it never ran. Pure. */
import { computationIn, isChained, isSeed, type ManifestComputation } from '../model/manifest.ts';
import { MAX_CHAIN_DAYS } from './make-tasks.ts';
import type { Plan } from './plan.ts';
import type { PlanningState } from './state.ts';
import type { Typical } from './typical.ts';

export type Expected = Omit<Typical, 'cells'>;

/** Of a cell when nothing of the project ever ran. */
const UNKNOWN_SECONDS = 1;

/** One for all computations of a state. */
export function expectations({ standings }: PlanningState): (computation: ManifestComputation) => Expected {
  const known = [...standings.values()].flatMap(({ typical }) => typical ?? []);
  return (computation) => standings.get(computation.name)?.typical ?? typicalLike(known, computation);
}

/**
 * What a cell takes that is made in shadow, by a worker that remembers nothing: each day of its windows, where cells that were made one after
 * another read only the newest; and its stored result.
 */
export function shadowOf({ request: { manifest, state } }: Plan, name: string): Expected {
  const computation = computationIn(manifest, name);
  if (computation === undefined) return state.standings.get(name)?.typical ?? NOTHING_KNOWN;
  const typical = expectations(state)(computation);
  const window = alwaysRead(computation).reduce((days, need) => days + ('days' in need ? need.days : 0), 0);
  return { ...typical, reads: typical.reads + window + 1, writes: 0, tasks: 1 };
}

const NOTHING_KNOWN = { seconds: UNKNOWN_SECONDS, entities: 0, reads: 1, writes: 1, tasks: 1 };

/** For one that never ran: the median of those that did. It reads a document a need: a worker remembers a window's other days. */
function typicalLike(known: readonly Typical[], computation: ManifestComputation): Expected {
  return {
    seconds: median(known.map(({ seconds }) => seconds)) ?? UNKNOWN_SECONDS,
    entities: median(known.map(({ entities }) => entities)) ?? 0,
    reads: alwaysRead(computation).length,
    writes: median(known.map(({ writes }) => writes)) ?? 1,
    tasks: isChained(computation) ? 1 / MAX_CHAIN_DAYS : (median(known.map(({ tasks }) => tasks)) ?? 1),
  };
}

/** Of twenty years a seed is read on one day. */
const alwaysRead = ({ needs }: ManifestComputation) => needs.filter((need) => !isSeed(need));

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
