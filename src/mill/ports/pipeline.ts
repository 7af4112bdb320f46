/** The day's workflow, as something that can be started. */
import type { Day } from '../../values/date.ts';

export interface DayAsked {
  readonly date: Day;
  /** The first day of the grid. */
  readonly from: Day;
  /** Names of the computations whose cells are made; all when absent. */
  readonly computations?: readonly string[];
}

export interface StartedDay {
  /** By it the runs are found that follow. */
  readonly dispatchId: string;
  /** As the workflow's own API names it. */
  readonly execution: string;
}

export interface Pipeline {
  /** @throws {UserError} NOT_FOUND where no workflow is known */
  start(asked: DayAsked): Promise<StartedDay>;
}
