/**
 * A mill of plain values: the planner's decisions are carried out as mill/steps/dispatch/claim-wave.ts, work.ts and execute-cells.ts do, pass by
 * pass and wave by wave as workflows/pipeline.yaml does, on computations whose results are small numbers.
 */
import { isStopped, onCellDone, onGiveUp } from '../../src/mill/lifecycle/finish.ts';
import { halve, isDivisible } from '../../src/mill/lifecycle/split.ts';
import { type CellOutcome, cellName, type Settled } from '../../src/mill/model/cell.ts';
import { addDays, type Day, daysFrom } from '../../src/values/date.ts';
import { NO_INPUT } from '../../src/values/hash.ts';
import {
  computationIn,
  inputIdOf,
  isSeed,
  type Manifest,
  type ManifestComputation,
} from '../../src/mill/model/manifest.ts';
import type { Run } from '../../src/mill/model/run.ts';
import { isTerminal, outcomeOf, openCells, type Task, type TaskCell } from '../../src/mill/model/task.ts';
import type { Distrust } from '../../src/mill/model/distrust.ts';
import { behaviourOf, type InputHashes, type Vector, vectorHash } from '../../src/mill/model/vector.ts';
import { decodeWindow, windowHash } from '../../src/mill/model/window.ts';
import { afterPlan } from '../../src/mill/planning/after-plan.ts';
import { daySetOfDays, daysOfSet, NO_DAYS } from '../../src/mill/planning/day-set.ts';
import { isIdle, waveOf } from '../../src/mill/planning/wave.ts';
import { fold, type Fold, type OpenRun } from '../../src/mill/planning/fold.ts';
import { makeTasks } from '../../src/mill/planning/make-tasks.ts';
import { plan, type Plan, type PlannedCell, type PlanRequest } from '../../src/mill/planning/plan.ts';
import { bookId, type Missing, Shelf } from '../../src/mill/planning/shelf.ts';
import {
  afterDataChanged,
  afterNoting,
  type DatasetStanding,
  NO_DATASET,
  type Standing,
  unknownStanding,
} from '../../src/mill/planning/standing.ts';
import type { PlanningState } from '../../src/mill/planning/state.ts';
import { cellsToWatch } from '../../src/mill/planning/watch.ts';
import { aRun } from './graph.ts';
import { inWordsOfAlike } from './in-words-of-alike.ts';
import { planEveryCell } from './planner-of-every-cell.ts';

/** What is read: the day, and the value there. */
export type Values = readonly (readonly [day: Day, value: number])[];

/** What a computation does: a number, or undefined when it throws. By name, and what was read, need by need. */
export type Semantics = (computation: string, inputs: ReadonlyMap<string, Values>) => number | undefined;

export interface World {
  readonly manifest: Manifest;
  readonly semantics: Semantics;
  /** Dataset to day to content. */
  readonly data: ReadonlyMap<string, ReadonlyMap<Day, number>>;
  readonly from: Day;
  readonly to: Day;
  /** Cells whose attempt fails this time, whatever they compute: with an error, or so that the whole task is given up. */
  readonly trouble: ReadonlyMap<string, 'error' | 'death'>;
  /** Dispatched without naming a pass: whatever can run now. */
  readonly byHand: boolean;
  /** See PlanningState. */
  readonly equivalents: ReadonlyMap<string, readonly string[]>;
  /** Computations whose skips are not trusted. */
  readonly distrusted: ReadonlySet<string>;
  /** Computations whose code changed under the same fingerprint, at some time. */
  readonly unseen: ReadonlySet<string>;
  /** Cells that a person asks for before the run, as `daymill rerun` does. */
  readonly asked: ReadonlySet<string>;
}

/** A cell that really ran, with what was known of it before. */
export interface Ran {
  readonly planned: PlannedCell;
  readonly vector: Vector;
}

export interface PipelineReport {
  readonly ran: readonly Ran[];
  readonly waves: number;
  /** The last plan of each pass, when nothing in it was left to run. */
  readonly atRest: readonly PlannedCell[];
  /** Cells that the watch found wrong. */
  readonly found: readonly string[];
}

/** More waves than cells would mean that one of them runs again and again. */
const wavesAllowed = (world: World): number =>
  daysFrom(world.from, world.to).length * world.manifest.computations.length + 1;

/** Few, so that tasks have cells of several computations and days. */
const LANES = 2;

