/** Plan: which cells a run would make, and why, which it would not, and what that costs. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { selectComputations } from '../manifest/select.ts';
import type { AuditPolicy } from '../model/audit-policy.ts';
import { CellKey } from '../model/cell.ts';
import { OutcomeCounts } from '../model/decision.ts';
import { overLimits, type RunLimits } from '../model/run-limits.ts';
import { drawWatch, nightOf } from '../steps/dispatch/night-watch.ts';
import { changedComputations } from './changed-computations.ts';
import { distrustOf } from './distrust-of.ts';
import { type Days, foresee, type ForeseePorts, MissingDays, PendingLoad } from './foresee.ts';
import { LoadedOtherwise } from './loaded-otherwise.ts';
import { PlanCost, planCost, type PriceList } from './plan-cost.ts';
import { groupPlan, PlanGroup } from './plan-groups.ts';
import { withoutChanges } from './without-changes.ts';

export const PlanAnswer = z.object({
  date: Day,
  from: Day,
  cells: OutcomeCounts,
  /** How many of the RERUN cells happen only if something that they read turns out different. */
  conditional: z.number(),
  loads: z.array(PendingLoad).readonly(),
  loadedOtherwise: z.array(LoadedOtherwise).readonly(),
  missing: z.array(MissingDays).readonly(),
  groups: z.array(PlanGroup),
  /** Of what is selected. */
  cost: PlanCost,
  /** Limits of the project that it is over, in words: a run would be refused. */
  overLimits: z.array(z.string()),
  /** Settled cells that a run would make again in shadow tonight, of all computations; none when it has done so today. */
  watch: z.array(CellKey),
  /** Computations that may give another result from the same inputs, and how that is known. */
  distrusted: z.array(z.object({ computation: z.string(), text: z.string() })),
});
export type PlanAnswer = z.infer<typeof PlanAnswer>;

export interface PlanAsked extends Days {
  /** Which computations to show; see `selectComputations`. */
  readonly select: string;
  /** Computations that are planned with the code that made their newest results; see `withoutChanges`. */
  readonly without?: readonly string[];
}

export interface PlanPorts extends ForeseePorts, PriceList {
  readonly audit: AuditPolicy;
  readonly limits: RunLimits;
}

/** @throws {UserError} as `selectComputations` and `withoutChanges` */
export async function planAnswer(
  { select, date, from, without = [] }: PlanAsked,
  given: PlanPorts,
): Promise<PlanAnswer> {
  const ports = without.length === 0 ? given : { ...given, manifest: await withoutChanges(without, given) };
  const foreseen = await foresee({ date, from }, ports);
  const { plan, snapshot, loads, missing } = foreseen;
  const selected = selectComputations(ports.manifest, select, { changed: changedComputations(plan) });
  const computations = plan.computations.filter((name) => selected.has(name));
  const groups = groupPlan(plan, computations);
  const isDue = nightOf(snapshot, ports) !== undefined;
  const watch = isDue ? drawWatch(foreseen, ports.audit).map(({ computation, date }) => ({ computation, date })) : [];
  const cost = await planCost(foreseen, computations, ports, ports, watch);
  return {
    date,
    from,
    cells: plan.counts(computations),
    conditional: groups.filter(({ conditional }) => conditional).reduce((sum, group) => sum + group.days, 0),
    loads,
    loadedOtherwise: await foreseen.loadedOtherwise(),
    missing,
    groups,
    cost,
    overLimits: overLimits(ports.limits, cost),
    watch,
    distrusted: computations.flatMap((computation) => {
      const text = distrustOf(computation, foreseen);
      return text === undefined ? [] : [{ computation, text }];
    }),
  };
}
