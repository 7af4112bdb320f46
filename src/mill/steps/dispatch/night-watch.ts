/** Who is on the nightly watch: settled cells that are made again in shadow, once a night, when nothing else is left to run. */
import type { AuditPolicy } from '../../model/audit-policy.ts';
import { cellName } from '../../model/cell.ts';
import { type Day, dayOf } from '../../../values/date.ts';
import { shadowOf } from '../../planning/expected.ts';
import type { PlannedCell } from '../../planning/plan.ts';
import type { Standing } from '../../planning/standing.ts';
import { cellsToWatch, type WatchedCell } from '../../planning/watch.ts';
import type { PlanningSnapshot } from '../../ports/planning.ts';
import type { Clock } from '../../../process/ports.ts';
import type { Survey } from './survey.ts';

export interface NightWatch {
  readonly night: Day;
  readonly cells: readonly PlannedCell[];
  /** With what the computations that were looked at remember of it. */
  after(standings: ReadonlyMap<string, Standing>): Map<string, Standing>;
}

/** Undefined when nobody is to be on watch, or somebody was tonight: a second run of a day is quiet. */
export function nightOf(
  { watched }: Pick<PlanningSnapshot, 'watched'>,
  { audit, clock }: { readonly audit: AuditPolicy; readonly clock: Clock },
): Day | undefined {
  const night = dayOf(clock.now());
  return audit.nightly === 0 || (watched !== undefined && watched >= night) ? undefined : night;
}

/** The cells of tonight; `survey` is of all passes. */
export const drawWatch = ({ plan }: Pick<Survey, 'plan'>, { nightly }: AuditPolicy): WatchedCell[] =>
  cellsToWatch({ plan, cells: nightly, effortOf: (computation) => shadowOf(plan, computation) });

/** Reads the books that this takes: of each cell its own, and those of what it reads. */
export async function watchTonight(
  surveyed: Survey,
  { night, audit, dispatchId }: { readonly night: Day; readonly audit: AuditPolicy; readonly dispatchId: string },
): Promise<NightWatch> {
  const drawn = drawWatch(surveyed, audit);
  const planned = await surveyed.audited(drawn);
  // What was made tonight was not skipped.
  const cells = planned.filter(({ settled }) => settled?.status === 'COMPLETED' && settled.dispatchId !== dispatchId);
  const kept = new Set(cells.map(({ decision }) => cellName(decision)));
  return {
    night,
    cells,
    after(standings) {
      const next = new Map(standings);
      for (const cell of drawn) {
        const standing = next.get(cell.computation);
        if (standing !== undefined && kept.has(cellName(cell)))
          next.set(cell.computation, { ...standing, watched: { night, visits: cell.visits } });
      }
      return next;
    },
  };
}
