/** Whether a stored result is what a run would leave, as far as can be said without running old and new code beside each other. */
import { z } from 'zod';
import { datasetsReadBy } from '../manifest/edges.ts';
import { selectComputations } from '../manifest/select.ts';
import type { CellKey } from '../model/cell.ts';
import type { Day } from '../../values/date.ts';
import { type Decision, describeReason, Outcome } from '../model/decision.ts';
import type { StoredArtifact } from '../ports/artifacts.ts';
import { distrustOf } from './distrust-of.ts';
import { describeLoad, foresee, type ForeseePorts } from './foresee.ts';

export const UpToDate = z.object({
  upToDate: z.boolean(),
  /** What a run would do with the cell; its text says so where what is stored is not what was made. */
  now: z.object({ outcome: Outcome, text: z.string() }),
  /** How it is known that the computation may give another result from the same inputs; null when it is trusted. */
  distrust: z.string().nullable(),
});
export type UpToDate = z.infer<typeof UpToDate>;

/** `from` is the first day of the grid. Reads what `daymill explain` reads, and simulates nothing. */
export async function upToDate(
  cell: CellKey,
  artifact: StoredArtifact,
  from: Day,
  ports: ForeseePorts,
): Promise<UpToDate> {
  const foreseen = await foresee({ date: cell.date, from }, ports, { simulate: false });
  const [planned] = await foreseen.cells([cell]);
  if (planned === undefined) throw new Error(`${cell.computation}@${cell.date} is not in its own plan`);
  const { decision, settled } = planned;
  const distrust = distrustOf(cell.computation, foreseen) ?? null;
  const isAtRest = decision.outcome === 'SKIP' || decision.outcome === 'STABLE';
  if (isAtRest && settled?.status === 'COMPLETED' && settled.resultHash !== artifact.hash) {
    const text = `it was made as ${settled.resultHash} and is stored as ${artifact.hash}; make it again with: daymill rerun ${cell.computation} --date ${cell.date}`;
    return { upToDate: false, now: { outcome: decision.outcome, text }, distrust };
  }
  const again = isAtRest
    ? foreseen.loads.find((load) => load.again && readsOf(cell, ports).has(load.dataset))
    : undefined;
  if (again !== undefined)
    return { upToDate: false, now: { outcome: decision.outcome, text: describeLoad(again) }, distrust };
  return { upToDate: isAtRest, now: { outcome: decision.outcome, text: textOf(decision, ports.simulate) }, distrust };
}

/** Datasets that the cell is made from, directly or not. */
const readsOf = ({ computation }: CellKey, { manifest }: Pick<ForeseePorts, 'manifest'>): Set<string> => {
  const upstream = selectComputations(manifest, `+${computation}`);
  return new Set(manifest.computations.filter(({ name }) => upstream.has(name)).flatMap(datasetsReadBy));
};

function textOf(decision: Decision, mayBeProven: boolean): string {
  const text = describeReason(decision);
  const isCode =
    decision.reason.why === 'CHANGED' && decision.reason.parts.every((part) => part === 'code' || part === 'layer');
  return isCode && mayBeProven ? `${text}, unless that is proven to do the same` : text;
}
