/** Claims a wave: plan -> its cells -> route to a tier -> run and tasks in one commit -> publish. */
import { IDLE_WORKER_MB, MEMORY_DEATH_SHARE, PLANNED_TASK_SECONDS } from '../../lifecycle/limits.ts';
import { countOutcomes } from '../../model/decision.ts';
import type { MemoryBook } from '../../model/memory-book.ts';
import { messageCarrying } from '../../model/message.ts';
import { newRun, type Run } from '../../model/run.ts';
import type { Task } from '../../model/task.ts';
import { tierNamed } from '../../model/tier.ts';
import { type Closing, closing } from '../../planning/closing.ts';
import { inputSizes } from '../../planning/input-size.ts';
import { makeTasks } from '../../planning/make-tasks.ts';
import type { PlannedCell } from '../../planning/plan.ts';
import { isIdle, type Wave, waveOf, type WaveRequest } from '../../planning/wave.ts';
import type { PlanningChange, PlanningSnapshot } from '../../ports/planning.ts';
import { tierRouter } from '../../tiers/tier-router.ts';
import { isAnswered } from '../work/count-down.ts';
import { learnFrom } from './learn.ts';
import { type NightWatch, nightOf, watchTonight } from './night-watch.ts';
import { publishRun } from './publish-run.ts';
import { type DispatchAnswer, dispatchIdOf, type DispatchPorts, type DispatchRequest } from './request.ts';
import { settleAhead } from './settle-ahead.ts';
import { survey, type Survey } from './survey.ts';

/** Undefined when another writer was faster; `again` when so much was to be settled first that the plan is to be made anew. */
export async function claimWave(
  request: DispatchRequest,
  runId: string,
  snapshot: PlanningSnapshot,
  ports: DispatchPorts,
): Promise<DispatchAnswer | 'again' | undefined> {
  const asked = { ...request, runId, dispatchId: dispatchIdOf(request, runId) };
  const { surveyed, wave } = await surveyWave(asked, snapshot, ports);
  const { plan, folded } = surveyed;
  const closed = closing(folded, snapshot.open, (run) => isAnswered(run) || isOvertaken(run, request), plan);
  const watch = await watchFor(asked, surveyed, wave, ports);
  const cells = [
    ...(await surveyed.cells(wave.runs)),
    ...(await surveyed.audited(wave.audits)),
    ...(watch?.cells ?? []),
  ];
  const memory =
    cells.length + closed.closedRuns.length === 0 ? undefined : await learnFrom(closed.ended, snapshot, ports);
  // Who is on watch is of any pass, and what it finds is made from the pass that was asked for.
  const pass = request.pass === undefined || isIdle(wave) ? request.pass : plan.pass;
  const { tasks, trials } = tasksOf(cells, { ...asked, pass }, { snapshot, book: memory?.book }, ports);
  const claim = claimOf({ ...asked, pass, claimedIn: snapshot.sequence + 1 }, tasks, ports);
  const change = { ...changeOf(closed, watch), ...memory?.change, ...(claim === undefined ? {} : { claim }) };
  const isNews = closed.isNews || claim !== undefined || watch !== undefined;
  if (await settleAhead(snapshot, change, ports)) return 'again';
  const made = isNews ? await ports.planning.commit(snapshot, change) : [];
  if (made === undefined) return undefined;
  if (claim !== undefined) await publishRun(claim.run, made.map(messageCarrying), ports);

  const outcomes =
    request.only === undefined
      ? plan.counts(wave.asked)
      : countOutcomes(request.only.flatMap((key) => plan.decision(key) ?? []));
  const audits = claim === undefined ? 0 : cells.filter(({ audit }) => audit !== undefined).length;
  tell({ ...asked, pass }, claim?.run, { audits, trials, outcomes }, ports);
  const { passes } = ports.manifest;
  const { inFlight } = wave;
  return { dispatched: tasks.length, runId: claim?.run.id ?? null, pass: pass ?? null, passes, inFlight, outcomes };
}

/** A request whose names are given. */
type Asked = DispatchRequest & { readonly runId: string; readonly dispatchId: string };

