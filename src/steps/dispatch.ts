/** Dispatch: plan -> claim cells -> route to a tier -> run and tasks in one commit -> publish. */
import pLimit from 'p-limit';
import { RetryableError, UserError } from '../errors.ts';
import { type MemoryOfTier, startTier } from '../lifecycle/routing.ts';
import { cellName } from '../model/cell.ts';
import type { Day } from '../model/date.ts';
import { countOutcomes, type OutcomeCounts } from '../model/decision.ts';
import { hashOf } from '../model/hash.ts';
import type { Manifest } from '../model/manifest.ts';
import { messageFor } from '../model/message.ts';
import type { Run } from '../model/run.ts';
import type { Resources, Task } from '../model/task.ts';
import { fold } from '../planning/fold.ts';
import { makeTasks } from '../planning/make-tasks.ts';
import { plan, type PlannedCell } from '../planning/plan.ts';
import { isAnswered } from './count-down.ts';
import type { Callbacks, Clock, Log, Planning, PlanningChange, PlanningSnapshot, Queue, Runs, Tasks } from './ports.ts';

/** Tasks whose remains are looked at together. */
const SCAN_WIDTH = 20;

/** Times that a plan is made anew because another writer was faster. */
const MAX_CONFLICTS = 5;

export interface DispatchRequest {
  /** The target: the last day of the grid. */
  readonly date: Day;
  /** The first day of the grid. */
  readonly from: Day;
  /** Absent: whatever can run now, of every pass. */
  readonly pass?: number | undefined;
  readonly callbackUrl?: string | undefined;
  /** One day's pipeline; defaults to the run's own id. */
  readonly dispatchId?: string | undefined;
}

export interface DispatchAnswer {
  /** Tasks sent. */
  readonly dispatched: number;
  readonly runId: string | null;
  /** Of the manifest, for the workflow's loop. */
  readonly passes: number;
  /** Cells of this pass that another run is making: worth asking again later. */
  readonly inFlight: number;
  readonly outcomes: OutcomeCounts;
}

export interface DispatchPorts {
  readonly manifest: Manifest;
  readonly memory: MemoryOfTier;
  readonly planning: Planning;
  readonly tasks: Tasks;
  readonly runs: Runs;
  readonly queue: Queue;
  readonly callbacks: Pick<Callbacks, 'assertUrl'>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
}

/** Idempotent on the callback URL: the same request again answers with the same run. */
export async function dispatch(request: DispatchRequest, ports: DispatchPorts): Promise<DispatchAnswer> {
  const { manifest } = ports;
  if (request.from > request.date) {
    throw new UserError(
      'BAD_DATE',
      `${request.date} is before ${request.from}, the first day of the grid. Choose a later --date or an earlier --from.`,
    );
  }
  if (request.pass !== undefined && request.pass > manifest.passes) {
    throw new UserError('BAD_ARGUMENT', `There is no pass ${request.pass}: the manifest has ${manifest.passes}.`);
  }
  if (request.callbackUrl !== undefined) ports.callbacks.assertUrl(request.callbackUrl);
  const runId = request.callbackUrl === undefined ? ports.newId() : `run-${hashOf(request.callbackUrl)}`;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const snapshot = await ports.planning.load();
    const known = snapshot.open.find(({ run }) => run.id === runId);
    if (known !== undefined) {
      if (known.run.publishedMs === undefined) await publish(known.run, known.tasks, ports);
      return sentBefore(known.run, manifest);
    }
    const answer = await tryDispatch(request, runId, snapshot, ports);
    if (answer !== undefined) return answer;
    // Asked before, finished and closed since: then it is not among the open ones, and its id is taken.
    const closed = await ports.runs.read(runId);
    if (closed?.calledBackMs !== undefined) return sentBefore(closed, manifest);
  }
  throw new RetryableError(
    'CONTENTION',
    `the plan changed ${MAX_CONFLICTS} times while it was being made; another dispatcher is at work, so ask again`,
  );
}

const sentBefore = (run: Run, { passes }: Manifest): DispatchAnswer => ({
  dispatched: run.totalTasks,
  runId: run.id,
  passes,
  inFlight: 0,
  outcomes: countOutcomes([]),
});

