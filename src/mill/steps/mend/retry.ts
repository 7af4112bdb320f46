/** Retry: a cell is made again now, whatever the plan thinks of it, and what reads it if its result turns out different. */
import { toError, UserError } from '../../../errors.ts';
import { toOrdinal } from '../../../values/date.ts';
import { type CellKey, cellName } from '../../model/cell.ts';
import { describeReason } from '../../model/decision.ts';
import { computationIn } from '../../model/manifest.ts';
import { isTerminal } from '../../model/task.ts';
import { daySpan } from '../../planning/day-set.ts';
import type { PlanningSnapshot } from '../../ports/planning.ts';
import type { Day } from '../../../values/date.ts';
import { assertTarget } from '../dispatch/target.ts';
import { survey, type SurveyPorts } from '../dispatch/survey.ts';
import { askAgain } from './ask-again.ts';
import { startDay, type StartPorts } from './start-day.ts';

export interface RetryPorts extends SurveyPorts, StartPorts {
  /** The first day of the grid, as configured. */
  readonly from: Day | undefined;
}

export interface RetryReport {
  readonly cell: string;
  /** Null where the day could not be started: the next one makes the cell. */
  readonly dispatchId: string | null;
  /** Why it was not started, or why the cell has to wait; empty when neither holds. */
  readonly waits: string;
}

export interface RetryAsked {
  readonly cell: CellKey;
  readonly by: string;
  /** The computation, and those that read it: theirs are the cells that are made. */
  readonly computations: readonly string[];
}

/** @throws {UserError} UNKNOWN_COMPUTATION, BAD_DATE; BUSY for one that is being made, or cannot be made */
export async function retry({ cell, by, computations }: RetryAsked, ports: RetryPorts): Promise<RetryReport> {
  const { computation, date } = cell;
  assertTarget(date, ports.clock.now());
  if (computationIn(ports.manifest, computation) === undefined)
    throw new UserError('UNKNOWN_COMPUTATION', `There is no computation "${computation}".`);
  const from = ports.from ?? date;
  if (date < from)
    throw new UserError('BAD_DATE', `${date} is before ${from}, where the grid starts, so nothing of it is ever made.`);
  const { plan, snapshot } = await survey({ from, to: date }, ports);
  assertIdle(cell, snapshot);
  const decision = plan.decision(cell);
  if (decision?.outcome === 'IMPOSSIBLE')
    throw new UserError('BUSY', `${cellName(cell)} cannot be made: ${describeReason(decision)}.`);
  const held = decision?.outcome === 'BLOCKED' || decision?.outcome === 'FAILED_DEPENDENCY';
  const day = toOrdinal(date);
  await askAgain({ days: new Map([[computation, daySpan(day, day)]]), by }, ports);
  const report = { cell: cellName(cell), dispatchId: null, waits: held ? describeReason(decision) : '' };
  try {
    const { dispatchId } = await startDay({ from, date, computations }, ports);
    return { ...report, dispatchId };
  } catch (thrown) {
    // It is noted: what cannot be started now is made by whatever runs next.
    return { ...report, waits: toError(thrown).message };
  }
}

function assertIdle(cell: CellKey, { open }: PlanningSnapshot): void {
  for (const { run, tasks } of open) {
    const task = tasks.find(
      (one) =>
        !isTerminal(one) &&
        one.cells.some(({ computation, date }) => computation === cell.computation && date === cell.date),
    );
    if (task !== undefined)
      throw new UserError('BUSY', `${cellName(cell)} is being made now, by the task ${task.id} of the run ${run.id}.`);
  }
}
