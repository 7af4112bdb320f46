/**
 * Settles cells ahead of a commit that they are too much for, in commits of their own. Each leaves the plan as if the other outcomes were
 * not known yet: whoever dies in between, or is overtaken, leaves nothing half done, and the next dispatcher goes on from there.
 */
import { RetryableError } from '../../../errors.ts';
import { cellName } from '../../model/cell.ts';
import type { Manifest } from '../../model/manifest.ts';
import { daySetOfDays } from '../../planning/day-set.ts';
import { fold } from '../../planning/fold.ts';
import { Shelf } from '../../planning/shelf.ts';
import { afterRemoval, type Standing } from '../../planning/standing.ts';
import type { Planning, PlanningChange, PlanningSnapshot } from '../../ports/planning.ts';
import { stateOf } from './survey.ts';

export interface SettlePorts {
  readonly manifest: Manifest;
  readonly planning: Planning;
}

type Settlings = NonNullable<PlanningChange['settled']>;

/**
 * Answers whether there was anything to settle ahead of `change`: the plan is another by now then, and is to be made anew.
 * @throws {RetryableError} CONTENTION when another writer was faster
 */
export async function settleAhead(
  snapshot: PlanningSnapshot,
  change: PlanningChange,
  ports: SettlePorts,
): Promise<boolean> {
  const { settled = [] } = change;
  const first = await ports.planning.ahead(snapshot, change);
  if (first === 0) return false;
  await commitSome(snapshot, settled.slice(0, first), ports);
  for (;;) {
    const now = await ports.planning.load();
    const left = (await foldOf(now, ports)).settled;
    const some = await ports.planning.ahead(now, { settled: left });
    if (some === 0) return true;
    await commitSome(now, left.slice(0, some), ports);
  }
}

async function commitSome(snapshot: PlanningSnapshot, settled: Settlings, ports: SettlePorts): Promise<void> {
  const taken = new Set(settled.map(({ cell }) => cellName(cell)));
  const { state, settled: folded } = await foldOf(snapshot, ports, (cell) => taken.has(cellName(cell)));
  const removed = settled.filter(({ to }) => to === null);
  const committed = await ports.planning.commit(snapshot, {
    settled: [...folded, ...removed],
    standings: afterRemovals(state.standings, removed),
    datasets: state.datasets,
    distrusted: state.distrusted,
  });
  if (!committed) throw new RetryableError('CONTENTION', 'another dispatcher was at work; ask again');
}

/** Reads the books that it takes. */
async function foldOf(
  snapshot: PlanningSnapshot,
  { manifest, planning }: SettlePorts,
  isTaken?: Parameters<typeof fold>[2],
): Promise<ReturnType<typeof fold>> {
  const shelf = new Shelf(snapshot.books);
  for (;;) {
    const folded = fold(stateOf(snapshot, shelf, manifest), snapshot.open, isTaken);
    if (shelf.isComplete) return folded;
    await planning.fetch(snapshot, shelf.takeMissing());
  }
}

function afterRemovals(standings: ReadonlyMap<string, Standing>, removed: Settlings): Map<string, Standing> {
  const next = new Map(standings);
  for (const [name, cells] of Map.groupBy(removed, ({ cell }) => cell.computation)) {
    const standing = next.get(name);
    if (standing !== undefined)
      next.set(name, afterRemoval(standing, daySetOfDays(cells.map(({ cell }) => cell.date))));
  }
  return next;
}
