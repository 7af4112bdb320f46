/** Why a cell has no result, down to the root. */
import { z } from 'zod';
import type { Day } from '../../values/date.ts';
import type { CellKey } from '../model/cell.ts';
import { describeReason, Outcome } from '../model/decision.ts';
import type { Cells } from '../ports/cells.ts';
import { cellHistory } from './cell-history.ts';
import { foresee, type ForeseePorts } from './foresee.ts';
import { Cause } from './cause-list.ts';
import { traceCauses, traceContext } from './trace-causes.ts';

export const MissingResult = z.object({ outcome: Outcome, text: z.string(), causes: z.array(Cause) });
export type MissingResult = z.infer<typeof MissingResult>;

/** `from` is the first day of the grid, but for an earlier cell. */
export async function missingResult(
  cell: CellKey,
  from: Day,
  ports: ForeseePorts & { readonly cells: Pick<Cells, 'read'> },
): Promise<MissingResult> {
  const { computation, date } = cell;
  const first = from < date ? from : date;
  const foreseen = await foresee({ date, from: first }, ports);
  const history = cellHistory(foreseen.plan, ports.cells);
  const decision = history.decision(cell);
  if (decision === undefined) throw new Error(`${computation}@${date} is not in its own plan`);
  const { outcome } = decision;
  // The plan knows of a result, and none is stored.
  if (outcome === 'SKIP' || outcome === 'STABLE') {
    const text = `its result was made and is gone; make it again with: daymill rerun ${computation} --date ${date}`;
    return { outcome, text, causes: [] };
  }
  const causes = await traceCauses(cell, traceContext(foreseen, first, history));
  return { outcome, text: describeReason(decision), causes };
}
