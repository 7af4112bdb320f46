/** What a dispatch is asked, what it answers, and what it needs of the world. */
import { UserError } from '../../../errors.ts';
import type { AuditPolicy } from '../../model/audit-policy.ts';
import type { CellKey } from '../../model/cell.ts';
import type { OutcomeCounts } from '../../model/decision.ts';
import { computationIn, type Manifest } from '../../model/manifest.ts';
import type { PriceTable } from '../../model/price-table.ts';
import type { RunLimits } from '../../model/run-limits.ts';
import type { Tiers } from '../../model/tier.ts';
import type { Callbacks, Queue } from '../../ports/messages.ts';
import type { Planning } from '../../ports/planning.ts';
import type { Runs } from '../../ports/runs.ts';
import type { Clock, Log } from '../../../process/ports.ts';
import type { Day } from '../../../values/date.ts';

export interface DispatchRequest {
  /** The target: the last day of the grid. */
  readonly date: Day;
  /** The first day of the grid. */
  readonly from: Day;
  /** The pass to begin at: the first that has something to run, or to wait for, is dispatched. Absent: whatever can run now, of every pass. */
  readonly pass?: number | undefined;
  readonly callbackUrl?: string | undefined;
  /** One day's pipeline; defaults to the run's own id. */
  readonly dispatchId?: string | undefined;
  /** The run's name when there is no callback to name it by: the same name again answers with the same run. */
  readonly runId?: string | undefined;
  /** The day's last round: what failed is tried again only if the trouble may have passed. Its runs go under an id of their own. */
  readonly sweep?: boolean | undefined;
  /** Names of the computations whose cells may be claimed; the others stay as they are, and what waits for them waits. All when absent. */
  readonly computations?: readonly string[] | undefined;
  /** The cells that may be claimed; all that can run when absent. */
  readonly only?: readonly CellKey[] | undefined;
}

/** Nothing is left to run or to wait for, in the pass that was asked for and all later ones, when neither count says so. */
export interface DispatchAnswer {
  /** Tasks sent. */
  readonly dispatched: number;
  readonly runId: string | null;
  /** Where to ask for the next wave; null when no pass was asked for. */
  readonly pass: number | null;
  /** Of the manifest. */
  readonly passes: number;
  /** Cells of this pass that another run is making: worth asking again later. */
  readonly inFlight: number;
  readonly outcomes: OutcomeCounts;
}

export interface DispatchPorts {
  readonly manifest: Manifest;
  readonly tiers: Tiers;
  /** Tasks that a wave is spread over; see mill/planning/make-tasks.ts. */
  readonly lanes: number;
  readonly planning: Planning;
  readonly runs: Runs;
  readonly queue: Queue;
  readonly callbacks: Pick<Callbacks, 'assertUrl'>;
  readonly audit: AuditPolicy;
  /** What a night may come to, at these prices. */
  readonly limits: RunLimits;
  readonly prices: PriceTable;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
}

/** A sweep is a dispatch of its own: what failed in the rounds before it has not failed in this one. */
export const dispatchIdOf = (
  { dispatchId, sweep }: Pick<DispatchRequest, 'dispatchId' | 'sweep'>,
  runId: string,
): string => `${dispatchId ?? runId}${sweep === true ? '.sweep' : ''}`;

/** @throws {UserError} BAD_DATE, BAD_ARGUMENT, UNKNOWN_COMPUTATION */
export function assertRequest({ from, date, pass, computations = [] }: DispatchRequest, manifest: Manifest): void {
  if (from > date) {
    throw new UserError(
      'BAD_DATE',
      `${date} is before ${from}, the first day of the grid. Choose a later --date or an earlier --from.`,
    );
  }
  if (pass !== undefined && pass > manifest.passes)
    throw new UserError('BAD_ARGUMENT', `There is no pass ${pass}: the manifest has ${manifest.passes}.`);
  const unknown = computations.find((name) => computationIn(manifest, name) === undefined);
  if (unknown !== undefined)
    throw new UserError(
      'UNKNOWN_COMPUTATION',
      `There is no computation "${unknown}" in the manifest that is deployed.`,
    );
}
