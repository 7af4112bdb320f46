/** Tells the ledger every two seconds that a task is alive, how much memory it takes and how far it is. */
import { codeOf, toError } from '../errors.ts';
import type { Clock, HeldTask, Log, MemoryProbe } from './ports.ts';

export interface Heartbeat {
  /** Between two entities. @throws {RetryableError} LEASE_LOST when a beat found it so: what follows could not be saved. */
  readonly progress: (entities: number) => void;
  /** Waits for a beat under way; nothing is written afterwards. */
  stop(): Promise<void>;
}

export interface HeartbeatPorts {
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly probe: MemoryProbe;
  readonly clock: Clock;
  readonly log: Log;
}

/** A beat's errors never reach the work, but for a lost lease, which stops it where it next says how far it is. */
export function startHeartbeat(held: HeldTask, ports: HeartbeatPorts): Heartbeat {
  let entities = 0;
  let peakRssMB = 0;
  let beating: Promise<void> | undefined;
  let lost: Error | undefined;

  const beat = async (): Promise<void> => {
    const now = ports.clock.now();
    const timestamp = new Date(now).toISOString();
    const { rssMB, heapUsedMB } = ports.probe.read();
    peakRssMB = Math.max(peakRssMB, rssMB);
    try {
      await held.heartbeat(
        { lastHeartbeat: timestamp, lastMemory: { rssMB, heapUsedMB, timestamp }, peakRssMB, entities },
        now + ports.leaseMs,
      );
    } catch (thrown) {
      if (codeOf(thrown) === 'LEASE_LOST') {
        lost = toError(thrown);
        clearInterval(timer);
      }
      ports.log.warn({ event: 'heartbeat.failed', task: held.task.id, code: codeOf(thrown) }, toError(thrown).message);
    }
  };
  const timer = setInterval(() => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  }, ports.heartbeatMs);
  timer.unref();

  return {
    progress(count) {
      if (lost !== undefined) throw lost;
      entities = count;
      peakRssMB = Math.max(peakRssMB, ports.probe.read().rssMB);
    },
    async stop() {
      clearInterval(timer);
      await beating;
    },
  };
}
