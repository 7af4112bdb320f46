/**
 * Cancel: stops a dispatch and every run of it that is open. First the dispatch claims nothing more, then each task that is not
 * over ends, its lease taken away, then its workflow is called back and goes through the passes that are left with nothing to
 * run. A crash in between leaves runs marked as cancelled, which the reconciler ends.
 */
import { UserError } from '../../../errors.ts';
import { recordSave } from '../../lifecycle/attempt-record.ts';
import { onCancel } from '../../lifecycle/cancel.ts';
import { withCancelled } from '../../model/control.ts';
import type { Manifest } from '../../model/manifest.ts';
import { isTerminal, type Task } from '../../model/task.ts';
import type { Tiers } from '../../model/tier.ts';
import { closeRuns } from '../dispatch/close-runs.ts';
import { countDown, type CountDownPorts, isAnswered } from '../work/count-down.ts';
import type { Controls, Planning } from '../../ports/planning.ts';
import type { Tasks } from '../../ports/tasks.ts';
import { atMost } from '../../../process/at-most.ts';

export interface CancelPorts extends CountDownPorts {
  readonly manifest: Manifest;
  readonly planning: Planning;
  readonly tiers: Tiers;
  readonly tasks: Tasks;
  readonly controls: Controls;
}

export interface CancelReport {
  readonly dispatchId: string;
  /** Runs that were open. */
  readonly runs: readonly string[];
  /** Tasks that were ended; the others had ended by themselves. */
  readonly tasks: number;
  /** Runs whose workflow could not be called back yet: the reconciler goes on trying. */
  readonly unanswered: readonly string[];
}

/** `id` is a run's, or its dispatch's. Idempotent. @throws {UserError} NOT_FOUND */
export async function cancel(id: string, ports: CancelPorts): Promise<CancelReport> {
  const run = await ports.runs.read(id);
  const before = await ports.planning.load();
  const dispatchId = run?.dispatchId ?? id;
  if (run === undefined && !before.open.some((open) => open.run.dispatchId === id)) {
    throw new UserError(
      'NOT_FOUND',
      `There is no run "${id}", and no dispatch of that name is open. daymill runs lists them.`,
    );
  }
  // From here on a claim for it that is under way is refused: the state that it was decided on has moved.
  await ports.controls.change((control) => withCancelled(control, dispatchId));
  const snapshot = await ports.planning.load();
  const open = snapshot.open.filter((one) => one.run.dispatchId === dispatchId);
  let tasks = 0;
  const unanswered: string[] = [];
  for (const one of open) {
    await ports.runs.markCancelled(one.run.id, ports.clock.now());
    tasks += await cancelTasks(one.tasks, ports);
    // A task that was divided a moment ago has left others behind.
    const late = (await ports.planning.load()).open.find(({ run: same }) => same.id === one.run.id);
    tasks += await cancelTasks(late?.tasks ?? [], ports);
    if ((await countDown({ runId: one.run.id }, ports)) === 'due') unanswered.push(one.run.id);
  }
  const after = await ports.planning.load();
  await closeRuns(after, new Set(after.open.filter((one) => isAnswered(one.run)).map((one) => one.run.id)), ports);
  const report: CancelReport = { dispatchId, runs: open.map((one) => one.run.id), tasks, unanswered };
  ports.log.warn(
    { event: 'cancelled', ...report },
    `cancelled ${dispatchId}: ${report.runs.length} runs, ${tasks} tasks`,
  );
  return report;
}

/** Answers how many it ended. */
export async function cancelTasks(
  tasks: readonly Task[],
  { tasks: store, clock }: Pick<CancelPorts, 'tasks' | 'clock'>,
): Promise<number> {
  const open = tasks.filter((task) => !isTerminal(task));
  const answers = await atMost(open, (task) =>
    store.claim(task.id, (found): { save?: Task } => {
      const cancelled = onCancel(found);
      return cancelled === undefined ? {} : { save: recordSave(cancelled, { nowMs: clock.now() }) };
    }),
  );
  return answers.filter((answer) => answer?.held !== undefined).length;
}
