/** Publishes a run's messages and marks them sent; a crash in between leaves them to the reconciler. */
import { messageFor } from '../../model/message.ts';
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

export async function publishRun(
  { id }: Run,
  tasks: readonly Task[],
  { queue, runs, clock }: PublishPorts,
): Promise<void> {
  await queue.publish(tasks.filter(({ status }) => status === 'PENDING').map(messageFor));
  await runs.markPublished(id, clock.now());
}
