/** Dispatch: plan -> claim cells -> route to a tier -> run and tasks in one commit -> publish. */
import { codeOf, RetryableError, UserError } from '../../../errors.ts';
import { IDLE_WORKER_MB, MEMORY_DEATH_SHARE, PLANNED_TASK_SECONDS } from '../../lifecycle/limits.ts';
import { learn } from '../../tiers/memory-book.ts';
import { tierRouter } from '../../tiers/tier-router.ts';
import { type CellKey, cellName } from '../../model/cell.ts';
import { leavesFor } from '../../model/counter-tree.ts';
import type { Day } from '../../../values/date.ts';
import { countOutcomes, type OutcomeCounts } from '../../model/decision.ts';
import { hashOf } from '../../../values/hash.ts';
import { computationIn, type Manifest } from '../../model/manifest.ts';
import type { MemoryBook } from '../../model/memory-book.ts';
import { messageFor } from '../../model/message.ts';
import type { Run } from '../../model/run.ts';
import type { Task } from '../../model/task.ts';
import { tierNamed, type Tiers } from '../../model/tier.ts';
import { afterPlan } from '../../planning/after-plan.ts';
import { cellsToAudit } from '../../planning/audit.ts';
import type { AuditPolicy } from '../../model/audit-policy.ts';
import { dayCount } from '../../planning/day-set.ts';
import { withAudits } from '../../planning/fold.ts';
import { inputSizes } from '../../planning/input-size.ts';
import { makeTasks } from '../../planning/make-tasks.ts';
import { isAnswered } from '../work/count-down.ts';
import type { Callbacks, Queue } from '../../ports/messages.ts';
import type { Planning, PlanningChange, PlanningSnapshot } from '../../ports/planning.ts';
import type { Runs } from '../../ports/runs.ts';
import type { Clock, Log } from '../../../process/ports.ts';
import { nightOf, watchTonight } from './night-watch.ts';
import { survey, type Survey } from './survey.ts';

/** Cells that are made into tasks at once, oldest days first: each is put together with its vector, about a kilobyte. */
export const MAX_CELLS_A_WAVE = 20_000;

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
  /** The run's name when there is no callback to name it by: the same name again answers with the same run. */
  readonly runId?: string | undefined;
  /** The day's last round: what failed is tried again only if the trouble may have passed. Its runs go under an id of their own. */
  readonly sweep?: boolean | undefined;
  /** Names of the computations whose cells may be claimed; the others stay as they are, and what waits for them waits. All when absent. */
  readonly computations?: readonly string[] | undefined;
  /** The cells that may be claimed; all that can run when absent. */
  readonly only?: readonly CellKey[] | undefined;
}

export interface DispatchAnswer {
  /** Tasks sent. */
  readonly dispatched: number;
  readonly runId: string | null;
  /** Of the manifest, for the workflow's loop. */
  readonly passes: number;
  /** Cells of this pass that another run is making: worth asking again later. */
  readonly inFlight: number;
  /** Nothing is left to run or to wait for, in this pass and all later ones: the workflow need not ask for them. */
  readonly quiet: boolean;
  readonly outcomes: OutcomeCounts;
}

export interface DispatchPorts {
  readonly manifest: Manifest;
  readonly tiers: Tiers;
  /** Tasks that a wave is spread over; see mill/planning/make-tasks.ts. */
  readonly lanes: number;
  readonly planning: Planning;
  readonly runs: Runs;
  readonly queue: Queue;
  readonly callbacks: Pick<Callbacks, 'assertUrl'>;
  readonly audit: AuditPolicy;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
}

