/** Report: how the cells of each day stand, and whether they add up. */
import { z } from 'zod';
import { Day, toOrdinal } from '../../values/date.ts';
import { selectComputations } from '../manifest/select.ts';
import { daySpan } from '../planning/day-set.ts';
import { GridReport, report } from '../planning/report.ts';
import type { Cells } from '../ports/cells.ts';
import { changedComputations } from './changed-computations.ts';
import { type Days, foresee, type ForeseePorts, MissingDays, PendingLoad } from './foresee.ts';
import { LoadedOtherwise } from './loaded-otherwise.ts';
import { partialCells, PartialRow, partialResults } from './partial-results.ts';

export const ReportAnswer = GridReport.extend({
  /** Data that a run would load first; the counts are of the state after that. */
  /** Entities that are not in the results of these days, since the author's code failed on them. */
  failedEntities: z.number(),
  /** Where they are missing. */
  partial: z.array(PartialRow),
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

export interface ReportPorts extends ForeseePorts {
  readonly cells: Pick<Cells, 'read'>;
  /** See `failedShare` of the project's settings. */
  readonly failedShare: number;
}

/** @throws {UserError} as `selectComputations` */
export async function reportAnswer({ grid, from, select }: ReportAsked, ports: ReportPorts): Promise<ReportAnswer> {
  const foreseen = await foresee(grid, ports);
  const { plan, loads, loadedOtherwise, missing, waiting } = foreseen;
  const selected = selectComputations(ports.manifest, select, { changed: changedComputations(plan) });
  const computations = plan.computations.filter((name) => selected.has(name));
  const window = daySpan(toOrdinal(from), toOrdinal(grid.date));
  const found = await partialCells(foreseen, { computations, window }, ports.planning);
  const partial = await partialResults(found, ports.failedShare, ports);
  return {
    ...report({ plan, computations, from, to: grid.date }),
    failedEntities: partial.reduce((sum, { failedEntities }) => sum + failedEntities, 0),
    partial,
    loads,
    loadedOtherwise: await loadedOtherwise(),
    missing,
    waiting: [...waiting].flatMap(([dataset, all]) => {
      const days = all.map(({ date }) => date).filter((date) => date >= from && date <= grid.date);
      return days.length === 0 ? [] : [{ dataset, days }];
    }),
  };
}
