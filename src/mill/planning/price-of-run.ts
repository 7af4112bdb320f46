/** What a run came to at list prices, from what it used and from what its cells take as a rule. Pure. */
import { computationIn, type Manifest } from '../model/manifest.ts';
import type { PriceTable } from '../model/price-table.ts';
import type { TierName } from '../model/tier-name.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import { dollarsOf } from './cost.ts';
import { DAY_STEPS, DISPATCH_SECONDS, DISPATCH_STEPS, TASK_READS, TASK_WRITES } from './estimate.ts';
import { expectations } from './expected.ts';
import type { PlanningState } from './state.ts';

export interface RunToPrice {
  /** Cells that ran, by computation. */
  readonly ran: ReadonlyMap<string, number>;
  readonly waves: number;
  /** Documents that were counted; null where nobody counts those of one run: they are estimated as the plan's are. */
  readonly firestore: { readonly reads: number; readonly writes: number; readonly deletes: number } | null;
  /** As the run left it: it has learned from the cells that ran. */
  readonly state: PlanningState;
  readonly manifest: Manifest;
  readonly prices: PriceTable;
  readonly tiers: Tiers;
  readonly tierOf: (computation: string) => TierName;
}

/** In dollars; free quotas left out, one task at a time on an instance, as in the plan (estimate.ts). */
export function priceOfRun({ ran, waves, firestore, state, manifest, prices, tiers, tierOf }: RunToPrice): number {
  const expect = expectations(state);
  let dollars = 0;
  for (const [name, cells] of ran) {
    const computation = computationIn(manifest, name);
    if (computation === undefined || cells === 0) continue;
    const typical = expect(computation);
    const tasks = Math.ceil(cells * typical.tasks);
    const documents =
      firestore === null
        ? { reads: cells * typical.reads + tasks * TASK_READS, writes: cells * typical.writes + tasks * TASK_WRITES }
        : { reads: 0, writes: 0 };
    const usage = { ...documents, deletes: 0, seconds: cells * typical.seconds };
    dollars += dollarsOf(usage, tasks, tierNamed(tiers, tierOf(name)).memoryMB, prices);
  }
  const requests = waves + 2;
  const around = { ...(firestore ?? { reads: 0, writes: 0, deletes: 0 }), seconds: requests * DISPATCH_SECONDS };
  const { internalStep, externalStep } = prices.workflows;
  return (
    dollars +
    dollarsOf(around, requests, tiers[0].memoryMB, prices) +
    (DAY_STEPS + (waves + 1) * DISPATCH_STEPS) * internalStep +
    waves * externalStep
  );
}
