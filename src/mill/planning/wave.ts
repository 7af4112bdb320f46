/**
 * Which cells of a plan make the next wave: those of the first pass that has any, from the one that is asked for. A pass that has
 * none is passed over in the same plan, so that the end of one and the beginning of the next are one dispatch. Pure.
 */
import type { AuditPolicy } from '../model/audit-policy.ts';
import { type CellKey, cellName } from '../model/cell.ts';
import { cellsToAudit } from './audit.ts';
import { dayCount } from './day-set.ts';
import type { Plan } from './plan.ts';

/** Cells that are made into tasks at once, oldest days first: each is put together with its vector, about a kilobyte. */
export const MAX_CELLS_A_WAVE = 20_000;

export interface WaveRequest {
  /** The first pass that is asked for; whatever was planned when absent. */
  readonly pass?: number | undefined;
  /** Names of the computations whose cells may be claimed; all when absent. */
  readonly computations?: readonly string[] | undefined;
  /** The cells that may be claimed; all that can run when absent. */
  readonly only?: readonly CellKey[] | undefined;
  readonly audit: Pick<AuditPolicy, 'share' | 'most'>;
  /** Decides which of the cells that are spared are audited. */
  readonly seed: string;
}

export interface Wave {
  /** The computations that were looked at: of every pass from the one that is asked for to the last that is planned. */
  readonly asked: readonly string[];
  readonly runs: readonly CellKey[];
  /** Cells that have just been spared, and run in shadow. */
  readonly audits: readonly CellKey[];
  /** How many cells another run is making: they are to be waited for. */
  readonly inFlight: number;
}

/** Of the plan's last pass: those before it have nothing left. */
export function waveOf(plan: Plan, { pass, computations, only, audit, seed }: WaveRequest): Wave {
  const asked = plan.request.manifest.computations
    .filter((one) => (pass === undefined || one.pass >= pass) && one.pass <= plan.pass)
    .filter(({ name }) => computations?.includes(name) ?? true);
  const due = asked.filter((one) => pass === undefined || one.pass === plan.pass).map(({ name }) => name);
  const allowed = only && new Set(only.map(cellName));
  const isAllowed = (key: CellKey): boolean => allowed?.has(cellName(key)) ?? true;
  return {
    asked: asked.map(({ name }) => name),
    runs: plan.runnable(due, MAX_CELLS_A_WAVE).filter(isAllowed),
    audits: cellsToAudit(plan, due, audit, seed).filter(isAllowed),
    inFlight: due.reduce((sum, name) => sum + dayCount(plan.inFlight(name)), 0),
  };
}

/** Nothing to send and nothing to wait for. */
export const isIdle = ({ runs, audits, inFlight }: Wave): boolean => runs.length + audits.length + inFlight === 0;