/** Undefined when another writer was faster. */
async function tryDispatch(
  request: DispatchRequest,
  runId: string,
  snapshot: PlanningSnapshot,
  ports: DispatchPorts,
): Promise<DispatchAnswer | undefined> {
  const { manifest } = ports;
  const dispatchId = request.dispatchId ?? runId;
  const folded = fold(snapshot.book, snapshot.open);
  const planned = plan({
    manifest,
    state: { availability: snapshot.availability, book: folded.book, inFlight: folded.inFlight },
    from: request.from,
    to: request.date,
    dispatchId,
    mode: 'dispatch',
    ...(request.pass === undefined ? {} : { throughPass: request.pass }),
  });
  const asked = new Set(
    manifest.computations
      .filter(({ pass }) => request.pass === undefined || pass === request.pass)
      .map(({ name }) => name),
  );
  const cells = planned.filter(({ decision }) => asked.has(decision.computation));
  const runnable = cells.filter(({ decision }) => decision.outcome === 'RUN' || decision.outcome === 'RERUN');
  const tiers = await scanTiers(runnable, ports);
  const tasks = makeTasks(runnable, {
    manifest,
    runId,
    dispatchId,
    nowMs: ports.clock.now(),
    tierOf: (name) => tiers.get(name) ?? 'standard',
  });
  const run = tasks.length === 0 ? undefined : newRun(request, runId, dispatchId, tasks, ports);
  const closedRuns = snapshot.open
    .filter(({ run }) => folded.closedRuns.includes(run.id) && (isAnswered(run) || isOvertaken(run, request)))
    .map(({ run }) => run.id);
  const mayComeBack = cellsOfOpenRuns(snapshot, closedRuns);
  const change: PlanningChange = {
    settled: [
      ...folded.settled,
      // Data that a settled cell was made from is gone: its result goes too, and comes back with the data. While a run that
      // made it is open, the next fold would bring it back, so it waits for the run to close.
      ...cells
        .filter(
          ({ decision, settled }) =>
            decision.outcome === 'IMPOSSIBLE' && settled !== undefined && !mayComeBack.has(cellName(decision)),
        )
        .map(({ decision: cell }) => ({ cell, to: null })),
    ],
    closedRuns,
    ...(run === undefined ? {} : { claim: { run, tasks } }),
  };
  const nothing = change.settled.length === 0 && change.closedRuns.length === 0 && run === undefined;
  if (!nothing && !(await ports.planning.commit(snapshot, change))) return undefined;
  if (run !== undefined) await publish(run, tasks, ports);

  const outcomes = countOutcomes(cells.map(({ decision }) => decision));
  const inFlight = cells.filter(
    ({ decision }) => decision.outcome === 'BLOCKED' && decision.reason.why === 'IN_FLIGHT',
  ).length;
  ports.log.info(
    {
      event: 'dispatched',
      run: run?.id ?? null,
      dispatch: dispatchId,
      pass: request.pass ?? null,
      date: request.date,
      tasks: tasks.length,
      cells: run?.cells ?? 0,
      outcomes,
    },
    run === undefined
      ? `pass ${request.pass ?? 'any'}: nothing to run`
      : `pass ${request.pass ?? 'any'}: ${run.cells} cells in ${tasks.length} tasks`,
  );
  return { dispatched: tasks.length, runId: run?.id ?? null, passes: manifest.passes, inFlight, outcomes };
}

function cellsOfOpenRuns(snapshot: PlanningSnapshot, closedRuns: readonly string[]): Set<string> {
  const open = snapshot.open.filter(({ run }) => !closedRuns.includes(run.id)).flatMap(({ tasks }) => tasks);
  return new Set(open.flatMap(({ cells }) => cells.map(cellName)));
}

/** A workflow that asks for its next wave waits no longer for the one before. */
const isOvertaken = (run: Run, request: DispatchRequest): boolean =>
  run.dispatchId === request.dispatchId && run.callbackUrl !== request.callbackUrl;

/** Publishes a run's messages and marks them sent; a crash in between leaves them to the reconciler. */
export async function publish(
  run: Run,
  tasks: readonly Task[],
  ports: Pick<DispatchPorts, 'queue' | 'runs' | 'clock'>,
): Promise<void> {
  await ports.queue.publish(tasks.filter((task) => task.status === 'PENDING').map(messageFor));
  await ports.runs.markPublished(run.id, ports.clock.now());
}

async function scanTiers(runnable: readonly PlannedCell[], ports: DispatchPorts): Promise<Map<string, Resources>> {
  const limit = pLimit(SCAN_WIDTH);
  const names = [...new Set(runnable.map(({ decision }) => decision.computation))];
  const tiers = await Promise.all(
    names.map((name) => limit(async () => [name, startTier(await ports.tasks.lastOf(name), ports.memory)] as const)),
  );
  return new Map(tiers);
}

function newRun(
  request: DispatchRequest,
  id: string,
  dispatchId: string,
  tasks: readonly Task[],
  ports: DispatchPorts,
): Run {
  return {
    id,
    dispatchId,
    date: request.date,
    ...(request.pass === undefined ? {} : { pass: request.pass }),
    totalTasks: tasks.length,
    remainingTasks: tasks.length,
    cells: tasks.reduce((sum, task) => sum + task.cells.length, 0),
    status: 'RUNNING',
    ...(request.callbackUrl === undefined ? {} : { callbackUrl: request.callbackUrl }),
    createdMs: ports.clock.now(),
  };
}
