/** Cells as they are stored and as they are planned, looked up one by one and read together. */
import { type CellKey, cellName } from '../mill/model/cell.ts';
import type { Decision } from '../mill/model/decision.ts';
import type { Plan } from '../mill/planning/plan.ts';
import type { Cells, StoredCell } from '../mill/ports/cells.ts';

export interface CellHistory {
  /** Undefined off the grid. */
  decision(cell: CellKey): Decision | undefined;
  /** In the order asked for; each is read once. */
  stored(cells: readonly CellKey[]): Promise<(StoredCell | undefined)[]>;
}

export function cellHistory(plan: Plan, cells: Cells): CellHistory {
  const read = new Map<string, StoredCell | undefined>();
  return {
    decision: (cell) => plan.decision(cell),
    async stored(wanted) {
      const unread = wanted.filter((cell) => !read.has(cellName(cell)));
      const found = await cells.read(unread);
      for (const [index, cell] of unread.entries()) read.set(cellName(cell), found[index]);
      return wanted.map((cell) => read.get(cellName(cell)));
    },
  };
}