/** Plans one pass after the other, as far as the first that has something to run or to wait for. */
async function surveyWave(
  { from, date, dispatchId, sweep, pass, computations, only }: Asked,
  snapshot: PlanningSnapshot,
  ports: DispatchPorts,
): Promise<{ readonly surveyed: Survey; readonly wave: Wave }> {
  const request: WaveRequest = { pass, computations, only, audit: ports.audit, seed: `${snapshot.sequence}` };
  const surveyed = await survey(
    {
      from,
      to: date,
      dispatchId,
      mode: 'dispatch',
      sweep: sweep === true,
      ...(pass === undefined ? {} : { throughPass: pass, isEnough: (plan) => !isIdle(waveOf(plan, request)) }),
    },
    ports,
    snapshot,
  );
  return { surveyed, wave: waveOf(surveyed.plan, request) };
}

/** Of the workflow's own dispatches of everything, in the rounds before its sweep, once nothing is left in any pass. */
async function watchFor(
  { pass, computations, only, sweep, dispatchId }: Asked,
  surveyed: Survey,
  wave: Wave,
  ports: DispatchPorts,
): Promise<NightWatch | undefined> {
  const isNightly = pass !== undefined && computations === undefined && only === undefined && sweep !== true;
  if (!isNightly || !isIdle(wave) || surveyed.plan.isPartial) return undefined;
  const night = nightOf(surveyed.snapshot, ports);
  return night === undefined ? undefined : watchTonight(surveyed, { night, audit: ports.audit, dispatchId });
}

/** On the tiers that the memory book says. */
function tasksOf(
  cells: readonly PlannedCell[],
  { runId, dispatchId, pass }: Asked,
  { snapshot, book = new Map() }: { readonly snapshot: PlanningSnapshot; readonly book: MemoryBook | undefined },
  { manifest, tiers, lanes, clock }: DispatchPorts,
): { readonly tasks: readonly Task[]; readonly trials: ReadonlySet<string> } {
  const nowMs = clock.now();
  const sizeOf = inputSizes(manifest, snapshot.datasets);
  const router = tierRouter(book, tiers, nowMs);
  const tasks = makeTasks(cells, {
    manifest,
    runId,
    dispatchId,
    pass,
    nowMs,
    lanes,
    tierOf: (computation, date) => router.tierOf(computation, sizeOf(computation, date)),
    predict(computation, date) {
      const known = router.predict(computation, sizeOf(computation, date));
      return known === undefined ? undefined : { seconds: known.seconds, memoryMB: known.addedMB };
    },
    budget: (tier) => ({
      seconds: PLANNED_TASK_SECONDS,
      memoryMB: tierNamed(tiers, tier).memoryMB * MEMORY_DEATH_SHARE - IDLE_WORKER_MB,
    }),
  });
  return { tasks, trials: router.trials };
}

function claimOf(
  { runId: id, dispatchId, date, pass, callbackUrl, claimedIn }: Asked & { readonly claimedIn: number },
  tasks: readonly Task[],
  { clock }: DispatchPorts,
): PlanningChange['claim'] {
  if (tasks.length === 0) return undefined;
  return { run: newRun({ id, dispatchId, date, pass, callbackUrl, claimedIn, createdMs: clock.now() }, tasks), tasks };
}

const changeOf = ({ change }: Closing, watch: NightWatch | undefined): PlanningChange =>
  watch === undefined ? change : { ...change, standings: watch.after(change.standings), watched: watch.night };

/** A workflow that asks for its next wave waits no longer for the one before. */
const isOvertaken = (run: Run, request: DispatchRequest): boolean =>
  run.dispatchId === dispatchIdOf(request, '') && run.callbackUrl !== request.callbackUrl;

function tell(
  { dispatchId, date, pass, sweep }: Asked,
  run: Run | undefined,
  {
    audits,
    trials,
    outcomes,
  }: {
    /** Of its cells: skipped ones, run again in shadow. */
    readonly audits: number;
    /** Computations of which a cell is tried on a smaller tier. */
    readonly trials: ReadonlySet<string>;
    readonly outcomes: DispatchAnswer['outcomes'];
  },
  { log }: DispatchPorts,
): void {
  const [tasks, cells] = [run?.totalTasks ?? 0, run?.cells ?? 0];
  log.info(
    {
      event: 'dispatched',
      run: run?.id ?? null,
      dispatch: dispatchId,
      pass: pass ?? null,
      ...(sweep === true ? { sweep } : {}),
      date,
      tasks,
      cells,
      audits,
      ...(trials.size === 0 ? {} : { trials: [...trials] }),
      outcomes,
    },
    `${sweep === true ? 'sweep, ' : ''}pass ${pass ?? 'any'}: ${run === undefined ? 'nothing to run' : `${cells} cells in ${tasks} tasks`}`,
  );
}
