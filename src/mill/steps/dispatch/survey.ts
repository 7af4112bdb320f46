/** Survey: a plan of what is at hand, made anew with the books that it missed until it misses none. Changes nothing. */
import type { CellKey } from '../../model/cell.ts';
import type { Day } from '../../../values/date.ts';
import { withUnanalysable } from '../../model/distrust.ts';
import type { Manifest } from '../../model/manifest.ts';
import { fold, type Fold } from '../../planning/fold.ts';
import { type Plan, plan, type PlannedCell, type PlanRequest } from '../../planning/plan.ts';
import { Shelf } from '../../planning/shelf.ts';
import type { PlanningState } from '../../planning/state.ts';
import type { Planning, PlanningSnapshot } from '../../ports/planning.ts';

export interface Survey {
  readonly snapshot: PlanningSnapshot;
  readonly folded: Fold;
  readonly plan: Plan;
  /** Cells with what they were made from; reads the books that this takes. In the order asked for. */
  cells(keys: readonly CellKey[]): Promise<PlannedCell[]>;
  /** Cells that are skipped, to run in shadow. */
  audited(keys: readonly CellKey[]): Promise<PlannedCell[]>;
}

export interface SurveyRequest {
  readonly from: Day;
  readonly to: Day;
  readonly dispatchId?: string;
  readonly mode?: PlanRequest['mode'];
  readonly throughPass?: number;
  readonly sweep?: boolean;
  /** What the state will be like, for plans of what is still to come. */
  readonly foreseen?: (state: PlanningState) => PlanningState;
}

export interface SurveyPorts {
  readonly manifest: Manifest;
  readonly planning: Planning;
}

/** @throws {RetryableError} CONTENTION when books were written after the snapshot was taken. */
export async function survey(
  { foreseen = (state) => state, ...request }: SurveyRequest,
  { manifest, planning }: SurveyPorts,
  snapshot?: PlanningSnapshot,
): Promise<Survey> {
  const known = snapshot ?? (await planning.load());
  for (;;) {
    const shelf = new Shelf(known.books);
    const folded = fold(stateOf(known, shelf, manifest), known.open);
    const made = plan({ mode: 'forecast', ...request, manifest, state: foreseen(folded.state) });
    if (shelf.isComplete) {
      const withBooks = async (pick: (key: CellKey) => PlannedCell | undefined, keys: readonly CellKey[]) => {
        for (;;) {
          const cells = keys.flatMap((key) => pick(key) ?? []);
          if (shelf.isComplete) return cells;
          await planning.fetch(known, shelf.takeMissing());
        }
      };
      return {
        snapshot: known,
        folded,
        plan: made,
        cells: (keys) => withBooks((key) => made.cell(key), keys),
        audited: (keys) => withBooks((key) => made.audited(key), keys),
      };
    }
    await planning.fetch(known, shelf.takeMissing());
  }
}

/** Before outcomes are folded in: what is in flight is not known yet. */
export const stateOf = (snapshot: PlanningSnapshot, shelf: Shelf, manifest: Manifest): PlanningState => ({
  sequence: snapshot.sequence,
  standings: snapshot.standings,
  datasets: snapshot.datasets,
  equivalents: snapshot.equivalents,
  distrusted: withUnanalysable(snapshot.distrusted, manifest),
  control: snapshot.control,
  shelf,
  inFlight: new Map(),
});
