/**
 * A night as a discrete-event simulation: the workflow asks the real dispatch (mill/steps/dispatch) for wave after wave, simulated workers
 * make them, and the platform takes its time. Of a pass that has many waves the first are simulated; the others are taken to be like these.
 */
import { DEFAULT_AUDIT } from '../src/mill/model/audit-policy.ts';
import { servicesOf, workerConcurrency } from '../src/deploy/services.ts';
import { DEFAULT_LANES } from '../src/mill/lifecycle/limits.ts';
import { type CellOutcome, cellName } from '../src/mill/model/cell.ts';
import { computationIn, isChained, type ManifestComputation } from '../src/mill/model/manifest.ts';
import { PRICE_TABLES } from '../src/mill/model/price-table.ts';
import type { Run } from '../src/mill/model/run.ts';
import type { Task, TaskCell } from '../src/mill/model/task.ts';
import { dayCount, type DaySet, daySetOfDays, subtract } from '../src/mill/planning/day-set.ts';
import { DAY_STEPS, DISPATCH_STEPS } from '../src/mill/planning/estimate.ts';
import { MAX_CHAIN_DAYS } from '../src/mill/planning/make-tasks.ts';
import { dispatch } from '../src/mill/steps/dispatch/dispatch.ts';
import type { DispatchAnswer, DispatchPorts } from '../src/mill/steps/dispatch/request.ts';
import { DEFAULT_TIERS } from '../src/mill/tiers/default-tiers.ts';
import { toOrdinal } from '../src/values/date.ts';
import { SimulatedClock } from './scale-clock.ts';
import { difference, type NightFigures, nothing, priceOf, secondsOf, type Tally, TALLIED } from './scale-figures.ts';
import { Instances } from './scale-instances.ts';
import { FirestoreModel, PLATFORM } from './scale-platform.ts';
import { ScalePlanning } from './scale-planning.ts';
import { Workers } from './scale-workers.ts';
import { type Change, ScaleWorld, type Size } from './scale-world.ts';

export type NightKind = Change | 'lost';

export interface NightOptions {
  readonly size: Size;
  readonly kind: NightKind;
  /** Tasks that a wave is spread over; the deployment has as many places for them. */
  readonly lanes?: number;
  /** Of each pass, simulated; the rest is taken to be like them. */
  readonly waves?: number;
  /** What a dispatch takes of the processor, in milliseconds; measured when absent. */
  readonly dispatchMs?: number;
}

/** A run's id in the workflow's variable `runs`: `run-` and 16 digits, and what a list takes beside it (assumed). */
const RUN_ID_BYTES = 24;

/** The night's own days, in which nothing is real but the order. */
const START_MS = Date.parse('2026-11-28T03:00:00Z');

const QUIET_LOG = { debug() {}, info() {}, warn() {}, error() {} };

export class Night {
  readonly #options: NightOptions;
  readonly #clock = new SimulatedClock(START_MS);
  readonly #reached = new Map<string, number>();
  readonly #store: FirestoreModel;
  readonly #world: ScaleWorld;
  readonly #planning: ScalePlanning;
  readonly #instances: Instances;
  readonly #workers: Workers;
  readonly #ports: DispatchPorts;
  readonly #endings = new Map<string, number>();
  readonly #made = new Map<string, number>();
  readonly #beside: Tally = { ...nothing(), seconds: new Map() };
  #waves = 0;
  #tasks = 0;
  #dispatches = 0;
  #dispatchMs = 0;
  #dispatchSeconds = 0;
  #waveMs = 0;
  #peakRssMB = 0;
  #endedInWave = 0;
  #isLost = false;
  #isFinished = false;
  #perSecond = { second: 0, bytes: 0, peak: 0 };

