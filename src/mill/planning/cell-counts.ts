/** How many cells of each computation a plan would run, and how a wave would share them among tasks. Pure. */
import { isChained, type ManifestComputation, type ManifestNeed } from '../model/manifest.ts';
import { type DayOrdinal, fromOrdinal } from '../../values/date.ts';
import { dayCount, type DaySet } from './day-set.ts';
import type { Plan } from './plan.ts';

/** Cells of a computation that run: for the first time, again, and perhaps; and the years that they are in. */
export interface CellCounts {
  readonly fresh: number;
  readonly again: number;
  readonly maybe: number;
  readonly years: number;
}
export const NO_CELLS: CellCounts = { fresh: 0, again: 0, maybe: 0, years: 0 };

/** Those that have any, by name. */
export function countsOf(plan: Plan, selected: ReadonlySet<string>): Map<string, CellCounts> {
  const counts = new Map<string, CellCounts>();
  for (const { name } of plan.request.manifest.computations) {
    if (!selected.has(name)) continue;
    let [fresh, again, maybe] = [0, 0, 0];
    const years = new Set<number>();
    for (const { outcome, why, days } of plan.stretches(name)) {
      const count = dayCount(days);
      if (outcome === 'RUN') fresh += count;
      else if (why === 'UPSTREAM_RUNS') maybe += count;
      else if (outcome === 'RERUN') again += count;
      if (outcome === 'RUN' || outcome === 'RERUN') for (const year of yearsOf(days)) years.add(year);
    }
    if (fresh + again + maybe > 0) counts.set(name, { fresh, again, maybe, years: years.size });
  }
  return counts;
}

/** Whether nothing of what the need reads is made in this run. */
export const isAtRest = (
  need: ManifestNeed,
  { name }: ManifestComputation,
  counts: ReadonlyMap<string, CellCounts>,
): boolean => !counts.has('of' in need ? need.of : name);

/** Its share of the tasks that a wave of its pass is spread over; undefined where what it took before tells. */
export function lanesOf(
  computation: ManifestComputation,
  counts: ReadonlyMap<string, CellCounts>,
  { plan, lanes }: { readonly plan: Plan; readonly lanes?: number | undefined },
): number | undefined {
  if (lanes === undefined || isChained(computation)) return undefined;
  const cellsOf = ({ fresh, again, maybe }: CellCounts): number => fresh + again + maybe;
  const inPass = plan.request.manifest.computations.filter(
    (other) => other.pass === computation.pass && !isChained(other),
  );
  const total = inPass.reduce((all, { name }) => all + cellsOf(counts.get(name) ?? NO_CELLS), 0);
  return Math.max(1, (lanes * cellsOf(counts.get(computation.name) ?? NO_CELLS)) / Math.max(1, total));
}

/** Books are kept by year. */
export function* yearsOf(days: DaySet): Generator<number> {
  for (let at = 0; at < days.length; at += 2) {
    const [first, last] = [yearOf(days[at] as DayOrdinal), yearOf(days[at + 1] as DayOrdinal)];
    for (let year = first; year <= last; year++) yield year;
  }
}

const yearOf = (day: DayOrdinal): number => Number(fromOrdinal(day).slice(0, 4));
