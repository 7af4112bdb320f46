/** Collects shards that nothing points to. Looks only at places that are due, so that a quiet night costs one read. */
import { collect, onRemoved } from '../../lifecycle/collect.ts';
import type { CellKey } from '../../model/cell.ts';
import { toOrdinal } from '../../../values/date.ts';
import { computationIn, type Manifest } from '../../model/manifest.ts';
import { daySetOf, type DaySet, subtract } from '../../planning/day-set.ts';
import { type Standing, withoutDays } from '../../planning/standing.ts';
import type { RegisteredShards, ShardRegistry } from '../../ports/artifacts.ts';
import type { Planning } from '../../ports/planning.ts';
import type { Clock } from '../../../process/ports.ts';

/** Places that are looked at in one go; the rest is due the next time. */
export const PLACES_A_GO = 100;

export interface CollectPorts {
  readonly shards: ShardRegistry;
  readonly planning: Planning;
  readonly manifest: Manifest;
  readonly clock: Clock;
}

export interface CollectReport {
  /** Places looked at. */
  readonly places: number;
  readonly generations: number;
  /** Cells of removed computations that are forgotten. */
  readonly forgotten: number;
  /** Firestore documents, the plan's own aside. */
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
}

export async function collectShards(ports: CollectPorts): Promise<CollectReport> {
  const { shards, clock, manifest } = ports;
  const nowMs = clock.now();
  const due = await shards.due(nowMs, PLACES_A_GO);
  const isRemoved = ({ place }: RegisteredShards): boolean =>
    place.kind === 'cell' && computationIn(manifest, place.computation) === undefined;
  const taken = { generations: 0, forgotten: 0, reads: Math.max(1, due.length), writes: 0, deletes: 0 };
  const pointed = await shards.pointed(due.map(({ place }) => place));
  taken.reads += due.length;

  const gone: { registered: RegisteredShards; cell: CellKey }[] = [];
  for (const [index, registered] of due.entries()) {
    const { place, entry } = registered;
    if (pointed[index] !== undefined && isRemoved(registered) && place.kind === 'cell') {
      const removal = onRemoved(entry, nowMs);
      if (removal.forget) gone.push({ registered, cell: { computation: place.computation, date: place.date } });
      else if (await shards.save(registered, removal.entry)) taken.writes++;
      continue;
    }
    const { garbage, entry: next } = collect(entry, pointed[index], nowMs);
    for (const generation of garbage) {
      const deleted = await shards.deleteShards(place, generation);
      taken.reads += Math.max(1, deleted);
      taken.deletes += deleted;
      taken.generations++;
    }
    if (await shards.save(registered, next)) taken.writes++;
  }
  if (
    gone.length > 0 &&
    (await forget(
      gone.map(({ cell }) => cell),
      ports,
    ))
  ) {
    taken.forgotten = gone.length;
    for (const { registered } of gone)
      if (await shards.save(registered, onRemoved(registered.entry, nowMs).entry)) taken.writes++;
  }
  return { places: due.length, ...taken };
}

/** Their results lose their pointers with the plan's own knowledge of them: a computation that comes back makes them anew. */
async function forget(cells: readonly CellKey[], { planning }: Pick<CollectPorts, 'planning'>): Promise<boolean> {
  const snapshot = await planning.load();
  const first = await planning.ahead(snapshot, { settled: cells.map((cell) => ({ cell, to: null })) });
  if (first > 0 && first < cells.length)
    return (await forget(cells.slice(0, first), { planning })) && forget(cells.slice(first), { planning });
  const standings = new Map(snapshot.standings);
  for (const [name, own] of Map.groupBy(cells, ({ computation }) => computation)) {
    const standing = standings.get(name);
    const days = daySetOf(own.map(({ date }) => toOrdinal(date)).sort((a, b) => a - b));
    if (standing !== undefined) standings.set(name, forgetting(standing, days));
  }
  const change = { settled: cells.map((cell) => ({ cell, to: null })), standings };
  return (await planning.commit(snapshot, change)) !== undefined;
}

const forgetting = (standing: Standing, days: DaySet): Standing => ({
  ...standing,
  made: subtract(standing.made, days),
  failed: subtract(standing.failed, days),
  rest: withoutDays(standing.rest, days),
});
