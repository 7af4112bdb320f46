/** Survey: the plan of a grid as things stand, without changing anything. */
import type { Day } from '../model/date.ts';
import type { Manifest } from '../model/manifest.ts';
import { fold } from '../planning/fold.ts';
import { plan, type PlannedCell } from '../planning/plan.ts';
import type { PlanningState } from '../planning/state.ts';
import type { Planning } from './ports.ts';

export interface Survey {
  readonly cells: readonly PlannedCell[];
  readonly state: PlanningState;
}

export interface SurveyRequest {
  readonly from: Day;
  readonly to: Day;
  readonly dispatchId?: string;
}

export async function survey(
  request: SurveyRequest,
  ports: { readonly manifest: Manifest; readonly planning: Planning },
): Promise<Survey> {
  const snapshot = await ports.planning.load();
  const { book, inFlight } = fold(snapshot.book, snapshot.open);
  const { availability, control } = snapshot;
  const state: PlanningState = { book, inFlight, availability, control };
  return { state, cells: plan({ manifest: ports.manifest, state, mode: 'forecast', ...request }) };
}