/** A sweep is a dispatch of its own: what failed in the rounds before it has not failed in this one. */
export const dispatchIdOf = (
  { dispatchId, sweep }: Pick<DispatchRequest, 'dispatchId' | 'sweep'>,
  runId: string,
): string => `${dispatchId ?? runId}${sweep === true ? '.sweep' : ''}`;

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
  assertKnown(request.computations ?? [], manifest);
  if (request.callbackUrl !== undefined) ports.callbacks.assertUrl(request.callbackUrl);
  const runId =
    request.callbackUrl === undefined ? (request.runId ?? ports.newId()) : `run-${hashOf(request.callbackUrl)}`;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const snapshot = await ports.planning.load();
    const known = snapshot.open.find(({ run }) => run.id === runId);
    if (known !== undefined) {
      if (known.run.publishedMs === undefined) await publish(known.run, known.tasks, ports);
      return sentBefore(known.run, manifest);
    }
    const ids = [request.dispatchId ?? runId, dispatchIdOf(request, runId)];
    if (ids.some((id) => snapshot.control.cancelled.includes(id))) {
      ports.log.info({ event: 'dispatch.cancelled', dispatch: ids[1] }, 'cancelled: nothing runs');
      return nothing(manifest);
    }
    const answer = await tryDispatch(request, runId, snapshot, ports).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'CONTENTION') throw thrown;
      return undefined;
    });
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

/** @throws {UserError} UNKNOWN_COMPUTATION */
function assertKnown(names: readonly string[], manifest: Manifest): void {
  const unknown = names.find((name) => computationIn(manifest, name) === undefined);
  if (unknown === undefined) return;
  throw new UserError('UNKNOWN_COMPUTATION', `There is no computation "${unknown}" in the manifest that is deployed.`);
}

const nothing = ({ passes }: Manifest): DispatchAnswer => ({
  dispatched: 0,
  runId: null,
  passes,
  inFlight: 0,
  quiet: true,
  outcomes: countOutcomes([]),
});

