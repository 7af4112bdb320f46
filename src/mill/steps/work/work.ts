/** Work: lease -> heartbeat -> execute cells -> commit cells, task and count-down together -> callback on zero. */
import { codeOf, RetryableError, speaksOfMemory, TerminalError, toError } from '../../../errors.ts';
import { recordClaim } from '../../lifecycle/attempt-record.ts';
import { alikeFailures } from '../../lifecycle/alike-failures.ts';
import { isStopped, onAttemptFailed, onCellStuck, onGiveUp, onHandedBack } from '../../lifecycle/finish.ts';
import { decideLease, type LeaseDecision } from '../../lifecycle/lease.ts';
import { MAX_ATTEMPTS, PLANNED_TASK_SECONDS } from '../../lifecycle/limits.ts';
import { outOfTiers, routeAfterDeath, withOutgrown } from '../../tiers/routing.ts';
import { continueLater, halve, isDivisible } from '../../lifecycle/split.ts';
import type { CellError, CellKey } from '../../model/cell.ts';
import { EXECUTOR_VERSION } from '../../model/executor-version.ts';
import type { Hash } from '../../../values/hash.ts';
import { computationIn } from '../../model/manifest.ts';
import { messageFor, type TaskMessage } from '../../model/message.ts';
import type { TierName } from '../../model/tier-name.ts';
import { isTerminal, openCells, type Task } from '../../model/task.ts';
import type { Tiers } from '../../model/tier.ts';
import { fingerprintHash } from '../../model/vector.ts';
import { audited } from './audited.ts';
import { countDown, type CountDownPorts } from './count-down.ts';
import { type CellPorts, executeCells } from './execute-cells.ts';
import { gatherOutcomes } from './gather-outcomes.ts';
import { groupCells } from './group-cells.ts';
import { type Heartbeat, startHeartbeat } from '../../worker/heartbeat.ts';
import { startMeter } from './meter.ts';
import type { Queue } from '../../ports/messages.ts';
import type { MemoryProbe } from '../../ports/process.ts';
import type { HeldTask, Tasks } from '../../ports/tasks.ts';
import { atMost } from '../../../process/at-most.ts';

export interface WorkPorts extends CellPorts, CountDownPorts {
  readonly tier: TierName;
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
  const claimed = await ports.tasks.claim(message.taskId, (task): LeaseDecision => {
    const request = { worker: ports.worker, token, tier: ports.tier, nowMs: ports.clock.now(), tiers: ports.tiers };
    const decision = decideLease(task, { ...request, leaseMs: ports.leaseMs });
    if (decision.save === undefined) return decision;
    const claimant = {
      ...request,
      begins: decision.kind === 'run',
      executorVersion: EXECUTOR_VERSION,
      fingerprints: fingerprintsOf(task, ports),
    };
    return { ...decision, save: recordClaim(task, decision.save, claimant) };
  });
  if (claimed === undefined) {
    ports.log.error(
      { ...fieldsOf(message), event: 'task.unknown' },
      'the ledger has no such task; the message is dropped',
    );
    return;
  }
  await follow(claimed.decision, claimed.held, message, ports);
}

/** In this worker's own manifest. */
function fingerprintsOf(task: Task, { manifest }: Pick<WorkPorts, 'manifest'>): Record<string, Hash> {
  const names = new Set(task.cells.map(({ computation }) => computation));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const entry = computationIn(manifest, name);
      return entry === undefined ? [] : [[name, fingerprintHash(entry.fingerprint)]];
    }),
  );
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
  await sendParts(decision.save ?? (decision.kind === 'done' ? decision.task : undefined), ports);
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
      await giveUp(audited(taken(held), ports.clock), decision.error, ports);
      return;
    case 'run':
      await attempt(taken(held), ports);
  }
}

/** Sends the messages of tasks that were split off from this one and wait: whoever split them off may have died before it could. */
async function sendParts(
  task: Task | undefined,
  { tasks, queue, log }: Pick<WorkPorts, 'tasks' | 'queue' | 'log'>,
): Promise<void> {
  if (task?.parts === undefined) return;
  const parts = await atMost(task.parts, (id) => tasks.read(id));
  const waiting = parts.flatMap((part) => (part?.status === 'PENDING' ? [messageFor(part)] : []));
  if (waiting.length === 0) return;
  await queue.publish(waiting);
  log.info(
    { event: 'task.split', run: task.runId, task: task.id, parts: waiting.map((part) => part.taskId) },
    'its parts were sent',
  );
}

