/** Report: how the cells of each day stand, and whether they add up. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { selectComputations } from '../manifest/select.ts';
import { GridReport, report } from '../planning/report.ts';
import { changedComputations } from './changed-computations.ts';
import { type Days, foresee, type ForeseePorts, MissingDays, PendingLoad } from './foresee.ts';
import { LoadedOtherwise } from './loaded-otherwise.ts';

export const ReportAnswer = GridReport.extend({
  /** Data that a run would load first; the counts are of the state after that. */
  loads: z.array(PendingLoad).readonly(),
  loadedOtherwise: z.array(LoadedOtherwise).readonly(),
  missing: z.array(MissingDays).readonly(),
  /** By dataset: days whose data is there and not whole yet, so that they stay closed. */
  waiting: z.array(z.object({ dataset: z.string(), days: z.array(Day) })),
});
export type ReportAnswer = z.infer<typeof ReportAnswer>;

export interface ReportAsked {
  readonly grid: Days;
  /** The first of its days to report. */
  readonly from: Day;
  /** Which computations to count; see `selectComputations`. */
  readonly select: string;
}

/** @throws {UserError} as `selectComputations` */
export async function reportAnswer({ grid, from, select }: ReportAsked, ports: ForeseePorts): Promise<ReportAnswer> {
  const { plan, loads, loadedOtherwise, missing, waiting } = await foresee(grid, ports);
  const selected = selectComputations(ports.manifest, select, { changed: changedComputations(plan) });
  const computations = plan.computations.filter((name) => selected.has(name));
  return {
    ...report({ plan, computations, from, to: grid.date }),
    loads,
    loadedOtherwise: await loadedOtherwise(),
    missing,
    waiting: [...waiting].flatMap(([dataset, all]) => {
      const days = all.map(({ date }) => date).filter((date) => date >= from && date <= grid.date);
      return days.length === 0 ? [] : [{ dataset, days }];
    }),
  };
}