const ASKED = { why: 'ASKED', atMs: 0 } as const;

export const hashOfValue = (value: number): string => value.toString(16).padStart(16, '0');

export class ToyMill {
  /** As the books are, cell by cell. */
  book = new Map<string, Map<Day, Settled>>();
  /** Results by `computation@date`; a failure takes its cell's away. */
  readonly results = new Map<string, number>();
  /** Where a plan differed from that of a planner that looks at every cell. */
  readonly disagreements: string[] = [];
  /** Cells that the watch found wrong, at any time. */
  readonly found = new Set<string>();
  #sequence = 0;
  #standings: ReadonlyMap<string, Standing> = new Map();
  #datasets: ReadonlyMap<string, DatasetStanding> = new Map();
  #data = new Map<string, Map<Day, string>>();
  /** As audits found them. */
  #distrusted: ReadonlyMap<string, Distrust> = new Map();
  #open: OpenRun[] = [];
  #runs = 0;
  #dispatches = 0;

  /** One day's pipeline, with its watch. `random` orders the work inside each wave. */
  runPipeline(world: World, random: () => number): PipelineReport {
    this.#index(world);
    const dispatchId = `dispatch-${++this.#dispatches}`;
    const ran: Ran[] = [];
    const first = this.#round(world, dispatchId, ran, random);
    const found = this.#watch(world, dispatchId);
    // What it found is made in the night's sweep.
    const second = found.length === 0 ? undefined : this.#round(world, `${dispatchId}.sweep`, ran, random);
    return { ran, waves: first.waves + (second?.waves ?? 0), atRest: (second ?? first).atRest, found };
  }