async function attempt(claimed: HeldTask, opened: WorkPorts): Promise<void> {
  const meter = startMeter(opened);
  const ports: WorkPorts = { ...opened, artifacts: meter.artifacts };
  const held = audited(claimed, ports.clock, meter);
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

/** Makes the open cells group by group; what is left when the task's time is over goes on in a task of its own. */
async function runCells(held: HeldTask, ports: WorkPorts, heartbeat: Heartbeat): Promise<void> {
  const stopAtMs = ports.clock.now() + PLANNED_TASK_SECONDS * 1_000;
  const outcomes = gatherOutcomes(held, heartbeat, ports);
  const alike = alikeFailures();
  const groups = groupCells(openCells(held.task), held.task.chained, ports.manifest);
  for (const [index, group] of groups.entries()) {
    if (isStopped(held.task)) {
      for (const cell of groups.slice(index).flat()) await outcomes.add({ cell, outcome: { status: 'NOT_TRIED' } });
      break;
    }
    if (index > 0 && ports.clock.now() > stopAtMs) {
      await outcomes.flush();
      await putOff(held, heartbeat, ports);
      return;
    }
    try {
      const made = executeCells(held.task, group, ports, { stopAtMs, heartbeat, alike });
      for await (const one of made) await outcomes.add(one);
    } catch (thrown) {
      await outcomes.flush();
      throw thrown;
    }
    if (held.task.chained) await outcomes.flush();
  }
  await outcomes.flush();
  if (!isTerminal(held.task)) await putOff(held, heartbeat, ports);
}

/** Ends the task with what it has; the open cells get a task and a message of their own. */
async function putOff(held: HeldTask, heartbeat: Heartbeat, { log, queue }: WorkPorts): Promise<void> {
  const { task, part } = continueLater(held.task);
  await held.save(heartbeat.stamp(task), { parts: [part] });
  log.info(
    { event: 'task.continued', run: task.runId, task: task.id, part: part.id },
    `its time is over: ${part.cells.length} cells go on in ${part.id}`,
  );
  await queue.publish([messageFor(part)]);
}

/** An attempt that did not end in outcomes: out of memory moves up, passing trouble comes again, and the last attempt gives up. */
async function onThrown(held: HeldTask, thrown: unknown, ports: WorkPorts): Promise<void> {
  const error = toError(thrown);
  const fields = { run: held.task.runId, task: held.task.id, attempt: held.task.attempts };
  if (codeOf(error) === 'LEASE_LOST') {
    ports.log.warn({ ...fields, event: 'lease.lost' }, error.message);
    return;
  }
  // It ended, and then its part could not be sent: the message comes again, and sends it.
  if (isTerminal(held.task)) throw error;
  const cellError: CellError = {
    code: speaksOfMemory(error.message) ? 'OUT_OF_MEMORY' : (codeOf(error) ?? 'UNAVAILABLE'),
    message: error.message,
  };
  // This worker is alive: its error's words say whether memory is to blame, an earlier heartbeat does not.
  const tooMuch = speaksOfMemory(error.message) || codeOf(error) === 'OVERTIME';
  if (tooMuch && isDivisible(held.task)) {
    const { task, part } = halve(held.task);
    await held.save(task, { parts: [part] });
    ports.log.warn({ ...fields, event: 'task.halved', error: cellError }, `halved: ${error.message}`);
    await ports.queue.publish([messageFor(task), messageFor(part)]);
    return;
  }
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

/**
 * Fails what a worker is stuck on, if the worker's lease is still the one it had: the cell where it is known and there are others
 * beside it, else the task. Where it is not known which of several cells is to blame, the lease ends, as if the worker had died.
 */
export async function giveUpStuck(
  { id: taskId, token, cell }: { readonly id: string; readonly token: string; readonly cell?: CellKey | undefined },
  error: CellError,
  ports: CountDownPorts & Pick<WorkPorts, 'tasks' | 'newId'>,
): Promise<void> {
  // Under a token of its own, so that the worker finds its lease lost should it come loose after all.
  const own = ports.newId();
  const claimed = await ports.tasks.claim(taskId, (task): { save?: Task } => {
    if (isTerminal(task) || task.lease?.token !== token) return {};
    const lease = { ...task.lease, token: own };
    return { save: { ...task, lease: isDivisible(task) && cell === undefined ? { ...lease, untilMs: 0 } : lease } };
  });
  if (claimed?.held === undefined) return;
  const held = audited(claimed.held, ports.clock);
  if (!isDivisible(held.task)) await giveUp(held, error, ports);
  else if (cell !== undefined) await held.save(onCellStuck(held.task, cell, error));
}

function taken(held: HeldTask | undefined): HeldTask {
  if (held === undefined) throw new Error('a lease was decided but not saved');
  return held;
}
