/**
 * Reconcile: carries out what a crash left undone, as the state itself shows it. Idempotent, and says what it did:
 * runs that were claimed but not published, attempts that died or never began and whose message is gone, runs that were cancelled
 * half-way, callbacks that were not answered, counts that a finished run's tasks belie, outcomes that are not in the book yet, and
 * shards that nothing points to.
 */
import { LEASE_SECONDS, ZOMBIE_MINUTES } from '../../lifecycle/limits.ts';
import { messageFor } from '../../model/message.ts';
import { type Run, runState } from '../../model/run.ts';
import { isTerminal, type Task } from '../../model/task.ts';
import { cancelTasks } from './cancel.ts';
import { closeRuns } from '../dispatch/close-runs.ts';
import { type CollectPorts, type CollectReport, collectShards } from './collect-shards.ts';
import { callBack, isAnswered } from '../work/count-down.ts';
import { messagesOf, publishRun } from '../dispatch/publish-run.ts';
import type { DispatchPorts } from '../dispatch/request.ts';
import type { Callbacks } from '../../ports/messages.ts';
import type { Tasks } from '../../ports/tasks.ts';
import type { Clock, Log } from '../../../process/ports.ts';

/** A dispatcher needs seconds between its claim and its last publish; longer means that it died. */
const UNPUBLISHED_AFTER_MS = LEASE_SECONDS * 1_000;

export interface ReconcileReport {
  /** Runs whose messages were published again. */
  readonly republished: number;
  /** Tasks that were offered again. */
  readonly revived: number;
  /** Tasks of cancelled runs that were still open. */
  readonly cancelled: number;
  /** Callbacks sent. */
  readonly calledBack: number;
  /** Runs whose outcomes went into the book. */
  readonly closed: number;
  /** Runs whose tasks were all terminal and whose count was not zero: it is now. */
  readonly recounted: readonly string[];
  /** Runs that were counted down too far: a defect, for people to look at. */
  readonly miscounted: readonly string[];
  readonly collected: CollectReport;
}

export interface ReconcilePorts
  extends Pick<DispatchPorts, 'planning' | 'runs' | 'queue' | 'manifest' | 'tiers'>, CollectPorts {
  readonly callbacks: Callbacks;
  readonly tasks: Tasks;
  readonly clock: Clock;
  readonly log: Log;
}

export async function reconcile(ports: ReconcilePorts): Promise<ReconcileReport> {
  const snapshot = await ports.planning.load();
  const now = ports.clock.now();
  let republished = 0;
  let revived = 0;
  let calledBack = 0;
  let cancelled = 0;
  const miscounted: string[] = [];
  const recounted: string[] = [];
  const answered = new Set<string>();
  for (const { run, tasks } of snapshot.open) {
    const open = tasks.filter((task) => !isTerminal(task));
    if (runState(run) === 'CANCELLED' && open.length > 0) {
      // Who cancelled it died half-way. Its callback is the next pass's.
      cancelled += await cancelTasks(open, ports);
      continue;
    }
    if (run.publishedMs === undefined && isLongAgo(run.createdMs, now, UNPUBLISHED_AFTER_MS)) {
      await publishRun(run, messagesOf(tasks), ports);
      republished++;
    }
    const dead = open.filter((task) => isZombie(task, run, now));
    if (dead.length > 0) await ports.queue.publish(dead.map(messageFor));
    revived += dead.length;
    // Terminal tasks stay terminal, so a count that is read after them can be zero only.
    if (open.length === 0 && run.remainingTasks !== 0 && (await ports.runs.repairCount(run.id))) recounted.push(run.id);
    const over = open.length === 0 && run.remainingTasks === 0;
    if (over && run.calledBackMs === undefined && (await callBack(run, ports)) === 'answered') {
      answered.add(run.id);
      calledBack++;
    } else if (isAnswered(run)) answered.add(run.id);
    // The run was read before its tasks: its count may be behind a task that has just ended, never ahead. Tasks that were split
    // off in between are not in its total either.
    if (tasks.length === run.totalTasks && run.remainingTasks < open.length) miscounted.push(run.id);
  }
  const closed = await closeRuns(snapshot, answered, ports);
  const collected = await collectShards(ports);
  const report: ReconcileReport = {
    republished,
    revived,
    cancelled,
    calledBack,
    closed,
    recounted,
    miscounted,
    collected,
  };
  ports.log.info(
    { event: 'reconciled', ...report },
    `reconciled: ${republished} runs published again, ${revived} tasks revived, ${calledBack} callbacks sent, ${closed} runs closed, ` +
      `${collected.deletes} shards of ${collected.generations} generations collected`,
  );
  return report;
}

/**
 * An attempt whose lease lapsed long ago, or a task that waits as long since its message was sent: Pub/Sub would have delivered
 * it by now. Where the queue is just long, the second message finds the task done.
 */
function isZombie(task: Task, run: Run, nowMs: number): boolean {
  const sinceMs = task.status === 'PENDING' ? run.publishedMs : task.lease?.untilMs;
  return sinceMs !== undefined && isLongAgo(sinceMs, nowMs, ZOMBIE_MINUTES * 60_000);
}

/** What is as far in the future is of a clock that was set back since: all that follows is idempotent. */
const isLongAgo = (atMs: number, nowMs: number, longMs: number): boolean => Math.abs(nowMs - atMs) > longMs;
