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
  /** The last pass to plan at first; all of them when absent. */
  readonly throughPass?: number;
  /** Whether a plan of the first passes is enough; else the next one is planned, too. */
  readonly isEnough?: (plan: Plan) => boolean;
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
  { foreseen = (state) => state, isEnough = () => true, ...request }: SurveyRequest,
  { manifest, planning }: SurveyPorts,
  snapshot?: PlanningSnapshot,
): Promise<Survey> {
  const known = snapshot ?? (await planning.load());
  const shelf = new Shelf(known.books);
  const begin = (): { readonly folded: Fold; readonly isFolded: boolean; readonly plan: Plan } => {
    const folded = fold(stateOf(known, shelf, manifest), known.open);
    const isFolded = shelf.isComplete;
    return { folded, isFolded, plan: plan({ mode: 'forecast', ...request, manifest, state: foreseen(folded.state) }) };
  };
  let made = begin();
  for (;;) {
    if (!shelf.isComplete) {
      await planning.fetch(known, shelf.takeMissing());
      made = made.isFolded ? { ...made, plan: made.plan.anew() } : begin();
    } else if (made.plan.isPartial && !isEnough(made.plan)) {
      made = { ...made, plan: made.plan.through(made.plan.pass + 1) };
    } else break;
  }
  const { folded, plan: whole } = made;
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
    plan: whole,
    cells: (keys) => withBooks((key) => whole.cell(key), keys),
    audited: (keys) => withBooks((key) => whole.audited(key), keys),
  };
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
