/**
 * Reconcile: carries out what a crash left undone, as the state itself shows it. Idempotent, and says what it did:
 * runs that were claimed but not published, attempts that died or never began and whose message is gone, callbacks that were not answered,
 * and outcomes that are not in the book yet.
 */
import { LEASE_SECONDS, ZOMBIE_MINUTES } from '../lifecycle/limits.ts';
import { messageFor } from '../model/message.ts';
import type { Run } from '../model/run.ts';
import { isTerminal, type Task } from '../model/task.ts';
import { fold, withAudits } from '../planning/fold.ts';
import { Shelf } from '../planning/shelf.ts';
import { callBack, isAnswered } from './count-down.ts';
import { type DispatchPorts, learnFrom, publish } from './dispatch.ts';
import type { Callbacks, Clock, Log, PlanningSnapshot } from './ports.ts';
import { stateOf } from './survey.ts';

/** A dispatcher needs seconds between its claim and its last publish; longer means that it died. */
const UNPUBLISHED_AFTER_MS = LEASE_SECONDS * 1_000;

export interface ReconcileReport {
  /** Runs whose messages were published again. */
  readonly republished: number;
  /** Tasks that were offered again. */
  readonly revived: number;
  /** Callbacks sent. */
  readonly calledBack: number;
  /** Runs whose outcomes went into the book. */
  readonly closed: number;
  /** Runs whose count does not match their tasks: a defect, for people to look at. */
  readonly miscounted: readonly string[];
}

export interface ReconcilePorts extends Pick<DispatchPorts, 'planning' | 'runs' | 'queue' | 'manifest' | 'tiers'> {
  readonly callbacks: Callbacks;
  readonly clock: Clock;
  readonly log: Log;
}

export async function reconcile(ports: ReconcilePorts): Promise<ReconcileReport> {
  const snapshot = await ports.planning.load();
  const now = ports.clock.now();
  let republished = 0;
  let revived = 0;
  let calledBack = 0;
  const miscounted: string[] = [];
  const answered = new Set<string>();
  for (const { run, tasks } of snapshot.open) {
    const open = tasks.filter((task) => !isTerminal(task));
    if (run.publishedMs === undefined && now - run.createdMs > UNPUBLISHED_AFTER_MS) {
      await publish(run, tasks, ports);
      republished++;
    }
    const dead = open.filter((task) => isZombie(task, run, now));
    if (dead.length > 0) await ports.queue.publish(dead.map(messageFor));
    revived += dead.length;
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
  const report: ReconcileReport = { republished, revived, calledBack, closed, miscounted };
  ports.log.info(
    { event: 'reconciled', ...report },
    `reconciled: ${republished} runs published again, ${revived} tasks revived, ${calledBack} callbacks sent, ${closed} runs closed`,
  );
  return report;
}

/**
 * An attempt whose lease lapsed long ago, or a task that waits as long since its message was sent: Pub/Sub would have delivered
 * it by now. Where the queue is just long, the second message finds the task done.
 */
function isZombie(task: Task, run: Run, nowMs: number): boolean {
  const sinceMs = task.status === 'PENDING' ? run.publishedMs : task.lease?.untilMs;
  return sinceMs !== undefined && nowMs - sinceMs > ZOMBIE_MINUTES * 60_000;
}

/** Only runs whose workflow has been answered: an open run is where a lost callback is found. */
async function closeRuns(
  snapshot: PlanningSnapshot,
  answered: ReadonlySet<string>,
  ports: ReconcilePorts,
): Promise<number> {
  const shelf = new Shelf(snapshot.books);
  for (;;) {
    const folded = fold(stateOf(snapshot, shelf), snapshot.open);
    if (!shelf.isComplete) {
      await ports.planning.fetch(snapshot, shelf.takeMissing());
      continue;
    }
    const closedRuns = folded.closedRuns.filter((id) => answered.has(id));
    if (closedRuns.length === 0) return 0;
    const learned = await learnFrom(snapshot, closedRuns, ports);
    const { standings, distrusted } = folded.state;
    const change = {
      settled: folded.settled,
      standings: withAudits(standings, snapshot.open, closedRuns),
      distrusted,
      closedRuns,
      ...learned.change,
    };
    // Another writer was faster and has folded the same outcomes, or will.
    return (await ports.planning.commit(snapshot, change)) ? closedRuns.length : 0;
  }
}
