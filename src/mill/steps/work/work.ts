/** Work: lease -> attempt (attempt.ts) -> callback on zero. */
import { RetryableError } from '../../../errors.ts';
import { atMost } from '../../../process/at-most.ts';
import type { Hash } from '../../../values/hash.ts';
import { recordClaim } from '../../lifecycle/attempt-record.ts';
import { onGiveUp } from '../../lifecycle/finish.ts';
import { decideLease, type LeaseDecision } from '../../lifecycle/lease.ts';
import { EXECUTOR_VERSION } from '../../model/executor-version.ts';
import { computationIn } from '../../model/manifest.ts';
import { messageFor, type TaskMessage } from '../../model/message.ts';
import type { Task } from '../../model/task.ts';
import { fingerprintHash } from '../../model/vector.ts';
import type { HeldTask, Tasks } from '../../ports/tasks.ts';
import { attempt, type AttemptPorts } from './attempt.ts';
import { audited } from './audited.ts';
import { countDown, unanswered } from './count-down.ts';
import { giveUp } from './on-failure.ts';

export interface WorkPorts extends AttemptPorts {
  readonly worker: string;
  readonly tasks: Tasks;
}

/**
 * Handles one delivery. Returns when it may be acknowledged.
 * @throws {RetryableError} when it must come again.
 */
export async function work(message: TaskMessage, ports: WorkPorts): Promise<void> {
  atOnce++;
  try {
    await deliver(message, ports);
  } finally {
    atOnce--;
  }
}

/** Deliveries at hand in this process: one of them that ends it takes the others along. */
let atOnce = 0;

async function deliver(message: TaskMessage, ports: WorkPorts): Promise<void> {
  const token = ports.newId();
  const decide = (task: Task): LeaseDecision => {
    const request = { worker: ports.worker, token, tier: ports.tier, nowMs: ports.clock.now(), tiers: ports.tiers };
    const decision = decideLease(task, { ...request, leaseMs: ports.leaseMs });
    if (decision.save === undefined) return decision;
    const claimant = {
      ...request,
      begins: decision.kind === 'run',
      executorVersion: EXECUTOR_VERSION,
      tasksAtOnce: atOnce,
      fingerprints: fingerprintsOf(task, ports),
    };
    return { ...decision, save: recordClaim(task, decision.save, claimant) };
  };
  const claimed = await ports.tasks.claim(message.taskId, decide, message.made);
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
    case 'give-up': {
      const own = audited(taken(held), ports.clock);
      await giveUp(own, { save: onGiveUp(own.task, decision.error), error: decision.error }, ports);
      return;
    }
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

function taken(held: HeldTask | undefined): HeldTask {
  if (held === undefined) throw new Error('a lease was decided but not saved');
  return held;
}
