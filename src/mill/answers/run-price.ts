/** What a run came to at list prices. */
import type { Clock } from '../../process/ports.ts';
import type { Manifest } from '../model/manifest.ts';
import type { MemoryBook } from '../model/memory-book.ts';
import type { PriceTable } from '../model/price-table.ts';
import type { Tiers } from '../model/tier.ts';
import { priceOfRun, type RunToPrice } from '../planning/price-of-run.ts';
import type { Planning } from '../ports/planning.ts';
import type { Survey } from '../steps/dispatch/survey.ts';
import { tierRouter } from '../tiers/tier-router.ts';

export interface RunPriceAsked extends Pick<RunToPrice, 'waves' | 'firestore'> {
  readonly after: Survey;
  readonly prices: PriceTable;
}

export interface RunPricePorts {
  readonly manifest: Manifest;
  readonly planning: Pick<Planning, 'memory'>;
  readonly tiers: Tiers;
  readonly clock: Clock;
}

/** A price for cells that ran, by computation, and what is around them. Reads one document: what was learned of memory. */
export async function runPrice(
  { after, prices, ...used }: RunPriceAsked,
  { manifest, planning, tiers, clock }: RunPricePorts,
): Promise<(ran: ReadonlyMap<string, number>) => number> {
  // It is a figure for people: another run that writes meanwhile takes no summary with it.
  const memory = await planning.memory(after.snapshot).catch((): MemoryBook => new Map());
  const { tierOf } = tierRouter(memory, tiers, clock.now());
  return (ran) => priceOfRun({ ...used, ran, state: after.folded.state, manifest, prices, tiers, tierOf });
}
