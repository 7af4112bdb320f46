/** Tells the ledger that a worker's process died of memory: its tasks need not wait for their leases, and know why they ended. */
import { atMost } from '../../../process/at-most.ts';
import type { Clock } from '../../../process/ports.ts';
import { decideDeath, type WorkerDeath } from '../../lifecycle/worker-death.ts';
import type { Tasks } from '../../ports/tasks.ts';

export interface DeathPorts {
  readonly tasks: Pick<Tasks, 'leasedBy' | 'claim'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Answers how many tasks the worker had. */
export async function noteDeath(death: WorkerDeath, { tasks, clock, newId }: DeathPorts): Promise<number> {
  const held = await tasks.leasedBy(death.worker);
  const tasksAtOnce = held.length;
  await atMost(held, (id) =>
    tasks.claim(id, (task) => decideDeath(task, death, { token: newId(), tasksAtOnce, nowMs: clock.now() })),
  );
  return held.length;
}
