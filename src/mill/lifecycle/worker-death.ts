/** What is noted of a task whose worker was seen to die of memory, by whoever saw it: the process itself can no longer. Pure. */
import { isTerminal, type Task, type Telemetry } from '../model/task.ts';

/** Of a worker's process, in MiB where it is about memory. */
export interface WorkerDeath {
  /** As leases name it. */
  readonly worker: string;
  /** How it ended, in words that speak of memory. */
  readonly message: string;
  readonly residentMB: number;
  /** As much as it was allowed, where V8 found it full. */
  readonly heapUsedMB?: number | undefined;
}

export interface DeathContext {
  /** A token of its own, so that nothing that the dead worker may have sent is taken. */
  readonly token: string;
  /** Tasks that the worker had. */
  readonly tasksAtOnce: number;
  readonly nowMs: number;
}

/** `save` ends the lease, and leaves what was seen as the attempt's last heartbeat: the next delivery decides by it. */
export function decideDeath(task: Task, death: WorkerDeath, context: DeathContext): { readonly save?: Task } {
  const { lease } = task;
  if (isTerminal(task) || lease?.worker !== death.worker) return {};
  const { token, nowMs } = context;
  return {
    save: {
      ...task,
      lease: { ...lease, token, untilMs: nowMs },
      lastError: { code: 'OUT_OF_MEMORY', message: death.message },
      telemetry: lastSeen(task, death, context),
    },
  };
}

function lastSeen({ telemetry, lease }: Task, death: WorkerDeath, { tasksAtOnce, nowMs }: DeathContext): Telemetry {
  const timestamp = new Date(nowMs).toISOString();
  // A heartbeat from before this lease was another attempt's.
  const own = Date.parse(telemetry?.lastHeartbeat ?? '') >= (lease?.sinceMs ?? 0) ? telemetry : undefined;
  const { residentMB, heapUsedMB = own?.lastMemory.heapUsedMB ?? 0 } = death;
  const rssMB = Math.round(residentMB * 10) / 10;
  return {
    entities: 0,
    ...own,
    lastHeartbeat: timestamp,
    lastMemory: { rssMB, heapUsedMB, timestamp },
    peakRssMB: Math.max(own?.peakRssMB ?? 0, rssMB),
    tasksAtOnce: Math.max(own?.tasksAtOnce ?? 1, tasksAtOnce),
  };
}
