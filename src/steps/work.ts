/** Work: lease -> heartbeat -> execute day by day -> commit cell, task and count-down together -> callback on zero. */
import { codeOf, RetryableError, speaksOfMemory, TerminalError, toError } from '../errors.ts';
import { isStopped, onAttemptFailed, onCellDone, onGiveUp, onHandedBack } from '../lifecycle/finish.ts';
import { decideLease, type LeaseDecision } from '../lifecycle/lease.ts';
import { MAX_ATTEMPTS } from '../lifecycle/limits.ts';
import { outOfTiers, routeAfterDeath, withOutgrown } from '../lifecycle/routing.ts';
import type { CellError } from '../model/cell.ts';
import { messageFor, type TaskMessage } from '../model/message.ts';
import type { Resources } from '../model/resources.ts';
import { isTerminal, openCells, type Task } from '../model/task.ts';
import type { Tiers } from '../model/tier.ts';
import { countDown, type CountDownPorts } from './count-down.ts';
import { type CellPorts, executeCell } from './execute-cell.ts';
import { type Heartbeat, startHeartbeat } from './heartbeat.ts';
import type { HeldTask, MemoryProbe, Queue, Tasks } from './ports.ts';

export interface WorkPorts extends CellPorts, CountDownPorts {
  readonly tier: Resources;
  readonly worker: string;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly tiers: Tiers;
  readonly probe: MemoryProbe;
  readonly tasks: Tasks;
  readonly queue: Queue;
  readonly newId: () => string;
  /** Aborted when this process must let go of its tasks. */
  readonly shutdown: AbortSignal;
}

/**
 * Handles one delivery. Returns when it may be acknowledged.
 * @throws {RetryableError} when it must come again.
 */
export async function work(message: TaskMessage, ports: WorkPorts): Promise<void> {
  const token = ports.newId();
  const claimed = await ports.tasks.claim(message.taskId, (task) =>
    decideLease(task, {
      worker: ports.worker,
      token,
      tier: ports.tier,
      nowMs: ports.clock.now(),
      leaseMs: ports.leaseMs,
      tiers: ports.tiers,
    }),
  );
  if (claimed === undefined) {
    ports.log.error(
      { ...fieldsOf(message), event: 'task.unknown' },
      'the ledger has no such task; the message is dropped',
    );
    return;
  }
  await follow(claimed.decision, claimed.held, message, ports);
}

const fieldsOf = (message: TaskMessage): Record<string, unknown> => ({
  run: message.runId,
  task: message.taskId,
  cell: `${message.computation}@${message.date}`,
});

async function follow(
  decision: LeaseDecision,
  held: HeldTask | undefined,
  message: TaskMessage,
  ports: WorkPorts,
): Promise<void> {
  const fields = fieldsOf(message);
  switch (decision.kind) {
    case 'done':
      ports.log.debug({ ...fields, event: 'task.duplicate' }, 'already done');
      // The worker that ended it may have died before, or while, it called back.
      if (['under-way', 'due'].includes(await countDown({ runId: message.runId }, ports)))
        throw unanswered(message.runId);
      return;
    case 'busy':
      throw new RetryableError(
        'LEASE_HELD',
        `another worker holds the task until ${new Date(decision.untilMs).toISOString()}`,
      );
    case 'reroute':
      ports.log.warn(
        { ...fields, event: 'task.rerouted', to: decision.save.resources },
        `sent to ${decision.save.resources}: ${decision.because}`,
      );
      await ports.queue.publish([messageFor(decision.save)]);
      return;
    case 'give-up':
      await giveUp(taken(held), decision.error, ports);
      return;
    case 'run':
      await attempt(taken(held), ports);
  }
}