  constructor(options: NightOptions) {
    const { size, kind, lanes = DEFAULT_LANES } = options;
    this.#options = options;
    const reach = (limit: string, atMs: number): void => {
      if (!this.#reached.has(limit)) this.#reached.set(limit, atMs - START_MS);
    };
    this.#store = new FirestoreModel(reach);
    this.#world = new ScaleWorld(size, kind === 'lost' ? 'root' : kind);
    this.#planning = new ScalePlanning(this.#world, this.#store);
    const services = servicesOf({
      tiers: DEFAULT_TIERS,
      lanes,
      simulate: false,
      functions: [],
      collects: false,
      views: false,
    });
    this.#instances = new Instances({
      clock: this.#clock,
      tiers: DEFAULT_TIERS,
      maxInstances: (tier) => services.find(({ id }) => id === `work-${tier}`)?.maxInstances ?? 1,
      reach,
      work: (delivery, instance) => this.#workers.work(delivery, instance),
    });
    const workers = {
      clock: this.#clock,
      store: this.#store,
      manifest: this.#world.manifest,
      tiers: DEFAULT_TIERS,
      entities: size.entities,
      outcomeOf: (task: Task, cell: TaskCell) => this.#outcomeOf(task, cell),
      onOver: (run: Run) => this.#callBack(run),
      onEnded: (task: Task) => this.#onEnded(task),
    };
    this.#workers = new Workers(workers, this.#instances);
    this.#ports = {
      manifest: this.#world.manifest,
      tiers: DEFAULT_TIERS,
      lanes,
      planning: this.#planning,
      runs: {
        markPublished: async (id: string) => this.#mark(id, { publishedMs: this.#planning.atMs }),
      } as unknown as DispatchPorts['runs'],
      queue: { publish: async () => {} },
      callbacks: { assertUrl() {} },
      audit: DEFAULT_AUDIT,
      limits: {},
      prices: PRICE_TABLES['us-central1'],
      clock: { now: () => this.#planning.atMs },
      newId: () => 'unused',
      log: QUIET_LOG,
    };
  }

  async run(): Promise<NightFigures> {
    // The indexer: the planner's state, each dataset's index, and a count of each computation's results.
    const { computations, datasets } = this.#world.manifest;
    const counts = computations.length * Math.max(1, Math.ceil(this.#options.size.days / 1_000));
    const indexedMs = this.#store.read(this.#clock.nowMs, 1 + 4 * datasets.length + counts);
    this.#clock.at(indexedMs + PLATFORM.startMs, () => this.#next(1));
    await this.#clock.run();
    if (!this.#isFinished) throw new Error('the night came to a stand: a task was lost');
    return this.#figures();
  }

  /** The workflow asks for a wave, the first that there is from this pass on. */
  async #next(pass: number): Promise<void> {
    const before = this.#tally();
    const askedMs = this.#clock.nowMs;
    this.#planning.atMs = askedMs;
    const started = process.cpuUsage();
    const answer = await dispatch(
      {
        date: this.#world.to,
        from: this.#world.from,
        pass,
        callbackUrl: `https://workflow/${this.#dispatches}`,
        dispatchId: 'tonight',
      },
      this.#ports,
    );
    const used = process.cpuUsage(started);
    const ms = this.#options.dispatchMs ?? (used.user + used.system) / 1_000;
    this.#peakRssMB = Math.max(this.#peakRssMB, process.memoryUsage.rss() / 1_048_576);
    const tookMs = this.#planning.atMs - askedMs + ms + (this.#dispatches === 0 ? PLATFORM.startMs : 0);
    this.#dispatches++;
    this.#dispatchMs += tookMs;
    this.#dispatchSeconds = Math.max(this.#dispatchSeconds, tookMs / 1_000);
    if (tookMs > PLATFORM.answerMs) this.#reach('540 s that the workflow waits for a dispatch');
    if (answer.runId === null) {
      this.#isFinished = true;
      this.#clock.at(askedMs + tookMs, () => {});
      return;
    }
    this.#clock.at(askedMs + tookMs, () => this.#send(answer, before, askedMs));
  }

  #send(answer: DispatchAnswer, before: Tally, askedMs: number): void {
    const open = this.#planning.open.get(answer.runId as string);
    if (open === undefined) throw new Error(`${answer.runId} was claimed and is not open`);
    const { run, tasks } = open;
    this.#waves++;
    this.#tasks += tasks.length;
    this.#endedInWave = 0;
    this.#workers.chainMs = 0;
    this.#workers.claim(run, tasks);
    this.#workers.publish(tasks);
    const second = Math.floor(this.#clock.nowMs / 1_000);
    const bytes =
      tasks.length * PLATFORM.messageBytes + (this.#perSecond.second === second ? this.#perSecond.bytes : 0);
    this.#perSecond = { second, bytes, peak: Math.max(this.#perSecond.peak, bytes) };
    this.#then = () => {
      this.#waveMs = Math.max(this.#waveMs, this.#clock.nowMs - askedMs);
      if (this.#clock.nowMs - askedMs > PLATFORM.waveMs) this.#reach('3 h that the workflow waits for a wave');
      this.#ofPass(run, before);
      return this.#next(answer.pass ?? 1);
    };
  }

  #then: () => Promise<void> = async () => {};

  #onEnded(task: Task): void {
    this.#endings.set(task.id, (this.#endings.get(task.id) ?? 0) + 1);
    for (const cell of task.cells)
      this.#made.set(`${task.runId} ${cellName(cell)}`, (this.#made.get(`${task.runId} ${cellName(cell)}`) ?? 0) + 1);
    this.#endedInWave++;
    const total = this.#planning.open.get(task.runId)?.run.totalTasks ?? 1;
    const isHalfWay = task.pass >= Math.ceil(this.#world.manifest.passes / 2) && this.#endedInWave >= total / 2;
    if (this.#options.kind !== 'lost' || this.#isLost || !isHalfWay) return;
    this.#isLost = true;
    this.#instances.loseAll();
  }

  /** As mill/steps/work/count-down.ts: begun, sent, marked. */
  #callBack({ id }: Run): void {
    const begunMs = this.#store.commit(this.#store.read(this.#clock.nowMs, 1), [['run', id]]);
    this.#clock.at(begunMs + PLATFORM.callbackMs, () => {
      this.#store.commit(this.#clock.nowMs, [['run', id]]);
      this.#mark(id, { calledBackMs: this.#clock.nowMs, remainingTasks: 0, status: 'COMPLETED' }, false);
      return this.#then();
    });
  }

  #mark(id: string, fields: Partial<Run>, isWritten = true): void {
    const open = this.#planning.open.get(id);
    if (open === undefined) return;
    const { run, tasks } = open;
    if (isWritten) this.#planning.atMs = this.#store.commit(this.#planning.atMs, [['run', id]]);
    const now = this.#workers.tasksOf(run);
    if (fields.calledBackMs !== undefined) this.#workers.close(run);
    this.#planning.open.set(id, { run: { ...run, ...fields }, tasks: now.length === 0 ? tasks : now });
  }

  #outcomeOf(task: Task, cell: TaskCell): CellOutcome {
    if (cell.audit !== undefined) return { status: 'AUDITED', matches: true, text: '' };
    const settled = this.#world.settled(cell.computation, toOrdinal(cell.date), true);
    const effort = { seconds: 0.01, entities: 0, reads: 1, writes: 1 };
    return { ...settled, dispatchId: task.dispatchId, foldedIn: undefined, effort } as CellOutcome;
  }

  /** Once enough waves of a pass were simulated, the rest of it is settled beside, and counted as these were. */
  readonly #passes = new Map<number, Tally[]>();
  #ofPass(run: Run, before: Tally): void {
    const { pass, totalTasks, cells } = run;
    if (pass === undefined) return;
    const of = this.#passes.get(pass) ?? [];
    this.#passes.set(pass, of);
    const now = this.#tally();
    of.push({ ...difference(now, before), tasks: totalTasks, cells, waves: 1, chainMs: this.#workers.chainMs });
    if (of.length !== (this.#options.waves ?? Infinity)) return;
    const left = this.#leftOf(pass, run.id);
    const cellsLeft = left.reduce((sum, [, days]) => sum + dayCount(days), 0);
    if (cellsLeft === 0) return;
    // The first wave of a pass has what the pass before left behind.
    const like = of.length > 1 ? of.slice(1) : of;
    const share = cellsLeft / like.reduce((sum, one) => sum + one.cells, 0);
    for (const one of like) {
      for (const key of TALLIED) this.#beside[key] += one[key] * share;
      for (const [tier, seconds] of one.seconds)
        this.#beside.seconds.set(tier, (this.#beside.seconds.get(tier) ?? 0) + seconds * share);
    }
    this.#clock.nowMs += like.reduce((sum, one) => sum + one.ms, 0) * share;
    this.#chainsBeside(left, share * like.length, Math.max(...like.map(({ chainMs = 0 }) => chainMs)));
    this.#world.settleBeside(left);
    this.#planning.forget();
  }

  /** Of a long history the chains have waves of their own, when all else of the pass is made: a hundred days a wave. */
  #chainsBeside(left: readonly (readonly [name: string, days: DaySet])[], waves: number, chainMs: number): void {
    const { manifest } = this.#world;
    const chains = left.filter(
      ([name, days]) => dayCount(days) > 0 && isChained(computationIn(manifest, name) as ManifestComputation),
    );
    const longest = Math.max(0, ...chains.map(([, days]) => dayCount(days)));
    const more = Math.max(0, Math.ceil(longest / MAX_CHAIN_DAYS) - waves);
    if (more === 0) return;
    const [tier] = DEFAULT_TIERS;
    const instances = Math.ceil(chains.length / workerConcurrency(tier, DEFAULT_TIERS));
    const seconds = this.#beside.seconds.get(tier.name) ?? 0;
    this.#beside.seconds.set(tier.name, seconds + (more * instances * chainMs) / 1_000);
    this.#beside.waves += more;
    // Claimed, leased and ended; and read for that, and by the next dispatch.
    const tasks = more * chains.length;
    this.#beside.tasks += tasks;
    this.#beside.deliveries += tasks;
    this.#beside.writes += 4 * tasks + 6 * more;
    this.#beside.reads += 3 * tasks + 6 * more;
    this.#clock.nowMs += more * (chainMs + this.#dispatchMs / this.#dispatches + PLATFORM.callbackMs);
  }

  /** What is left of the pass, but for the cells of the run that has just ended. */
  #leftOf(pass: number, runId: string): [name: string, days: DaySet][] {
    const open = this.#planning.open.get(runId)?.tasks ?? [];
    const ended = Map.groupBy(
      open.flatMap(({ cells }) => cells),
      ({ computation }) => computation,
    );
    const names = this.#world.manifest.computations.filter((one) => one.pass === pass).map(({ name }) => name);
    return names.map((name) => [
      name,
      subtract(this.#world.left(name), daySetOfDays((ended.get(name) ?? []).map(({ date }) => date))),
    ]);
  }

  #reach(limit: string): void {
    if (!this.#reached.has(limit)) this.#reached.set(limit, this.#clock.nowMs - START_MS);
  }

  #tally(): Tally {
    const { reads, writes, deletes } = this.#store;
    const { cells } = this.#workers;
    const { refused, delivered, seconds } = this.#instances;
    return {
      reads,
      writes,
      deletes,
      tasks: this.#tasks,
      cells,
      waves: this.#waves,
      ms: this.#clock.nowMs,
      commits: this.#planning.commits,
      refused,
      deliveries: delivered,
      seconds: new Map(seconds),
    };
  }

  #figures(): NightFigures {
    const now = this.#tally();
    const total = Object.fromEntries(TALLIED.map((key) => [key, now[key] + this.#beside[key]])) as Record<
      (typeof TALLIED)[number],
      number
    >;
    const seconds = (this.#clock.nowMs - START_MS) / 1_000;
    const steps = DAY_STEPS + (total.waves + 1) * (DISPATCH_STEPS + 1);
    const variableBytes = total.waves * RUN_ID_BYTES;
    if (steps > PLATFORM.workflowSteps) this.#reach('100,000 steps of a workflow');
    if (variableBytes > PLATFORM.workflowBytes) this.#reach('512 KiB of a workflow, by its list of runs');
    if (seconds > 86_400) this.#reach('a day, which a night may take');
    if (this.#planning.bookOfAYear() > PLATFORM.documentBytes) this.#reach('1 MiB a document: a book');
    const worked = secondsOf(now, this.#beside);
    const dispatching = (this.#dispatchMs / 1_000) * (total.waves / Math.max(1, this.#waves));
    const dollarsOf = priceOf(total, { seconds: worked, dispatching, steps });
    return {
      seconds,
      ...total,
      simulatedWaves: this.#waves,
      dollars: dollarsOf.firestore + dollarsOf.workers + dollarsOf.others,
      dollarsOf,
      workerHours: worked.values().reduce((sum, one) => sum + one, 0) / 3_600,
      peakInstances: this.#instances.peak,
      deadLetters: this.#instances.deadLetters,
      rates: Object.fromEntries(this.#store.rates),
      heldSeconds: this.#store.heldMs / 1_000,
      steps,
      variableBytes,
      pubsubShare: this.#perSecond.peak / PLATFORM.pubsubBytesASecond,
      stateBytes: this.#planning.stateBytes,
      pages: this.#planning.pages,
      bookBytes: this.#planning.bookOfAYear(),
      commitBytes: this.#planning.commitBytes,
      ahead: this.#planning.ahead_,
      dispatchSeconds: this.#dispatchSeconds,
      waveSeconds: this.#waveMs / 1_000,
      longestTaskSeconds: this.#workers.longestMs / 1_000,
      residentMB: this.#peakRssMB,
      reached: [...this.#reached].map(([limit, ms]) => [limit, ms / 1_000] as const).sort(([, a], [, b]) => a - b),
      endings: this.#endings,
      made: this.#made,
    };
  }
}
