/** Carries out what was decided about an attempt that did not end in outcomes. */
import { RetryableError, toError } from '../../../errors.ts';
import { decideFailure, failureOf } from '../../lifecycle/failure.ts';
import { onHandedBack } from '../../lifecycle/finish.ts';
import type { CellError } from '../../model/cell.ts';
import { messageFor } from '../../model/message.ts';
import type { Task } from '../../model/task.ts';
import type { TierName } from '../../model/tier-name.ts';
import type { Tiers } from '../../model/tier.ts';
import type { Queue } from '../../ports/messages.ts';
import type { HeldTask } from '../../ports/tasks.ts';
import { type CountDownPorts, finishRun } from './count-down.ts';

export interface FailurePorts extends CountDownPorts {
  readonly tier: TierName;
  readonly tiers: Tiers;
  readonly queue: Queue;
}

/** Returns when the delivery may be acknowledged. @throws what was thrown, or a RetryableError for it, when it must come again. */
export async function onFailure(held: HeldTask, thrown: unknown, ports: FailurePorts): Promise<void> {
  const error = toError(thrown);
  const decision = decideFailure(held.task, failureOf(error), ports);
  const fields = { run: held.task.runId, task: held.task.id, attempt: held.task.attempts };
  const note = (event: string, text: string): void => {
    const cause = 'error' in decision ? { error: decision.error } : {};
    ports.log[decision.kind === 'hand-back' ? 'info' : 'warn']({ ...fields, event, ...cause }, text);
  };
  switch (decision.kind) {
    case 'lost':
      note('lease.lost', decision.because);
      return;
    case 'over':
      throw error;
    case 'hand-back':
      await held.handBack(onHandedBack);
      note('task.handed-back', `handed back: ${decision.because}`);
      throw error;
    case 'give-up':
      await giveUp(held, decision, ports);
      return;
    case 'halve':
      await held.save(decision.save, { parts: [decision.part] });
      note('task.halved', `halved: ${decision.because}`);
      await ports.queue.publish([messageFor(decision.save), messageFor(decision.part)]);
      return;
    case 'reroute':
    case 'retry':
      await held.save(decision.save);
      note('attempt.failed', `attempt ${fields.attempt} failed: ${decision.because}`);
      if (decision.kind === 'retry') throw retryable(error);
      await ports.queue.publish([messageFor(decision.save)]);
  }
}

/** Fails the task for good. */
export async function giveUp(
  held: HeldTask,
  { save, error }: { readonly save: Task; readonly error: CellError },
  ports: CountDownPorts,
): Promise<void> {
  await held.save(save);
  ports.log.error(
    { event: 'task.failed', run: save.runId, task: save.id, computation: save.computation, error },
    `given up: ${error.code}: ${error.message}`,
  );
  await finishRun(save, ports);
}

const retryable = (error: Error): RetryableError =>
  error instanceof RetryableError ? error : new RetryableError('UNAVAILABLE', error.message, { cause: error });
