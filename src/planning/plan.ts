/**
 * The planner: grid + states -> decisions with reasons. Pure.
 *
 * Invariants, tested with random graphs and edits against a clean rebuild (test/planning/laws.test.ts):
 * 1. Correct: after the decisions were carried out, every cell equals what a clean rebuild would have made.
 * 2. Minimal: no cell runs whose vector is unchanged.
 * 3. A cell is decided after everything that it reads, by pass and then by date, so one look at each is enough.
 */
import type { CellKey, Settled } from '../model/cell.ts';
import { cellName } from '../model/cell.ts';
import { NOTHING_STOPPED, pauseOf } from '../model/control.ts';
import { addDays, type Day, daysFrom } from '../model/date.ts';
import type { Decision } from '../model/decision.ts';
import { NO_INPUT } from '../model/hash.ts';
import { inputIdOf, type Manifest, type ManifestComputation, type ManifestNeed } from '../model/manifest.ts';
import { changedParts, type InputHashes, type Vector } from '../model/vector.ts';
import { encodeWindow, windowHash } from '../model/window.ts';
import type { PlanningState } from './state.ts';

export interface PlanRequest {
  readonly manifest: Manifest;
  readonly state: PlanningState;
  /** First and last day of the grid, both included. Settled days before it are read, never planned. */
  readonly from: Day;
  readonly to: Day;
  /** Cells that failed in this dispatch wait for the next one; inputs that ran in it are named as cut off. */
  readonly dispatchId?: string;
  /**
   * `dispatch` answers what can run now: a cell whose input is not there yet is BLOCKED.
   * `forecast` answers what a whole pipeline would do: a cell whose input will be made again is RUN, or RERUN if that changes.
   */
  readonly mode: 'dispatch' | 'forecast';
  /** Last pass to look at; all of them when absent. */
  readonly throughPass?: number;
}

export interface PlannedCell {
  readonly decision: Decision;
  /** The vector that it would run with, as far as it is known; inputs that are still to be made are left out. */
  readonly vector: Vector | undefined;
  readonly settled: Settled | undefined;
  /** For a cell that runs: the days that its earlier-day inputs are read from, by input id (see `daysReadBy`). */
  readonly reads: Readonly<Record<string, string>>;
}

/** What a reader of a cell finds there. */
type View =
  | { readonly is: 'there'; readonly hash: string; readonly ranNow: boolean }
  | {
      readonly is: 'coming';
      readonly cell: CellKey;
      /** Whether this very plan runs it. */
      readonly now: boolean;
      /** It, or what it waits for, is paused: nobody knows when it comes. */
      readonly held: boolean;
    }
  | { readonly is: 'failed'; readonly cell: CellKey }
  | { readonly is: 'impossible'; readonly computation: string };

/** What reading one need gives: a hash, or why there is none. */
type Reading = View | { readonly is: 'no-data'; readonly dataset: string };

/** Decisions by pass, then computation, then date. */
export function plan(request: PlanRequest): PlannedCell[] {
  const { manifest, from, to } = request;
  const days = daysFrom(from, to);
  const grid: Grid = { ...request, views: new Map(), firstDays: new Map() };
  const planned: PlannedCell[] = [];
  for (const computation of manifest.computations) {
    if (request.throughPass !== undefined && computation.pass > request.throughPass) break;
    const own = new Map<Day, View>();
    grid.views.set(computation.name, own);
    grid.firstDays.set(computation.name, firstDayOf(request, computation.name));
    for (const date of days) {
      const cell = planCell(grid, computation, date);
      own.set(date, viewOf(grid, cell));
      planned.push(cell);
    }
  }
  return planned;
}

/** The request with what was decided so far. */
interface Grid extends PlanRequest {
  readonly views: Map<string, Map<Day, View>>;
  /** The first day on which a computation can have a result: looking further back is no use. */
  readonly firstDays: Map<string, Day>;
}

function firstDayOf(request: PlanRequest, computation: string): Day {
  let first = request.from;
  for (const day of request.state.book.get(computation)?.keys() ?? []) if (day < first) first = day;
  return first;
}

