/** Whether a stored result is what a run would leave, as far as can be said without running old and new code beside each other. */
import type { Ports } from '../compose.ts';
import { datasetsReadBy } from '../mill/manifest/edges.ts';
import { selectComputations } from '../mill/manifest/select.ts';
import type { CellKey } from '../mill/model/cell.ts';
import type { Day } from '../values/date.ts';
import { type Decision, describeReason, type Outcome } from '../mill/model/decision.ts';
import type { StoredArtifact } from '../mill/ports/artifacts.ts';
import { describeDistrust, distrustOf } from './distrust-of.ts';
import { describeLoad, foresee } from './foresee.ts';
import type { Output } from './output.ts';

export interface UpToDate {
  readonly upToDate: boolean;
  /** What a run would do with the cell; `LOST` where what is stored is not what was made. */
  readonly now: { readonly outcome: Outcome; readonly text: string };
  /** How it is known that the computation may give another result from the same inputs; null when it is trusted. */
  readonly distrust: string | null;
}

/** `from` is the first day of the grid. Reads what `daymill explain` reads, and simulates nothing. */
export async function upToDate(cell: CellKey, artifact: StoredArtifact, from: Day, ports: Ports): Promise<UpToDate> {
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
const readsOf = ({ computation }: CellKey, { manifest }: Ports): Set<string> => {
  const upstream = selectComputations(manifest, `+${computation}`);
  return new Set(manifest.computations.filter(({ name }) => upstream.has(name)).flatMap(datasetsReadBy));
};

function textOf(decision: Decision, mayBeProven: boolean): string {
  const text = describeReason(decision);
  const isCode =
    decision.reason.why === 'CHANGED' && decision.reason.parts.every((part) => part === 'code' || part === 'layer');
  return isCode && mayBeProven ? `${text}, unless that is proven to do the same` : text;
}

/** Nothing for a result that is up to date and trusted. */
export function sayUpToDate(
  { computation, date }: CellKey,
  { upToDate: is, now, distrust }: UpToDate,
  output: Output,
): void {
  if (!is) {
    const may = now.outcome === 'RERUN' && now.text.startsWith('if ') ? 'may not be' : 'is not';
    output.trouble(
      `This result ${may} up to date. ${now.outcome}: ${now.text}. daymill explain ${computation} ${date} says more.`,
    );
  }
  if (distrust !== null) output.trouble(describeDistrust(computation, distrust));
}