  #round(world: World, dispatchId: string, ran: Ran[], random: () => number): Pick<PipelineReport, 'waves' | 'atRest'> {
    const atRest: PlannedCell[] = [];
    let waves = 0;
    let pass = world.byHand ? undefined : 1;
    for (;;) {
      const { cells, tasks, run, ...next } = this.#dispatch(world, pass, dispatchId);
      // Of the passes that have nothing left.
      atRest.push(...cells.filter(({ decision }) => run === undefined || next.isPassed(decision.computation)));
      if (run === undefined) return { waves, atRest };
      pass = next.pass;
      waves++;
      if (waves > wavesAllowed(world)) throw new Error(`pass ${pass ?? 'any'} does not end: wave ${waves}`);
      this.#open.push({ run, tasks: this.#work(world, tasks, cells, ran, random) });
    }
  }

  /** As mill/steps/dispatch/night-watch.ts, of every cell at rest. Answers those that gave another result. */
  #watch(world: World, dispatchId: string): string[] {
    const { made } = this.#plan(world, { mode: 'dispatch', dispatchId });
    const drawn = cellsToWatch({ plan: made, cells: Infinity, effortOf: () => ({ seconds: 0, reads: 0 }) });
    const watched = drawn
      .map((cell) => made.audited(cell) as PlannedCell)
      .filter(({ settled }) => settled?.dispatchId !== dispatchId);
    const runId = `run-${++this.#runs}`;
    const { manifest } = world;
    const tasks = makeTasks(watched, { manifest, runId, dispatchId, nowMs: this.#runs, tierOf: () => 'standard' });
    const found: string[] = [];
    const ended = tasks.map((task) =>
      task.cells.reduce((sofar, cell) => {
        const computation = computationIn(manifest, cell.computation) as ManifestComputation;
        const { values, hashes } = this.#load(world, computation, cell);
        const { fingerprint } = computation;
        if (vectorHash({ fingerprint, inputs: hashes }) !== cell.audit?.vector)
          throw new Error(`${cellName(cell)} rests, and what it reads is another`);
        const value = world.semantics(cell.computation, values);
        const matches = value !== undefined && hashOfValue(value) === cell.audit.expected;
        if (!matches) {
          found.push(cellName(cell));
          this.found.add(cellName(cell));
        }
        return onCellDone(sofar, cell, { status: 'AUDITED', matches, text: cellName(cell) });
      }, task),
    );
    if (found.length === 0) return [];
    const run = aRun({ id: runId, dispatchId, totalTasks: ended.length, createdMs: this.#runs });
    this.#open.push({ run, tasks: ended });
    return found;
  }

  /** What a whole pipeline would do. */
  forecast(world: World): PlannedCell[] {
    this.#index(world);
    const { made } = this.#plan(world, { mode: 'forecast' });
    return made.cells();
  }

  /** As mill/steps/load/index-root-data.ts. */
  #index(world: World): void {
    const data = availabilityOf(world);
    for (const name of new Set([...data.keys(), ...this.#data.keys()])) {
      const [was, is] = [this.#data.get(name), data.get(name)];
      const days = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
      const changed = new Map(
        [...days].filter((day) => was?.get(day) !== is?.get(day)).map((day) => [day, { there: is?.has(day) === true }]),
      );
      if (changed.size === 0) continue;
      this.#sequence++;
      const standing = afterDataChanged(this.#datasets.get(name) ?? NO_DATASET, changed, this.#sequence);
      this.#datasets = new Map(this.#datasets).set(name, standing);
    }
    this.#data = data;
  }

  /** Notes what is asked for, as mill/steps/mend/ask-again.ts. */
  ask(world: World): void {
    this.#index(world);
    const { made } = this.#plan(world, { mode: 'forecast' });
    const cells = made.cells().filter(({ decision }) => world.asked.has(cellName(decision)));
    const standings = new Map(this.#standings);
    for (const { decision } of cells) {
      if (decision.outcome === 'IMPOSSIBLE') continue;
      const standing = standings.get(decision.computation) ?? unknownStanding(NO_DAYS, NO_DAYS);
      const one = { reason: ASKED, days: daySetOfDays([decision.date]), since: this.#sequence + 1 };
      standings.set(decision.computation, afterNoting(standing, one));
    }
    if (cells.length === 0) return;
    this.#standings = standings;
    this.#sequence++;
  }

  /** As mill/steps/dispatch/survey.ts: with the books that are at hand, until none is missed. */
  #plan(
    world: World,
    request: Pick<PlanRequest, 'mode' | 'dispatchId' | 'throughPass'>,
    isEnough: (made: Plan) => boolean = () => true,
  ): { folded: Fold; made: Plan } {
    const { manifest, from, to, equivalents, distrusted } = world;
    const content = { books: new Map<string, Map<Day, Settled>>(), data: new Map<string, Map<Day, string>>() };
    const shelf = new Shelf(content);
    const state: PlanningState = {
      sequence: this.#sequence,
      standings: this.#standings,
      datasets: this.#datasets,
      equivalents,
      distrusted: new Map([...distrustOf(manifest, distrusted), ...this.#distrusted]),
      shelf,
      inFlight: new Map(),
    };
    const begin = () => {
      const folded = fold(state, this.#open);
      const isFolded = shelf.isComplete;
      return { folded, isFolded, made: plan({ manifest, state: folded.state, from, to, ...request }) };
    };
    let { folded, isFolded, made } = begin();
    for (;;) {
      if (!shelf.isComplete) {
        this.#fetch(content, shelf.takeMissing());
        if (isFolded) made = made.anew();
        else ({ folded, isFolded, made } = begin());
      } else if (made.isPartial && !isEnough(made)) made = made.through(made.pass + 1);
      else break;
    }
    this.#compare(world, folded, made, { ...request, throughPass: made.pass });
    // What is asked of the plan from here on may need any book.
    this.#fetch(content, 'all');
    return { folded, made };
  }

  #fetch(
    content: { books: Map<string, Map<Day, Settled>>; data: Map<string, Map<Day, string>> },
    what: Missing | 'all',
  ): void {
    const byId = new Map<string, Map<Day, Settled>>();
    for (const [computation, days] of this.book) {
      for (const [date, settled] of days) {
        const id = bookId(computation, date);
        byId.set(id, (byId.get(id) ?? new Map<Day, Settled>()).set(date, settled));
      }
    }
    for (const id of what === 'all' ? byId.keys() : what.books) content.books.set(id, byId.get(id) ?? new Map());
    for (const name of what === 'all' ? this.#data.keys() : what.data)
      content.data.set(name, this.#data.get(name) ?? new Map());
  }

  #compare(
    world: World,
    folded: Fold,
    made: Plan,
    request: Pick<PlanRequest, 'mode' | 'dispatchId' | 'throughPass'>,
  ): void {
    const { manifest, from, to, equivalents } = world;
    const distrusted = new Set(
      manifest.computations
        .filter(({ name, fingerprint }) => folded.state.distrusted.get(name)?.behaviour === behaviourOf(fingerprint))
        .map(({ name }) => name),
    );
    const inFlight = new Map<string, string>();
    const book = new Map([...this.book].map(([name, days]) => [name, new Map(days)]));
    for (const { run, tasks } of this.#open) {
      for (const task of tasks) {
        for (const cell of task.cells) {
          const outcome = outcomeOf(task, cell);
          if (cell.audit !== undefined) continue;
          if (outcome === undefined) inFlight.set(cellName(cell), run.id);
          else if (outcome.status === 'COMPLETED' || outcome.status === 'FAILED')
            book.set(cell.computation, (book.get(cell.computation) ?? new Map<Day, Settled>()).set(cell.date, outcome));
        }
      }
    }
    const breakers = new Map(
      [...folded.state.standings].flatMap(([name, { breaker }]) => (breaker === undefined ? [] : [[name, breaker]])),
    );
    const again = new Map(
      [...folded.state.standings].flatMap(([computation, standing]) =>
        (standing.again ?? []).flatMap(({ reason, days }) =>
          daysOfSet(days).map((date) => [cellName({ computation, date }), reason] as const),
        ),
      ),
    );
    const state = { availability: this.#data, book, inFlight, equivalents, distrusted, breakers, again };
    for (const { decision: whole } of planEveryCell({ manifest, from, to, state, ...request })) {
      const decision = made.decision(whole);
      const fingerprint = computationIn(manifest, whole.computation)?.fingerprint;
      const settled = book.get(whole.computation)?.get(whole.date);
      const same = [whole, ...inWordsOfAlike(whole, settled, fingerprint)].map((one) => JSON.stringify(one));
      if (!same.includes(JSON.stringify(decision)))
        this.disagreements.push(`${request.mode}: ${JSON.stringify(decision)} instead of ${JSON.stringify(whole)}`);
    }
  }

  #dispatch(world: World, pass: number | undefined, dispatchId: string) {
    const { manifest } = world;
    const request = { pass, audit: { share: 0, most: 0 }, seed: '' };
    const { folded, made } = this.#plan(
      world,
      { mode: 'dispatch', dispatchId, ...(pass === undefined ? {} : { throughPass: pass }) },
      (sofar) => pass === undefined || !isIdle(waveOf(sofar, request)),
    );
    const wave = waveOf(made, request);
    const cells = made.cells(wave.asked);
    const runnable = wave.runs.map((cell) => made.cell(cell) as PlannedCell);
    const runId = `run-${++this.#runs}`;
    const claimedIn = this.#sequence + 1;
    const tasks = makeTasks(runnable, {
      manifest,
      runId,
      dispatchId,
      nowMs: this.#runs,
      tierOf: () => 'standard',
      lanes: LANES,
    });
    const after = afterPlan(folded.state, made);
    for (const { cell, to } of folded.settled)
      this.book.set(cell.computation, (this.book.get(cell.computation) ?? new Map<Day, Settled>()).set(cell.date, to));
    for (const cell of after.removed) {
      this.book.get(cell.computation)?.delete(cell.date);
      this.results.delete(cellName(cell));
    }
    this.#standings = after.standings;
    // Those of the story come and go with it.
    this.#distrusted = new Map([...folded.state.distrusted].filter(([, { text }]) => text !== ''));
    this.#datasets = after.datasets;
    this.#sequence++;
    this.#open = this.#open.filter(({ run }) => !folded.closedRuns.includes(run.id));
    const run: Run | undefined =
      tasks.length === 0
        ? undefined
        : aRun({ id: runId, dispatchId, totalTasks: tasks.length, createdMs: this.#runs, claimedIn });
    const next = pass === undefined ? undefined : made.pass;
    const isPassed = (name: string): boolean => next !== undefined && (computationIn(manifest, name)?.pass ?? 0) < next;
    return { cells, tasks, run, pass: next, isPassed };
  }

  /** Works on all tasks of a wave, a cell here, a cell there. */
  #work(world: World, tasks: readonly Task[], cells: readonly PlannedCell[], ran: Ran[], random: () => number): Task[] {
    const plannedOf = new Map(cells.map((cell) => [cellName(cell.decision), cell]));
    const now = [...tasks];
    for (;;) {
      const open = now.flatMap((task, index) => (isTerminal(task) ? [] : [index]));
      const index = open[Math.floor(random() * open.length)];
      const task = index === undefined ? undefined : now[index];
      if (index === undefined || task === undefined) return now;
      now.splice(index, 1, ...this.#workOn(world, task, plannedOf, ran));
    }
  }

  #workOn(world: World, task: Task, plannedOf: ReadonlyMap<string, PlannedCell>, ran: Ran[]): Task[] {
    const [cell] = openCells(task);
    if (cell === undefined) throw new Error(`${task.id} has nothing left to do`);
    const name = cellName(cell);
    if (isStopped(task)) return [onCellDone(task, cell, { status: 'NOT_TRIED' })];
    if (world.trouble.get(name) === 'death') {
      if (isDivisible(task)) {
        const { task: half, part } = halve(task);
        return [half, part];
      }
      this.results.delete(name);
      return [onGiveUp(task, { code: 'ATTEMPTS_EXHAUSTED', message: 'it died' })];
    }
    const planned = plannedOf.get(name);
    if (planned === undefined) throw new Error(`${name} has a task but no plan`);
    return [onCellDone(task, cell, this.#execute(world, task, cell, planned, ran))];
  }

  #execute(world: World, task: Task, cell: TaskCell, planned: PlannedCell, ran: Ran[]): CellOutcome {
    const computation = computationIn(world.manifest, cell.computation);
    if (computation === undefined) throw new Error(`${cell.computation} is not in the manifest`);
    const { values, hashes } = this.#load(world, computation, cell);
    const vector: Vector = { fingerprint: computation.fingerprint, inputs: hashes };
    if (cell.unlessVector === vectorHash(vector)) return { status: 'UNCHANGED' };
    ran.push({ planned, vector });
    const name = cellName(cell);
    const value = world.trouble.has(name) ? undefined : world.semantics(cell.computation, values);
    if (value === undefined) {
      this.results.delete(name);
      const error = { code: 'COMPUTE_FAILED', message: 'it threw' };
      return { status: 'FAILED', vector, error, dispatchId: task.dispatchId };
    }
    this.results.set(name, value);
    return { status: 'COMPLETED', vector, resultHash: hashOfValue(value), dispatchId: task.dispatchId };
  }

  /** As mill/steps/work/load-inputs.ts: what the task says is there must be there. */
  #load(world: World, computation: ManifestComputation, cell: TaskCell) {
    const values = new Map<string, Values>();
    const hashes: InputHashes = {};
    const result = (of: string, day: Day): number => {
      const found = this.results.get(`${of}@${day}`);
      if (found !== undefined) return found;
      throw new Error(`${computation.name}@${cell.date} was planned to read ${of}@${day}, and that is not there`);
    };
    const content = (of: string, day: Day): number => {
      const found = world.data.get(of)?.get(day);
      if (found !== undefined) return found;
      throw new Error(`${computation.name}@${cell.date} was planned to read ${of} of ${day}, which has no data`);
    };
    for (const need of computation.needs) {
      const id = inputIdOf(need);
      if (isSeed(need) && cell.reads[id] === undefined) continue;
      const read = cell.reads[id] ?? '';
      let found: Values;
      if (need.kind === 'dataset' || need.kind === 'joined' || need.kind === 'document')
        found = [[cell.date, content(need.of, cell.date)]];
      else if (need.kind === 'latest') found = [[read, content(need.of, read)]];
      else if (need.kind === 'dependency') found = [[cell.date, result(need.of, cell.date)]];
      else if (need.kind === 'previous') found = read === '' ? [] : [[read, result(computation.name, read)]];
      else {
        const documents = need.kind === 'history' && need.source === 'document';
        const of = need.kind === 'history' ? need.of : computation.name;
        found = decodeWindow(read, cell.date).map((day) => [day, documents ? content(of, day) : result(of, day)]);
      }
      // The day that `previous` or `latest` was found on is no input, only what was found there.
      values.set(
        id,
        need.kind === 'previous' || need.kind === 'latest' ? found.map(([, value]) => [cell.date, value]) : found,
      );
      const isWindow = need.kind === 'history' || need.kind === 'own-history';
      hashes[id] = isWindow
        ? windowHash(found.flatMap(([day, value]) => [day, hashOfValue(value)]))
        : (found.map(([, value]) => hashOfValue(value))[0] ?? NO_INPUT);
    }
    return { values, hashes };
  }
}

const distrustOf = (manifest: Manifest, distrusted: ReadonlySet<string>): Map<string, Distrust> =>
  new Map(
    manifest.computations
      .filter(({ name }) => distrusted.has(name))
      .map(({ name, fingerprint }) => [name, { behaviour: behaviourOf(fingerprint), because: 'AUDIT', text: '' }]),
  );

function availabilityOf(world: World): Map<string, Map<Day, string>> {
  return new Map(
    [...world.data].map(([dataset, days]) => [
      dataset,
      new Map([...days].map(([day, content]) => [day, hashOfValue(content)])),
    ]),
  );
}

export type CleanCell = { readonly is: 'value'; readonly value: number } | { readonly is: 'failed' | 'impossible' };

/** What a clean rebuild makes of each cell of the grid, said as simply as possible and without the planner. */
export function cleanRebuild(world: World): Map<string, CleanCell> {
  const made = new Map<string, CleanCell>();
  const days = daysFrom(world.from, world.to);
  for (const computation of world.manifest.computations) {
    for (const date of days)
      made.set(cellName({ computation: computation.name, date }), cleanCell(world, computation, date, made));
  }
  return made;
}

function cleanCell(
  world: World,
  computation: ManifestComputation,
  date: Day,
  made: ReadonlyMap<string, CleanCell>,
): CleanCell {
  const resultOf = (of: string, day: Day): CleanCell => made.get(`${of}@${day}`) ?? { is: 'impossible' };
  const contentOf = (of: string, day: Day): CleanCell => {
    const value = world.data.get(of)?.get(day);
    return value === undefined ? { is: 'impossible' } : { is: 'value', value };
  };
  const values = new Map<string, Values>();
  let failed = false;
  let impossible = false;
  const isFirst = !daysFrom(world.from, addDays(date, -1)).some(
    (day) => resultOf(computation.name, day).is !== 'impossible',
  );
  for (const need of computation.needs) {
    if (isSeed(need) && !isFirst) continue;
    let found: (readonly [Day, CleanCell])[];
    if (need.kind === 'latest') {
      const newest = [...(world.data.get(need.of)?.keys() ?? [])].sort().findLast((day) => day <= date);
      const one = newest === undefined ? ({ is: 'impossible' } as const) : contentOf(need.of, newest);
      impossible ||= one.is === 'impossible';
      found = [[date, one]];
    } else if (
      need.kind === 'dependency' ||
      need.kind === 'dataset' ||
      need.kind === 'joined' ||
      need.kind === 'document'
    ) {
      const one = need.kind === 'dependency' ? resultOf(need.of, date) : contentOf(need.of, date);
      impossible ||= one.is === 'impossible';
      found = [[date, one]];
    } else {
      const back = need.kind === 'previous' ? Number.POSITIVE_INFINITY : need.days;
      const source = need.kind === 'history' && need.source === 'document' ? contentOf : resultOf;
      const of = need.kind === 'history' ? need.of : computation.name;
      const first = need.kind === 'previous' ? world.from : addDays(date, -back);
      found = daysFrom(first, addDays(date, -1)).map((day) => [day, source(of, day)] as const);
      found = found.filter(([, one]) => one.is !== 'impossible');
      if (need.kind === 'previous') found = found.slice(-1).map(([, one]) => [date, one]);
    }
    failed ||= found.some(([, one]) => one.is === 'failed');
    values.set(
      inputIdOf(need),
      found.flatMap(([day, one]) => (one.is === 'value' ? [[day, one.value] as const] : [])),
    );
  }
  if (impossible) return { is: 'impossible' };
  if (failed) return { is: 'failed' };
  const value = world.semantics(computation.name, values);
  return value === undefined ? { is: 'failed' } : { is: 'value', value };
}

/** The book as lines, for comparing two mills. */
export const bookLines = (book: ReadonlyMap<string, ReadonlyMap<Day, Settled>>): string[] =>
  [...book]
    .flatMap(([computation, days]) => [...days].map(([date, settled]) => `${computation}@${date} ${line(settled)}`))
    .sort();

const line = (settled: Settled): string =>
  settled.status === 'COMPLETED'
    ? `${settled.resultHash} ${vectorHash(settled.vector)} ${settled.dispatchId}`
    : `FAILED ${settled.vector === undefined ? '' : vectorHash(settled.vector)} ${settled.dispatchId}`;