function planCell(grid: Grid, computation: ManifestComputation, date: Day): PlannedCell {
  const key: CellKey = { computation: computation.name, date };
  const settled = grid.state.book.get(computation.name)?.get(date);
  const inputs: InputHashes = {};
  const coming: { id: string; cell: CellKey; now: boolean; held: boolean }[] = [];
  const ranNow: string[] = [];
  let failed: CellKey | undefined;

  for (const need of computation.needs) {
    const id = inputIdOf(need);
    for (const reading of readNeed(grid, computation, need, date)) {
      switch (reading.is) {
        case 'there':
          inputs[id] = reading.hash;
          if (reading.ranNow) ranNow.push(id);
          break;
        case 'coming':
          coming.push({ id, cell: reading.cell, now: reading.now, held: reading.held });
          break;
        case 'failed':
          failed ??= reading.cell;
          break;
        case 'no-data':
          return {
            decision: { ...key, outcome: 'IMPOSSIBLE', reason: { why: 'NO_DATA', dataset: reading.dataset } },
            vector: undefined,
            settled,
            reads: {},
          };
        case 'impossible':
          return {
            decision: { ...key, outcome: 'IMPOSSIBLE', reason: { why: 'UPSTREAM', computation: reading.computation } },
            vector: undefined,
            settled,
            reads: {},
          };
      }
    }
  }

  const vector: Vector = { fingerprint: computation.fingerprint, inputs };
  const decided = (decision: Decision): PlannedCell => ({ decision, vector, settled, reads: {} });
  const pause = pauseOf(grid.state.control ?? NOTHING_STOPPED, computation.name);
  const running = (decision: Decision): PlannedCell =>
    pause === undefined
      ? { decision, vector, settled, reads: daysReadBy(grid, computation, date) }
      : decided({ ...key, outcome: 'BLOCKED', reason: { why: 'PAUSED', pause } });
  const runId = grid.state.inFlight.get(cellName(key));
  if (runId !== undefined) return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'IN_FLIGHT', runId } });
  if (failed !== undefined)
    return decided({ ...key, outcome: 'FAILED_DEPENDENCY', reason: { why: 'FAILED', cell: failed } });

  // Days of a chain follow each other inside one task, so an own earlier day that is coming does not block.
  const blocker = coming.find(
    ({ cell, now, held }) => held || (grid.mode === 'dispatch' && !(now && cell.computation === computation.name)),
  );
  if (blocker !== undefined) {
    return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'WAITING_FOR', cell: blocker.cell } });
  }
  if (settled === undefined) return running({ ...key, outcome: 'RUN', reason: { why: 'NEW' } });
  if (settled.status === 'FAILED' && settled.dispatchId === grid.dispatchId) {
    return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'FAILED_IN_THIS_DISPATCH', error: settled.error } });
  }
  const awaited = new Set(coming.map(({ id }) => id));
  const parts =
    settled.vector === undefined ? [] : changedParts(settled.vector, vector).filter((part) => !awaited.has(part));
  if (parts.length > 0) return running({ ...key, outcome: 'RERUN', reason: { why: 'CHANGED', parts } });
  if (settled.status === 'FAILED')
    return running({ ...key, outcome: 'RERUN', reason: { why: 'FAILED_BEFORE', error: settled.error } });
  if (awaited.size > 0)
    return running({ ...key, outcome: 'RERUN', reason: { why: 'UPSTREAM_RUNS', inputs: [...awaited] } });
  const cutOff = settled.dispatchId === grid.dispatchId ? [] : ranNow;
  return decided({
    ...key,
    outcome: 'SKIP',
    reason: cutOff.length > 0 ? { why: 'EARLY_CUTOFF', inputs: cutOff } : { why: 'UNCHANGED' },
  });
}

/** A history gives one reading for the whole window, unless days of it are missing for a reason that matters. */
function readNeed(grid: Grid, computation: ManifestComputation, need: ManifestNeed, date: Day): Reading[] {
  switch (need.kind) {
    case 'dataset':
    case 'document': {
      const hash = grid.state.availability.get(need.of)?.get(date);
      return [hash === undefined ? { is: 'no-data', dataset: need.of } : { is: 'there', hash, ranNow: false }];
    }
    case 'dependency':
      return [viewAt(grid, need.of, date) ?? { is: 'impossible', computation: need.of }];
    case 'previous':
      return [previousOf(grid, computation.name, date)?.view ?? { is: 'there', hash: NO_INPUT, ranNow: false }];
    case 'own-history':
    case 'history': {
      const found: string[] = [];
      const others: Reading[] = [];
      let ranNow = false;
      for (const { day, view } of windowOf(grid, computation.name, need, date)) {
        if (view.is === 'there') {
          found.push(day, view.hash);
          ranNow ||= view.ranNow;
        } else others.push(view);
      }
      return others.length > 0 ? others : [{ is: 'there', hash: windowHash(found), ranNow }];
    }
  }
}

