/** Says why a cell has no result, down to the root, and what would make it. */
import type { Ports } from '../compose.ts';
import type { CellKey } from '../mill/model/cell.ts';
import type { Day } from '../values/date.ts';
import { describeReason, type Outcome } from '../mill/model/decision.ts';
import { cellHistory } from '../mill/answers/cell-history.ts';
import { foresee } from './foresee.ts';
import type { Output } from './output.ts';
import { type Cause, traceCauses } from './trace-causes.ts';

export interface Missing {
  readonly outcome: Outcome;
  readonly text: string;
  readonly causes: readonly Cause[];
}

/** `from` is the first day of the grid. */
export async function sayWhyNone(cell: CellKey, from: Day, ports: Ports, output: Output): Promise<Missing> {
  const { computation, date } = cell;
  const foreseen = await foresee({ date, from: from < date ? from : date }, ports);
  const history = cellHistory(foreseen.plan, ports.cells);
  const decision = history.decision(cell);
  if (decision === undefined) throw new Error(`${computation}@${date} is not in its own plan`);
  const { ranges, waiting, verdicts, folded } = foreseen;
  const { distrusted } = folded.state;
  const causes = await traceCauses(cell, {
    manifest: ports.manifest,
    from,
    history,
    ranges,
    waiting,
    verdicts,
    distrusted,
  });
  // The plan knows of a result, and none is stored.
  if (decision.outcome === 'SKIP' || decision.outcome === 'STABLE') {
    const text = `its result was made and is gone; make it again with: daymill rerun ${computation} --date ${date}`;
    output.trouble(`${computation}@${date} has no result: ${text}`);
    return { outcome: decision.outcome, text, causes: [] };
  }
  const why = decision.reason.why === 'FAILED_BEFORE' ? 'its last attempt failed' : describeReason(decision);
  output.trouble(`${computation}@${date} has no result. ${decision.outcome}: ${why}`);
  for (const { depth, subject, text: cause } of causes) output.trouble(`${'  '.repeat(depth)}<- ${subject}: ${cause}`);
  if (decision.outcome === 'RUN' || decision.outcome === 'RERUN')
    output.trouble(`Make it with: daymill run --date ${date}${date < from ? ` --from ${date}` : ''}`);
  return { outcome: decision.outcome, text: describeReason(decision), causes };
}
