/** Cells as they are stored and as they are planned, looked up one by one and read together. */
import { type CellKey, cellName } from '../model/cell.ts';
import type { PlannedCell } from '../planning/plan.ts';
import type { Cells, StoredCell } from '../steps/ports.ts';

export interface CellHistory {
  planned(cell: CellKey): PlannedCell | undefined;
  /** In the order asked for; each is read once. */
  stored(cells: readonly CellKey[]): Promise<(StoredCell | undefined)[]>;
}

export function cellHistory(plan: readonly PlannedCell[], cells: Cells): CellHistory {
  const planned = new Map(plan.map((cell) => [cellName(cell.decision), cell]));
  const read = new Map<string, StoredCell | undefined>();
  return {
    planned: (cell) => planned.get(cellName(cell)),
    async stored(wanted) {
      const unread = wanted.filter((cell) => !read.has(cellName(cell)));
      const found = await cells.read(unread);
      for (const [index, cell] of unread.entries()) read.set(cellName(cell), found[index]);
      return wanted.map((cell) => read.get(cellName(cell)));
    },
  };
}
