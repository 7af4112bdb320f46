/** Cells as they are stored and as they are planned, looked up one by one and read together. */
import { type CellKey, cellName } from '../model/cell.ts';
import type { Decision } from '../model/decision.ts';
import { type Day, fromOrdinal, toOrdinal } from '../../values/date.ts';
import { NO_DAYS, newestUpTo } from '../planning/day-set.ts';
import type { Plan } from '../planning/plan.ts';
import type { Cells, StoredCell } from '../ports/cells.ts';

export interface CellHistory {
  /** Undefined off the grid. */
  decision(cell: CellKey): Decision | undefined;
  /** The newest day up to `date` on which a dataset has data. */
  newestData(dataset: string, date: Day): Day | undefined;
  /** In the order asked for; each is read once. */
  stored(cells: readonly CellKey[]): Promise<(StoredCell | undefined)[]>;
}

export function cellHistory(plan: Plan, cells: Pick<Cells, 'read'>): CellHistory {
  const read = new Map<string, StoredCell | undefined>();
  return {
    decision: (cell) => plan.decision(cell),
    newestData(dataset, date) {
      const { days } = plan.request.state.datasets.get(dataset) ?? { days: NO_DAYS };
      const newest = newestUpTo(days, toOrdinal(date));
      return newest === undefined ? undefined : fromOrdinal(newest);
    },
    async stored(wanted) {
      const unread = wanted.filter((cell) => !read.has(cellName(cell)));
      const found = await cells.read(unread);
      for (const [index, cell] of unread.entries()) read.set(cellName(cell), found[index]);
      return wanted.map((cell) => read.get(cellName(cell)));
    },
  };
}
