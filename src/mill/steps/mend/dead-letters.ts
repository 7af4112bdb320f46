/** Dead letters: a task that was given up is replayed by claiming its cells anew, or dropped. */
import { UserError } from '../../../errors.ts';
import type { DeadLetter } from '../../model/dead-letter.ts';
import { hashOf } from '../../../values/hash.ts';
import { outcomeOf, type Task } from '../../model/task.ts';
import { dispatch } from '../dispatch/dispatch.ts';
import type { DispatchPorts } from '../dispatch/request.ts';
import type { Tasks } from '../../ports/tasks.ts';
import type { Clock } from '../../../process/ports.ts';

export interface ReplayReport {
  readonly taskId: string;
  /** The run that makes its cells; null when they had been made since, or when it had been dropped. */
  readonly runId: string | null;
  readonly status: DeadLetter['status'];
}

export interface ReplayPorts extends DispatchPorts {
  readonly tasks: Tasks;
}

/**
 * Claims the cells that the task did not make, through the planner like any others. Idempotent: the run is named by the task.
 * @throws {UserError} NOT_FOUND; BUSY when they cannot run now, and the dead letter stays.
 */
export async function replayDeadLetter(taskId: string, ports: ReplayPorts): Promise<ReplayReport> {
  const task = await readDeadLetter(taskId, ports.tasks);
  if (task.deadLetter.status !== 'OPEN') return reportOf(task);
  const unmade = task.cells.filter((cell) => ['FAILED', 'NOT_TRIED'].includes(outcomeOf(task, cell)?.status ?? ''));
  const dates = unmade.map(({ date }) => date).sort();
  const [from, date] = [dates[0], dates.at(-1)];
  if (from === undefined || date === undefined) throw new Error(`${taskId} was given up without a cell that failed`);
  const runId = `replay-${hashOf(taskId)}`;
  const answer = await dispatch({ from, date, runId, only: unmade }, ports);
  const { BLOCKED, FAILED_DEPENDENCY, IMPOSSIBLE } = answer.outcomes;
  if (answer.dispatched === 0 && BLOCKED + FAILED_DEPENDENCY + IMPOSSIBLE > 0) {
    const why = `${BLOCKED} blocked, ${FAILED_DEPENDENCY} with a failed dependency, ${IMPOSSIBLE} impossible`;
    throw new UserError(
      'BUSY',
      `The cells of ${taskId} cannot run now (${why}); it stays. daymill explain ${task.computation} ${date} says why.`,
    );
  }
  return handle(task, { status: 'REPLAYED', ...(answer.runId === null ? {} : { replayRunId: answer.runId }) }, ports);
}

/** Its cells stay failed. Idempotent. @throws {UserError} NOT_FOUND */
export async function dropDeadLetter(
  taskId: string,
  ports: { readonly tasks: Tasks; readonly clock: Clock },
): Promise<ReplayReport> {
  return handle(await readDeadLetter(taskId, ports.tasks), { status: 'DROPPED' }, ports);
}

type Given = Task & { readonly deadLetter: DeadLetter };

/** @throws {UserError} NOT_FOUND */
export async function readDeadLetter(taskId: string, tasks: Pick<Tasks, 'read'>): Promise<Given> {
  const task = await tasks.read(taskId);
  if (task?.deadLetter === undefined) {
    throw new UserError('NOT_FOUND', `There is no dead letter "${taskId}". daymill dead-letters lists them.`);
  }
  return { ...task, deadLetter: task.deadLetter };
}

async function handle(
  task: Given,
  to: DeadLetter,
  { tasks, clock }: { readonly tasks: Tasks; readonly clock: Clock },
): Promise<ReplayReport> {
  const answer = await tasks.claim(task.id, (found): { save?: Task; was: Task } =>
    found.deadLetter?.status === 'OPEN'
      ? { was: found, save: { ...found, deadLetter: { ...to, handledMs: clock.now() } } }
      : { was: found },
  );
  return reportOf(answer?.held?.task ?? answer?.decision.was ?? task);
}

const reportOf = ({ id, deadLetter }: Task): ReplayReport => ({
  taskId: id,
  runId: deadLetter?.replayRunId ?? null,
  status: deadLetter?.status ?? 'OPEN',
});
