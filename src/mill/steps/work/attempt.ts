/** An attempt at a task whose lease is ours: heartbeat -> execute cells -> commit cells, task and count-down together. */
import { RetryableError } from '../../../errors.ts';
import { alikeFailures } from '../../lifecycle/alike-failures.ts';
import { isStopped } from '../../lifecycle/finish.ts';
import { PLANNED_TASK_SECONDS } from '../../lifecycle/limits.ts';
import { continueLater } from '../../lifecycle/split.ts';
import { messageFor } from '../../model/message.ts';
import { isTerminal, openCells, type Task } from '../../model/task.ts';
import type { Log } from '../../../process/ports.ts';
import type { MemoryProbe } from '../../ports/process.ts';
import type { HeldTask } from '../../ports/tasks.ts';
import type { SteadyClock } from '../../../process/ports.ts';
import { type Heartbeat, startHeartbeat } from '../../worker/heartbeat.ts';
import { audited } from './audited.ts';
import { fieldsOf } from './cell-outcome.ts';
import { mustBeCommitted, startChain } from './chain.ts';
import { finishRun } from './count-down.ts';
import { decodedValues } from './decoded.ts';
import { type CellPorts, executeCells } from './execute-cells.ts';
import { gatherOutcomes } from './gather-outcomes.ts';
import { groupCells } from './group-cells.ts';
import { hearPrinted } from './hear-printed.ts';
import { startMeter } from './meter.ts';
import { type FailurePorts, onFailure } from './on-failure.ts';

export interface AttemptPorts extends CellPorts, FailurePorts {
  readonly clock: SteadyClock;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly probe: MemoryProbe;
  /** Aborted when this process must let go of its tasks. */
  readonly shutdown: AbortSignal;
}

/** Returns when the delivery may be acknowledged. @throws when it must come again. */
export async function attempt(claimed: HeldTask, opened: AttemptPorts): Promise<void> {
  const meter = startMeter(opened);
  const hearing = hearPrinted(opened.root, opened.log);
  const ports: AttemptPorts = { ...opened, artifacts: meter.artifacts, hearing };
  const held = audited(claimed, ports.clock, { meter, hearing });
  // Larger tiers are for a task at a time, and each is to be charged with its own memory: by that it may come back to a smaller tier.
  if (ports.tier !== ports.tiers[0].name) ports.probe.collectGarbage();
  const heartbeat = startHeartbeat(held, ports);
  tellStart(held.task, ports.log);
  try {
    await unlessAborted(runCells(held, ports, heartbeat), ports.shutdown);
    await heartbeat.stop();
  } catch (thrown) {
    await heartbeat.stop();
    return onFailure(held, thrown, ports);
  }
  await finishRun(held.task, ports);
}

/** Of a task's computations so many are named in the log. */
const MAX_LOGGED_COMPUTATIONS = 20;

/** For who watches: what is under way, and how much of what. */
function tellStart(task: Task, log: Log): void {
  const cells = openCells(task);
  const [first] = cells;
  if (first === undefined) return;
  const computations = [...Map.groupBy(cells, ({ computation }) => computation)]
    .slice(0, MAX_LOGGED_COMPUTATIONS)
    .map(([name, its]): [string, number] => [name, its.length]);
  log.info(
    {
      ...fieldsOf(task, first),
      event: 'task.started',
      cells: cells.length,
      computations: Object.fromEntries(computations),
    },
    `attempt ${task.attempts} at ${cells.length === 1 ? 'a cell' : `${cells.length} cells`}`,
  );
}

/** Work that must be let go is not waited for: a lease that was handed back refuses what it may still write. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void =>
    aborted.reject(new RetryableError('SHUTTING_DOWN', 'this worker is told to end; another one goes on'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Makes the open cells group by group; what is left when the task's time is over goes on in a task of its own. */
async function runCells(held: HeldTask, ports: AttemptPorts, heartbeat: Heartbeat): Promise<void> {
  const stopAtMs = ports.clock.elapsed() + PLANNED_TASK_SECONDS * 1_000;
  const outcomes = gatherOutcomes(held, heartbeat, ports);
  const shared = { stopAtMs, heartbeat, alike: alikeFailures(), decoded: decodedValues(), chain: startChain() };
  const groups = groupCells(openCells(held.task), held.task.chained, ports.manifest);
  for (const [index, group] of groups.entries()) {
    if (isStopped(held.task)) {
      for (const cell of groups.slice(index).flat()) await outcomes.add({ cell, outcome: { status: 'NOT_TRIED' } });
      break;
    }
    if (index > 0 && ports.clock.elapsed() > stopAtMs) {
      await outcomes.flush();
      await putOff(held, heartbeat, ports);
      return;
    }
    try {
      for await (const made of executeCells(held.task, group, ports, shared)) {
        await outcomes.add(made);
        if (held.task.chained && mustBeCommitted(made)) await outcomes.flush();
      }
    } catch (thrown) {
      await outcomes.flush();
      throw thrown;
    }
  }
  await outcomes.flush();
  if (!isTerminal(held.task)) await putOff(held, heartbeat, ports);
}

/** Ends the task with what it has; the open cells get a task and a message of their own. */
async function putOff(held: HeldTask, heartbeat: Heartbeat, { log, queue }: AttemptPorts): Promise<void> {
  const { task, part } = continueLater(held.task);
  await held.save(heartbeat.stamp(task), { parts: [part] });
  log.info(
    { event: 'task.continued', run: task.runId, task: task.id, part: part.id },
    `its time is over: ${part.cells.length} cells go on in ${part.id}`,
  );
  await queue.publish([messageFor(part)]);
}
