/** Where everything stands once a plan is committed. Pure. */
import type { CellKey } from '../model/cell.ts';
import { type Manifest, readsData } from '../model/manifest.ts';
import { forgetThrough } from './change-log.ts';
import { daySetOfDays, daysOfSet } from './day-set.ts';
import type { Plan } from './plan.ts';
import { afterRemoval, type DatasetStanding, type Standing } from './standing.ts';
import type { PlanningState } from './state.ts';

export interface AfterPlan {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
  /** Cells whose data is gone: their results leave the books. */
  readonly removed: readonly CellKey[];
}

/** `state` is what the plan was made of, outcomes folded in; `keep` says which impossible cells still keep what they had. */
export function afterPlan(state: PlanningState, plan: Plan, keep: (cell: CellKey) => boolean = () => false): AfterPlan {
  const standings = new Map([...state.standings, ...plan.standings(state.sequence + 1)]);
  const removed: CellKey[] = [];
  for (const computation of plan.computations) {
    const gone = daysOfSet(plan.unsettled(computation)).filter((date) => !keep({ computation, date }));
    if (gone.length === 0) continue;
    removed.push(...gone.map((date) => ({ computation, date })));
    standings.set(computation, afterRemoval(standings.get(computation) as Standing, daySetOfDays(gone)));
  }
  return { ...forgetSeen(plan.request.manifest, standings, state.datasets), removed };
}

/** Changes that all their readers have seen are forgotten. */
function forgetSeen(
  manifest: Manifest,
  standings: Map<string, Standing>,
  datasets: ReadonlyMap<string, DatasetStanding>,
): Pick<AfterPlan, 'standings' | 'datasets'> {
  const seenBy = new Map<string, number>();
  const see = (of: string, seen: number): void => void seenBy.set(of, Math.min(seenBy.get(of) ?? Infinity, seen));
  for (const { name, needs } of manifest.computations) {
    const seen = standings.get(name)?.seen ?? 0;
    see(`computation ${name}`, seen);
    for (const need of needs) {
      if ('of' in need) see(`${readsData(need) ? 'dataset' : 'computation'} ${need.of}`, seen);
    }
  }
  for (const [name, standing] of standings) {
    const seen = seenBy.get(`computation ${name}`);
    if (seen !== undefined) standings.set(name, { ...standing, log: forgetThrough(standing.log, seen) });
  }
  return {
    standings,
    datasets: new Map(
      [...datasets].map(([name, standing]) => {
        const seen = seenBy.get(`dataset ${name}`);
        return [name, seen === undefined ? standing : { ...standing, log: forgetThrough(standing.log, seen) }];
      }),
    ),
  };
}