async function attempt(held: HeldTask, ports: WorkPorts): Promise<void> {
  // Larger tiers are for a task at a time, and each is to be charged with its own memory: by that it may come back to a smaller tier.
  if (ports.tier !== ports.tiers[0].name) ports.probe.collectGarbage();
  const heartbeat = startHeartbeat(held, ports);
  try {
    await unlessAborted(runCells(held, ports, heartbeat), ports.shutdown);
    await heartbeat.stop();
  } catch (thrown) {
    await heartbeat.stop();
    if (codeOf(thrown) !== 'SHUTTING_DOWN') return onThrown(held, thrown, ports);
    await held.handBack(onHandedBack);
    ports.log.info(
      { event: 'task.handed-back', run: held.task.runId, task: held.task.id },
      'handed back: this worker is told to end',
    );
    throw thrown;
  }
  await finishRun(held.task, ports);
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

/** The task is over, but its message is kept for as long as it is the run's only hope of an answer. */
async function finishRun(task: Task, ports: CountDownPorts): Promise<void> {
  if ((await countDown(task, ports)) === 'due') throw unanswered(task.runId);
}

const unanswered = (runId: string): RetryableError =>
  new RetryableError('UNAVAILABLE', `run ${runId} is complete, but its workflow has not been called back yet`);

async function runCells(held: HeldTask, ports: WorkPorts, heartbeat: Heartbeat): Promise<void> {
  for (const cell of openCells(held.task)) {
    const { task } = held;
    if (isStopped(task)) {
      await held.save(heartbeat.stamp(onCellDone(task, cell, { status: 'NOT_TRIED' })));
      continue;
    }
    const { outcome, write } = await executeCell(task, cell, ports, heartbeat);
    await held.save(heartbeat.stamp(onCellDone(held.task, cell, outcome)), write);
    if (write?.status === 'COMPLETED') ports.artifacts.remember({ kind: 'cell', ...write }, write.artifact);
  }
}

/** An attempt that did not end in outcomes: out of memory moves up, passing trouble comes again, and the last attempt gives up. */
async function onThrown(held: HeldTask, thrown: unknown, ports: WorkPorts): Promise<void> {
  const error = toError(thrown);
  const fields = { run: held.task.runId, task: held.task.id, attempt: held.task.attempts };
  if (codeOf(error) === 'LEASE_LOST') {
    ports.log.warn({ ...fields, event: 'lease.lost' }, error.message);
    return;
  }
  const cellError: CellError = {
    code: speaksOfMemory(error.message) ? 'OUT_OF_MEMORY' : (codeOf(error) ?? 'UNAVAILABLE'),
    message: error.message,
  };
  // This worker is alive: its error's words say whether memory is to blame, an earlier heartbeat does not.
  const { resources, attempts } = held.task;
  const route = routeAfterDeath({ resources, attempts, lastError: cellError }, ports.tiers);
  const outgrown = withOutgrown(held.task, route);
  if (route.to === undefined) {
    await giveUp(held, outOfTiers(outgrown), ports);
    return;
  }
  if (held.task.attempts >= MAX_ATTEMPTS || error instanceof TerminalError) {
    await giveUp(
      held,
      error instanceof TerminalError
        ? cellError
        : { code: 'ATTEMPTS_EXHAUSTED', message: `${held.task.attempts} attempts failed; the last: ${error.message}` },
      ports,
    );
    return;
  }
  const next = onAttemptFailed(outgrown, cellError, route.to);
  await held.save(next);
  ports.log.warn(
    { ...fields, event: 'attempt.failed', error: cellError },
    `attempt ${held.task.attempts} failed: ${error.message}`,
  );
  if (route.to !== ports.tier) {
    await ports.queue.publish([messageFor(next)]);
    return;
  }
  throw error instanceof RetryableError ? error : new RetryableError('UNAVAILABLE', error.message, { cause: error });
}

/** Fails the task for good. Also called by the watchdog, when the worker's main thread cannot. */
export async function giveUp(held: HeldTask, error: CellError, ports: CountDownPorts): Promise<void> {
  const given: Task = onGiveUp(held.task, error);
  await held.save(given);
  ports.log.error(
    { event: 'task.failed', run: given.runId, task: given.id, computation: given.computation, error },
    `given up: ${error.code}: ${error.message}`,
  );
  await finishRun(given, ports);
}

/** Ends a task whose worker is stuck, if the worker's lease is still the one it had. */
export async function giveUpStuck(
  taskId: string,
  token: string,
  error: CellError,
  ports: CountDownPorts & Pick<WorkPorts, 'tasks' | 'newId'>,
): Promise<void> {
  // Under a token of its own, so that the worker finds its lease lost should it come loose after all.
  const own = ports.newId();
  const claimed = await ports.tasks.claim(taskId, (task) =>
    !isTerminal(task) && task.lease?.token === token ? { save: { ...task, lease: { ...task.lease, token: own } } } : {},
  );
  if (claimed?.held !== undefined) await giveUp(claimed.held, error, ports);
}

function taken(held: HeldTask | undefined): HeldTask {
  if (held === undefined) throw new Error('a lease was decided but not saved');
  return held;
}
