/** The cost of a plan: a row a computation, what it comes to, and what planning saved. */
import { z } from 'zod';
import type { Clock } from '../../process/ports.ts';
import type { AuditPolicy } from '../model/audit-policy.ts';
import type { CellKey } from '../model/cell.ts';
import type { PriceTable } from '../model/price-table.ts';
import type { Tiers } from '../model/tier.ts';
import { type Cost, sum } from '../planning/cost.ts';
import { Estimate, estimate } from '../planning/estimate.ts';
import type { Loading } from '../planning/most.ts';
import type { Planning } from '../ports/planning.ts';
import { tierRouter } from '../tiers/tier-router.ts';
import type { Foresight } from './foresee.ts';

export const PlanCost = z.object({
  /** The price table's name; `package.json` for the project's own. */
  prices: z.string(),
  /** What it took to try new proofs on stored cells; a run tries them once more, and keeps what that says. */
  proofs: z.object({ cells: z.number(), reads: z.number(), dollars: z.number() }),
  ...Estimate.shape,
});
export type PlanCost = z.infer<typeof PlanCost>;

export interface PriceList {
  readonly prices: { readonly name: string; readonly table: PriceTable };
  readonly tiers: Tiers;
  /** Tasks that a wave is spread over. */
  readonly lanes: number;
  readonly audit: AuditPolicy;
}

type PlanCostForesight = Pick<Foresight, 'plan' | 'snapshot' | 'remade' | 'loads' | 'verdicts'>;

/** Where tasks would start is read from what was learned of memory: one document, and none when nothing would run or be watched. */
export async function planCost(
  { plan, snapshot, remade, loads, verdicts }: PlanCostForesight,
  computations: readonly string[],
  { prices, tiers, lanes, audit }: PriceList,
  { planning, clock }: { readonly planning: Pick<Planning, 'memory'>; readonly clock: Clock },
  watched: readonly CellKey[] = [],
): Promise<PlanCost> {
  const runs = watched.length > 0 || computations.some((name) => plan.daysWith(name, 'RUN', 'RERUN').length > 0);
  const memory = runs ? await planning.memory(snapshot) : new Map();
  const { tierOf } = tierRouter(memory, tiers, clock.now());
  const proofs = { ...remade, dollars: remade.reads * prices.table.firestore.read };
  return {
    prices: prices.name,
    proofs,
    ...estimate({
      plan,
      computations,
      prices: prices.table,
      tierOf,
      tiers,
      watched,
      lanes,
      audit,
      loading: loadingOf(loads),
      changed: [...verdicts.values()].filter(({ simulated }) => simulated).length,
    }),
  };
}

/** What is sure to be taken. */
export const inAllOf = ({ certain, pipeline, watch }: Estimate): Cost => sum(certain, pipeline, watch);

function loadingOf(loads: Foresight['loads']): Loading {
  const daysOf = (some: Foresight['loads']): number => some.reduce((sum, { days }) => sum + days, 0);
  const again = loads.filter((load) => load.again);
  const fresh = loads.filter((load) => !load.again);
  return {
    days: daysOf(fresh),
    datasets: fresh.length,
    again: again.map(({ dataset }) => dataset),
    againDays: daysOf(again),
  };
}
