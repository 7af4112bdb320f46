/** Publishes a run's messages and marks them sent; a crash in between leaves them to the reconciler. */
import { messageFor, type TaskMessage } from '../../model/message.ts';
import type { Run } from '../../model/run.ts';
import type { Task } from '../../model/task.ts';
import type { Queue } from '../../ports/messages.ts';
import type { Runs } from '../../ports/runs.ts';
import type { Clock } from '../../../process/ports.ts';

export interface PublishPorts {
  readonly queue: Queue;
  readonly runs: Pick<Runs, 'markPublished'>;
  readonly clock: Clock;
}

/** Of tasks that are in the ledger for a while, those that wait. */
export const messagesOf = (tasks: readonly Task[]): TaskMessage[] =>
  tasks.filter(({ status }) => status === 'PENDING').map(messageFor);

export async function publishRun(
  { id }: Run,
  messages: readonly TaskMessage[],
  { queue, runs, clock }: PublishPorts,
): Promise<void> {
  await queue.publish(messages);
  await runs.markPublished(id, clock.now());
}
