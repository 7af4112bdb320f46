/** What a run may make because a file has changed whose days were loaded. Pure. */
import type { TierName } from '../model/tier-name.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import { yearsOf } from './cell-counts.ts';
import { dayCount, NO_DAYS } from './day-set.ts';
import type { expectations } from './expected.ts';
import type { Loading, Running } from './most.ts';
import type { Plan } from './plan.ts';

interface Asked {
  readonly plan: Plan;
  readonly computations: Iterable<string>;
  readonly loading?: Loading | undefined;
  readonly tierOf: (computation: string) => TierName;
  readonly tiers: Tiers;
}

/** Where a file has changed, any day of it may be another: then all that was made of it may run. */
export function withReloaded(
  running: readonly Running[],
  { plan, computations, loading, tierOf, tiers }: Asked,
  expect: ReturnType<typeof expectations>,
): readonly Running[] {
  if (loading === undefined || loading.again.length === 0) return running;
  const { manifest, state } = plan.request;
  const selected = new Set(computations);
  const read = new Set(loading.again);
  const all = new Map(running.map((one) => [one.computation.name, one]));
  for (const computation of manifest.computations.toSorted((a, b) => a.pass - b.pass)) {
    const { name, needs } = computation;
    if (!needs.some((need) => 'of' in need && read.has(need.of))) continue;
    read.add(name);
    const made = dayCount(state.standings.get(name)?.made ?? NO_DAYS);
    if (!selected.has(name) || made === 0) continue;
    const { memoryMB } = tierNamed(tiers, tierOf(name));
    const { cells = 0, books = 0 } = all.get(name) ?? {};
    const years = new Set(yearsOf(state.standings.get(name)?.made ?? NO_DAYS)).size;
    const typical = expect(computation);
    all.set(name, { computation, cells: cells + made, again: made, typical, memoryMB, books: Math.max(books, years) });
  }
  return [...all.values()];
}
