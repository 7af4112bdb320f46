/** Tells the ledger every two seconds that a task is alive, how much memory it takes and how far it is. */
import { codeOf, toError } from '../../errors.ts';
import type { MemoryReading, Task, Telemetry } from '../model/task.ts';
import { MemoryTrace } from './memory-trace.ts';
import type { MemoryProbe } from '../ports/process.ts';
import type { HeldTask } from '../ports/tasks.ts';
import type { Log, SteadyClock } from '../../process/ports.ts';

export interface Heartbeat {
  /** How many entities of the cell at hand are done. @throws {RetryableError} LEASE_LOST when a beat found it so: nothing could be saved. */
  readonly progress: (entities: number) => void;
  /** A cell is opened: how many entities it has, where that is known. */
  readonly expect: (entities: number) => void;
  /** The task as it is to be saved, with what is known of this attempt. */
  stamp(task: Task): Task;
  /** Waits for a beat under way; nothing is written afterwards. */
  stop(): Promise<void>;
}

export interface HeartbeatPorts {
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly probe: MemoryProbe;
  readonly clock: SteadyClock;
  readonly log: Log;
}

/** Looks at the process between two beats: a peak seldom waits for one. */
const SAMPLES_A_BEAT = 8;

/** Tasks that are at work in this process: they share its memory. */
const atWork = new Set<{ tasksAtOnce: number }>();

/** A beat's errors never reach the work, but for a lost lease, which stops it where it next says how far it is. */
export function startHeartbeat(held: HeldTask, ports: HeartbeatPorts): Heartbeat {
  const { probe, clock } = ports;
  const startedMs = clock.elapsed();
  const startRssMB = probe.rssMB();
  const highestBefore = probe.highestRssMB();
  const shared = { tasksAtOnce: 0 };
  atWork.add(shared);
  for (const each of atWork) each.tasksAtOnce = Math.max(each.tasksAtOnce, atWork.size);
  let peakRssMB = startRssMB;
  const trace = new MemoryTrace();
  let done = 0;
  let inCell = 0;
  let expected: number | undefined;
  let beating: Promise<void> | undefined;
  let lost: Error | undefined;

  const sample = (): void => {
    // The system's own mark misses nothing, but only rises while the process lives: it is ours if it rose since the start.
    const highest = probe.highestRssMB();
    peakRssMB = Math.max(peakRssMB, probe.rssMB(), highest > highestBefore ? highest : 0);
  };
  const telemetry = (): Telemetry => {
    const now = clock.now();
    const timestamp = new Date(now).toISOString();
    const reading = rounded(probe.read());
    sample();
    const seconds = (clock.elapsed() - startedMs) / 1_000;
    trace.add(seconds, reading.rssMB, reading.heapUsedMB);
    return {
      lastHeartbeat: timestamp,
      lastMemory: { ...reading, timestamp },
      peakRssMB: round(Math.max(peakRssMB, reading.rssMB)),
      startRssMB: round(startRssMB),
      tasksAtOnce: shared.tasksAtOnce,
      entities: done + inCell,
      ...(expected === undefined ? {} : { expectedEntities: expected }),
      seconds,
      readings: trace.flat(),
    };
  };
  const beat = async (): Promise<void> => {
    try {
      await held.heartbeat(telemetry(), clock.now() + ports.leaseMs);
    } catch (thrown) {
      if (codeOf(thrown) === 'LEASE_LOST') {
        lost = toError(thrown);
        clearInterval(beats);
      }
      ports.log.warn({ event: 'heartbeat.failed', task: held.task.id, code: codeOf(thrown) }, toError(thrown).message);
    }
  };
  const beats = setInterval(() => {
    beating ??= beat().finally(() => {
      beating = undefined;
    });
  }, ports.heartbeatMs);
  const samples = setInterval(sample, ports.heartbeatMs / SAMPLES_A_BEAT);
  beats.unref();
  samples.unref();

  return {
    progress(entities) {
      if (lost !== undefined) throw lost;
      // A new cell counts from the beginning.
      if (entities < inCell) done += inCell;
      inCell = entities;
      sample();
    },
    expect(entities) {
      expected = (expected ?? 0) + entities;
    },
    stamp: (task) => ({ ...task, telemetry: telemetry() }),
    async stop() {
      clearInterval(beats);
      clearInterval(samples);
      atWork.delete(shared);
      await beating;
    },
  };
}

/** A megabyte with one decimal says enough, and is short to store. */
const round = (megabytes: number): number => Math.round(megabytes * 10) / 10;

const rounded = (reading: MemoryReading): MemoryReading =>
  Object.fromEntries(
    Object.entries(reading).flatMap(([name, value]) => (value === undefined ? [] : [[name, round(value)]])),
  ) as MemoryReading;
