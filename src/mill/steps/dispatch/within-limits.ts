/** Refuses a night that would come to more than the project allows, before anything of it is claimed. */
import { UserError } from '../../../errors.ts';
import { overLimits } from '../../model/run-limits.ts';
import { estimate } from '../../planning/estimate.ts';
import type { PlanningSnapshot } from '../../ports/planning.ts';
import { tierRouter } from '../../tiers/tier-router.ts';
import type { DispatchPorts, DispatchRequest } from './request.ts';
import { survey } from './survey.ts';

/**
 * Looks at the whole of the night where it begins, once: what it makes may make more of it run, and that is not held against it later.
 * `dispatchId`: the night's. @throws {UserError} OVER_LIMIT
 */
export async function assertWithinLimits(
  { from, date, pass, sweep, only, computations }: DispatchRequest,
  dispatchId: string,
  snapshot: PlanningSnapshot,
  ports: Pick<DispatchPorts, 'manifest' | 'planning' | 'clock' | 'limits' | 'prices' | 'tiers'>,
): Promise<void> {
  const { limits, prices, tiers, planning, clock, manifest } = ports;
  if (Object.keys(limits).length === 0 || pass !== 1 || sweep === true || only !== undefined) return;
  if (hasBegun(dispatchId, snapshot)) return;
  const { plan } = await survey({ from, to: date }, ports, snapshot);
  const asked = computations ?? manifest.computations.map(({ name }) => name);
  const { tierOf } = tierRouter(await planning.memory(snapshot), tiers, clock.now());
  const cost = estimate({ plan, computations: asked, prices, tierOf, tiers, watched: [] });
  const over = overLimits(limits, cost);
  if (over.length === 0) return;
  throw new UserError(
    'OVER_LIMIT',
    `${over.join('; ')}. Nothing was claimed. Look at it with daymill plan; then make it in parts (--select, --from), or raise the limit in daymill.config.ts.`,
  );
}

/** A wave of it is under way, or is in what is known of the computations that it made. */
const hasBegun = (dispatchId: string, { open, standings }: PlanningSnapshot): boolean =>
  open.some(({ run }) => run.dispatchId === dispatchId) ||
  [...standings.values()].some((standing) => standing.dispatchId === dispatchId);