const sentBefore = (run: Run, { passes }: Manifest): DispatchAnswer => ({
  dispatched: run.totalTasks,
  runId: run.id,
  passes,
  inFlight: 0,
  quiet: false,
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
  const dispatchId = dispatchIdOf(request, runId);
  const surveyed = await survey(
    {
      from: request.from,
      to: request.date,
      dispatchId,
      mode: 'dispatch',
      sweep: request.sweep === true,
      ...(request.pass === undefined ? {} : { throughPass: request.pass }),
    },
    ports,
    snapshot,
  );
  const { folded, plan } = surveyed;
  const asked = manifest.computations
    .filter(({ pass }) => request.pass === undefined || pass === request.pass)
    .filter(({ name }) => request.computations?.includes(name) ?? true)
    .map(({ name }) => name);
  const allowed = request.only && new Set(request.only.map(cellName));
  const isAllowed = (key: CellKey): boolean => allowed?.has(cellName(key)) ?? true;
  const inFlight = asked.reduce((sum, name) => sum + dayCount(plan.inFlight(name)), 0);
  const closedRuns = snapshot.open
    .filter(({ run: one }) => folded.closedRuns.includes(one.id) && (isAnswered(one) || isOvertaken(one, request)))
    .map(({ run: one }) => one.id);
  // Data that a settled cell was made from is gone: its result goes too, and comes back with the data. While a run that
  // made it is open, the next fold would bring it back, so it waits for the run to close.
  const mayComeBack = cellsOfOpenRuns(snapshot, closedRuns);
  const after = afterPlan(folded.state, plan, (cell) => mayComeBack.has(cellName(cell)));
  const settled = [...folded.settled, ...after.removed.map((cell) => ({ cell, to: null }))];
  const changed = settled.length > 0 || closedRuns.length > 0 || plan.isNews;
  const due = [
    ...(await surveyed.cells(plan.runnable(asked, MAX_CELLS_A_WAVE).filter(isAllowed))),
    ...(await surveyed.audited(cellsToAudit(plan, asked, ports.audit, `${snapshot.sequence}`).filter(isAllowed))),
  ];
  const whole =
    due.length + inFlight > 0
      ? undefined
      : await wholePlan(request, { dispatchId, surveyed, changed }, snapshot, ports);
  const night = isNightly(request) ? nightOf(snapshot, ports) : undefined;
  const watch =
    whole === undefined || night === undefined
      ? undefined
      : await watchTonight(whole, { night, audit: ports.audit, dispatchId });
  const runnable = [...due, ...(watch?.cells ?? [])];
  const nowMs = ports.clock.now();
  const memory = runnable.length + closedRuns.length === 0 ? undefined : await learnFrom(snapshot, closedRuns, ports);
  const sizeOf = inputSizes(manifest, snapshot.datasets);
  const router = tierRouter(memory?.book ?? new Map(), ports.tiers, nowMs);
  const tasks = makeTasks(runnable, {
    manifest,
    runId,
    dispatchId,
    pass: request.pass,
    nowMs,
    tierOf: (computation, date) => router.tierOf(computation, sizeOf(computation, date)),
    predict(computation, date) {
      const known = router.predict(computation, sizeOf(computation, date));
      return known === undefined ? undefined : { seconds: known.seconds, memoryMB: known.addedMB };
    },
    budget: (tier) => ({
      seconds: PLANNED_TASK_SECONDS,
      memoryMB: tierNamed(ports.tiers, tier).memoryMB * MEMORY_DEATH_SHARE - IDLE_WORKER_MB,
    }),
    lanes: ports.lanes,
  });
  const claimedIn = snapshot.sequence + 1;
  const run = tasks.length === 0 ? undefined : newRun({ ...request, runId, dispatchId, claimedIn }, tasks, ports);
  const isNews = changed || run !== undefined || watch !== undefined;
  const standings = withAudits(after.standings, snapshot.open, closedRuns);
  const change: PlanningChange = {
    settled,
    standings: watch?.after(standings) ?? standings,
    datasets: after.datasets,
    distrusted: folded.state.distrusted,
    ...(watch === undefined ? {} : { watched: watch.night }),
    closedRuns,
    ...memory?.change,
    ...(run === undefined ? {} : { claim: { run, tasks } }),
  };
  if (isNews && !(await ports.planning.commit(snapshot, change))) return undefined;
  if (run !== undefined) await publish(run, tasks, ports);

  const outcomes =
    request.only === undefined
      ? plan.counts(asked)
      : countOutcomes(request.only.flatMap((key) => plan.decision(key) ?? []));
  ports.log.info(
    {
      event: 'dispatched',
      run: run?.id ?? null,
      dispatch: dispatchId,
      pass: request.pass ?? null,
      date: request.date,
      tasks: tasks.length,
      cells: run?.cells ?? 0,
      /** Of those: skipped ones, run again in shadow. */
      audits: run === undefined ? 0 : runnable.filter(({ audit }) => audit !== undefined).length,
      /** Computations of which a cell is tried on a smaller tier. */
      ...(router.trials.size === 0 ? {} : { trials: [...router.trials] }),
      outcomes,
    },
    run === undefined
      ? `pass ${request.pass ?? 'any'}: nothing to run`
      : `pass ${request.pass ?? 'any'}: ${run.cells} cells in ${tasks.length} tasks`,
  );
  const quiet = run === undefined && !changed && whole !== undefined;
  return { dispatched: tasks.length, runId: run?.id ?? null, passes: manifest.passes, inFlight, quiet, outcomes };
}

/** The workflow's own dispatches of everything, of the rounds before its sweep. */
const isNightly = ({ pass, computations, only, sweep }: DispatchRequest): boolean =>
  pass !== undefined && computations === undefined && only === undefined && sweep !== true;

/**
 * The plan of all passes, when nothing is left in any of them to run or to wait for; else undefined. What this dispatch changes is not
 * in the snapshot, so it says nothing of passes after this one then. News of a later pass are for its own dispatch to keep, and skips that
 * are new there for it to audit.
 */
async function wholePlan(
  request: DispatchRequest,
  {
    dispatchId,
    surveyed,
    changed,
  }: { readonly dispatchId: string; readonly surveyed: Survey; readonly changed: boolean },
  snapshot: PlanningSnapshot,
  ports: DispatchPorts,
): Promise<Survey | undefined> {
  // Of a few computations it says nothing that spares a question.
  if (request.pass === undefined || request.computations !== undefined) return undefined;
  if (request.pass === ports.manifest.passes) return surveyed;
  if (changed) return undefined;
  const { from, date: to } = request;
  const whole = await survey(
    { from, to, dispatchId, mode: 'dispatch', sweep: request.sweep === true },
    ports,
    snapshot,
  );
  const { plan } = whole;
  const { RUN, RERUN } = plan.counts();
  const isQuiet =
    RUN + RERUN === 0 && !plan.isNews && plan.computations.every((name) => plan.inFlight(name).length === 0);
  return isQuiet ? whole : undefined;
}

function cellsOfOpenRuns(snapshot: PlanningSnapshot, closedRuns: readonly string[]): Set<string> {
  const open = snapshot.open.filter(({ run }) => !closedRuns.includes(run.id)).flatMap(({ tasks }) => tasks);
  return new Set(open.flatMap(({ cells }) => cells.map(cellName)));
}

/** Each run closes once, in one commit with what its tasks teach. */
export async function learnFrom(
  snapshot: PlanningSnapshot,
  closedRuns: readonly string[],
  { manifest, planning, tiers, clock }: Pick<DispatchPorts, 'manifest' | 'planning' | 'tiers' | 'clock'>,
): Promise<{ readonly book: MemoryBook; readonly change: Pick<PlanningChange, 'memory'> }> {
  const known = await planning.memory(snapshot);
  const ended = snapshot.open.filter(({ run }) => closedRuns.includes(run.id)).flatMap(({ tasks }) => tasks);
  const sizes = inputSizes(manifest, snapshot.datasets);
  const sizeOf = (name: string, { cells }: Task): number | undefined => {
    const first = cells.find(({ computation }) => computation === name);
    return first === undefined ? undefined : sizes(name, first.date);
  };
  const book = learn(known, ended, { tiers, nowMs: clock.now(), sizeOf });
  return { book, change: book === known ? {} : { memory: book } };
}

/** A workflow that asks for its next wave waits no longer for the one before. */
const isOvertaken = (run: Run, request: DispatchRequest): boolean =>
  run.dispatchId === dispatchIdOf(request, '') && run.callbackUrl !== request.callbackUrl;

/** Publishes a run's messages and marks them sent; a crash in between leaves them to the reconciler. */
export async function publish(
  run: Run,
  tasks: readonly Task[],
  ports: Pick<DispatchPorts, 'queue' | 'runs' | 'clock'>,
): Promise<void> {
  await ports.queue.publish(tasks.filter((task) => task.status === 'PENDING').map(messageFor));
  await ports.runs.markPublished(run.id, ports.clock.now());
}

function newRun(
  request: DispatchRequest & { readonly runId: string; readonly dispatchId: string; readonly claimedIn: number },
  tasks: readonly Task[],
  ports: DispatchPorts,
): Run {
  const leaves = leavesFor(tasks.length);
  return {
    id: request.runId,
    dispatchId: request.dispatchId,
    date: request.date,
    ...(request.pass === undefined ? {} : { pass: request.pass }),
    totalTasks: tasks.length,
    remainingTasks: tasks.length,
    ...(leaves === undefined ? {} : { leaves }),
    cells: tasks.reduce((sum, task) => sum + task.cells.length, 0),
    status: 'RUNNING',
    ...(request.callbackUrl === undefined ? {} : { callbackUrl: request.callbackUrl }),
    createdMs: ports.clock.now(),
    claimedIn: request.claimedIn,
  };
}