/** By input id: the day of `previous` (empty when there is none), and the days of each history as `encodeWindow` writes them. */
function daysReadBy(grid: Grid, computation: ManifestComputation, date: Day): Record<string, string> {
  const reads: Record<string, string> = {};
  for (const need of computation.needs) {
    if (need.kind === 'previous') reads[inputIdOf(need)] = previousOf(grid, computation.name, date)?.day ?? '';
    if (need.kind === 'history' || need.kind === 'own-history') {
      const days = windowOf(grid, computation.name, need, date).map(({ day }) => day);
      reads[inputIdOf(need)] = encodeWindow(days, date, need.days);
    }
  }
  return reads;
}

type HistoryNeed = Extract<ManifestNeed, { kind: 'history' | 'own-history' }>;

/** The window's days, oldest first; those without a value (impossible, or before the data) are not part of it. */
function windowOf(grid: Grid, computation: string, need: HistoryNeed, date: Day): { day: Day; view: View }[] {
  const found: { day: Day; view: View }[] = [];
  for (const day of daysFrom(addDays(date, -need.days), addDays(date, -1))) {
    const view =
      need.kind === 'history' && need.source === 'document'
        ? documentAt(grid, need.of, day)
        : viewAt(grid, need.kind === 'history' ? need.of : computation, day);
    if (view !== undefined && view.is !== 'impossible') found.push({ day, view });
  }
  return found;
}

function documentAt(grid: Grid, dataset: string, day: Day): View | undefined {
  const hash = grid.state.availability.get(dataset)?.get(day);
  return hash === undefined ? undefined : { is: 'there', hash, ranNow: false };
}

/** The last day before that has a result, or will. */
function previousOf(grid: Grid, computation: string, date: Day): { day: Day; view: View } | undefined {
  const first = grid.firstDays.get(computation) ?? grid.from;
  for (let day = addDays(date, -1); day >= first; day = addDays(day, -1)) {
    const view = viewAt(grid, computation, day);
    if (view !== undefined && view.is !== 'impossible') return { day, view };
  }
  return undefined;
}

/** The grid's own view where there is one; before the grid, what is settled. */
function viewAt(grid: Grid, computation: string, date: Day): View | undefined {
  const view = grid.views.get(computation)?.get(date);
  if (view !== undefined) return view;
  const settled = grid.state.book.get(computation)?.get(date);
  return settled?.status === 'COMPLETED'
    ? { is: 'there', hash: settled.resultHash, ranNow: settled.dispatchId === grid.dispatchId }
    : undefined;
}

/** A forecast waits for nothing but what is paused. */
const isHeld = (grid: Grid, { why }: Extract<Decision, { outcome: 'BLOCKED' }>['reason']): boolean =>
  why === 'PAUSED' || (grid.mode === 'forecast' && why === 'WAITING_FOR');

function viewOf(grid: Grid, { decision, settled }: PlannedCell): View {
  const cell: CellKey = { computation: decision.computation, date: decision.date };
  switch (decision.outcome) {
    case 'IMPOSSIBLE':
      return { is: 'impossible', computation: decision.computation };
    case 'FAILED_DEPENDENCY':
      return { is: 'failed', cell: decision.reason.cell };
    case 'BLOCKED':
      return decision.reason.why === 'FAILED_IN_THIS_DISPATCH'
        ? { is: 'failed', cell }
        : { is: 'coming', cell, now: false, held: isHeld(grid, decision.reason) };
    case 'RUN':
    case 'RERUN':
      return { is: 'coming', cell, now: true, held: false };
    case 'SKIP':
    case 'STABLE':
      if (settled?.status !== 'COMPLETED') throw new Error(`${cellName(cell)} is skipped but has no result`);
      return { is: 'there', hash: settled.resultHash, ranNow: settled.dispatchId === grid.dispatchId };
  }
}
