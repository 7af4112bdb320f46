/**
 * The planner said as simply as possible: it looks at every cell of the grid, each time, with all books open. What the real one
 * decides with ranges and change logs must be the same.
 */
import type { CellKey, Settled } from '../../src/mill/model/cell.ts';
import { cellName } from '../../src/mill/model/cell.ts';
import { addDays, type Day, daysFrom, toOrdinal } from '../../src/values/date.ts';
import type { Again } from '../../src/mill/planning/again.ts';
import { type DateBreaker, isOpen } from '../../src/mill/planning/date-breaker.ts';
import { dayCount, hasDay } from '../../src/mill/planning/day-set.ts';
import type { Decision } from '../../src/mill/model/decision.ts';
import { NO_INPUT } from '../../src/values/hash.ts';
import {
  inputIdOf,
  isSeed,
  isChained,
  type Manifest,
  type ManifestComputation,
  type ManifestNeed,
} from '../../src/mill/model/manifest.ts';
import {
  behaviourOf,
  changedParts,
  fingerprintHash,
  type InputHashes,
  type Vector,
} from '../../src/mill/model/vector.ts';
import { encodeWindow, windowHash } from '../../src/mill/model/window.ts';
import type { PlannedCell } from '../../src/mill/planning/plan.ts';

/** Everything that there is, cell by cell. */
export interface WholeState {
  /** Dataset to day to hash. */
  readonly availability: ReadonlyMap<string, ReadonlyMap<Day, string>>;
  readonly book: ReadonlyMap<string, ReadonlyMap<Day, Settled>>;
  /** `computation@date` to the run that is making it. */
  readonly inFlight: ReadonlyMap<string, string>;
  readonly equivalents: ReadonlyMap<string, readonly string[]>;
  /** Computations whose skips are not trusted. */
  readonly distrusted: ReadonlySet<string>;
  /** What is held against computations whose dates fail alike. */
  readonly breakers: ReadonlyMap<string, DateBreaker>;
  /** `computation@date` to why it is made again whatever it was made from. */
  readonly again: ReadonlyMap<string, Again['reason']>;
}

export interface WholeRequest {
  readonly manifest: Manifest;
  readonly state: WholeState;
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

/** What a reader of a cell finds there. */
type View =
  | { readonly is: 'there'; readonly hash: string; readonly ranNow: boolean }
  | { readonly is: 'coming'; readonly cell: CellKey; /** Whether this very plan runs it. */ readonly now: boolean }
  | { readonly is: 'failed'; readonly cell: CellKey }
  | { readonly is: 'held'; readonly cell: CellKey }
  | { readonly is: 'impossible'; readonly computation: string };

/** What reading one need gives: a hash, or why there is none. */
type Reading = View | { readonly is: 'no-data'; readonly dataset: string };

/** Decisions by pass, then computation, then date. */
export function planEveryCell(request: WholeRequest): PlannedCell[] {
  const { manifest, from, to } = request;
  const days = daysFrom(from, to);
  const grid: Grid = { ...request, views: new Map(), firstDays: new Map(), held: new Set() };
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
    park(grid, computation, planned.slice(-days.length), own, (cell, index) => {
      planned[planned.length - days.length + index] = cell;
    });
  }
  return planned;
}

/** Of the cells that would run, all but one trial wait, when dates of their computation have failed alike. */
function park(
  grid: Grid,
  computation: ManifestComputation,
  cells: readonly PlannedCell[],
  views: Map<Day, View>,
  replace: (cell: PlannedCell, index: number) => void,
): void {
  const breaker = grid.state.breakers.get(computation.name);
  if (!isOpen(breaker, fingerprintHash(computation.fingerprint))) return;
  const running = cells.filter(({ decision: { outcome } }) => outcome === 'RUN' || outcome === 'RERUN');
  const fresh = isChained(computation)
    ? running
    : running.filter(({ decision: { date } }) => !hasDay(breaker.dates, toOrdinal(date)));
  const trial = breaker.dispatchId === grid.dispatchId ? undefined : (fresh[0] ?? running[0]);
  for (const cell of running) {
    if (cell === trial) continue;
    const { computation: name, date } = cell.decision;
    const reason = { why: 'PARKED', error: breaker.error, dates: dayCount(breaker.dates) } as const;
    replace(
      { ...cell, decision: { computation: name, date, outcome: 'BLOCKED', reason }, reads: {} },
      cells.indexOf(cell),
    );
    views.set(date, { is: 'held', cell: { computation: name, date } });
  }
}

/** The request with what was decided so far. */
interface Grid extends WholeRequest {
  readonly views: Map<string, Map<Day, View>>;
  /** The first day on which a computation can have a result: looking further back is no use. */
  readonly firstDays: Map<string, Day>;
  /** Cells that wait for what is parked. */
  readonly held: Set<string>;
}

function firstDayOf(request: WholeRequest, computation: string): Day {
  let first = request.from;
  for (const day of request.state.book.get(computation)?.keys() ?? []) if (day < first) first = day;
  return first;
}

function planCell(grid: Grid, computation: ManifestComputation, date: Day): PlannedCell {
  const key: CellKey = { computation: computation.name, date };
  const settled = grid.state.book.get(computation.name)?.get(date);
  const inputs: InputHashes = {};
  const coming: { id: string; cell: CellKey; now: boolean }[] = [];
  const ranNow: string[] = [];
  let failed: CellKey | undefined;
  let holder: CellKey | undefined;

  for (const need of needsOn(grid, computation, date)) {
    const id = inputIdOf(need);
    for (const reading of readNeed(grid, computation, need, date)) {
      switch (reading.is) {
        case 'there':
          inputs[id] = reading.hash;
          if (reading.ranNow) ranNow.push(id);
          break;
        case 'coming':
          coming.push({ id, cell: reading.cell, now: reading.now });
          break;
        case 'failed':
          failed ??= reading.cell;
          break;
        case 'held':
          holder ??= reading.cell;
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
  const running = (decision: Decision): PlannedCell => ({
    decision,
    vector,
    settled,
    reads: daysReadBy(grid, computation, date),
  });
  const runId = grid.state.inFlight.get(cellName(key));
  if (runId !== undefined) return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'IN_FLIGHT', runId } });
  if (failed !== undefined)
    return decided({ ...key, outcome: 'FAILED_DEPENDENCY', reason: { why: 'FAILED', cell: failed } });

  if (holder !== undefined) {
    grid.held.add(cellName(key));
    return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'WAITING_FOR', cell: holder } });
  }

  // Days of a chain follow each other inside one task, so an own earlier day that is coming does not block.
  const blocker = coming.find(({ cell, now }) => !(now && cell.computation === computation.name));
  if (grid.mode === 'dispatch' && blocker !== undefined) {
    return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'WAITING_FOR', cell: blocker.cell } });
  }
  if (settled === undefined) return running({ ...key, outcome: 'RUN', reason: { why: 'NEW' } });
  if (settled.status === 'FAILED' && settled.dispatchId === grid.dispatchId) {
    return decided({ ...key, outcome: 'BLOCKED', reason: { why: 'FAILED_IN_THIS_DISPATCH', error: settled.error } });
  }
  const awaited = new Set(coming.map(({ id }) => id));
  const past =
    settled.status === 'COMPLETED' &&
    settled.alike?.some(
      (one) => changedParts({ fingerprint: one, inputs: {} }, { ...vector, inputs: {} }).length === 0,
    ) === true
      ? { ...settled.vector, fingerprint: vector.fingerprint }
      : settled.vector;
  const parts = past === undefined ? [] : changedParts(past, vector).filter((part) => !awaited.has(part));
  const from = settled.status === 'COMPLETED' ? behaviourOf(settled.vector.fingerprint) : '';
  const cosmetic =
    parts.length > 0 &&
    parts.every((part) => part === 'code' || part === 'layer') &&
    !grid.state.distrusted.has(computation.name) &&
    [from, behaviourOf(computation.fingerprint)].every(
      (one) => grid.state.equivalents.get(computation.name)?.includes(one) === true,
    );
  if (parts.length > 0 && !cosmetic) return running({ ...key, outcome: 'RERUN', reason: { why: 'CHANGED', parts } });
  if (settled.status === 'FAILED')
    return running({ ...key, outcome: 'RERUN', reason: { why: 'FAILED_BEFORE', error: settled.error } });
  const noted = grid.state.again.get(cellName(key));
  if (noted !== undefined) return running({ ...key, outcome: 'RERUN', reason: noted });
  if (awaited.size > 0)
    return running({ ...key, outcome: 'RERUN', reason: { why: 'UPSTREAM_RUNS', inputs: [...awaited] } });
  if (cosmetic) return decided({ ...key, outcome: 'STABLE', reason: { why: 'COSMETIC', from } });
  const cutOff = settled.dispatchId === grid.dispatchId ? [] : ranNow;
  if (cutOff.length > 0 && grid.state.distrusted.has(computation.name))
    return running({ ...key, outcome: 'RERUN', reason: { why: 'DISTRUSTED', inputs: cutOff } });
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
    case 'joined':
    case 'document': {
      const hash = grid.state.availability.get(need.of)?.get(date);
      return [hash === undefined ? { is: 'no-data', dataset: need.of } : { is: 'there', hash, ranNow: false }];
    }
    case 'latest': {
      const newest = newestOf(grid, need.of, date);
      const hash = newest === undefined ? undefined : grid.state.availability.get(need.of)?.get(newest);
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

/** The newest day with data up to a date. */
const newestOf = (grid: Grid, dataset: string, date: Day): Day | undefined =>
  [...(grid.state.availability.get(dataset)?.keys() ?? [])]
    .filter((day) => day <= date)
    .sort()
    .at(-1);

/** A seed is read on a day without a previous result, and on no other. */
const needsOn = (grid: Grid, { name, needs }: ManifestComputation, date: Day): ManifestNeed[] =>
  needs.filter((need) => !isSeed(need) || previousOf(grid, name, date) === undefined);

/** By input id: the day of `previous` and `latest` (empty when there is none), and the days of each history as `encodeWindow` writes them. */
function daysReadBy(grid: Grid, computation: ManifestComputation, date: Day): Record<string, string> {
  const reads: Record<string, string> = {};
  for (const need of needsOn(grid, computation, date)) {
    if (need.kind === 'previous') reads[inputIdOf(need)] = previousOf(grid, computation.name, date)?.day ?? '';
    if (need.kind === 'latest') reads[inputIdOf(need)] = newestOf(grid, need.of, date) ?? '';
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

function viewOf(grid: Grid, { decision, settled }: PlannedCell): View {
  const cell: CellKey = { computation: decision.computation, date: decision.date };
  switch (decision.outcome) {
    case 'IMPOSSIBLE':
      return { is: 'impossible', computation: decision.computation };
    case 'FAILED_DEPENDENCY':
      return { is: 'failed', cell: decision.reason.cell };
    case 'BLOCKED':
      if (grid.held.has(cellName(cell))) return { is: 'held', cell };
      return decision.reason.why === 'FAILED_IN_THIS_DISPATCH'
        ? { is: 'failed', cell }
        : { is: 'coming', cell, now: false };
    case 'RUN':
    case 'RERUN':
      return { is: 'coming', cell, now: true };
    case 'SKIP':
    case 'STABLE':
      if (settled?.status !== 'COMPLETED') throw new Error(`${cellName(cell)} is skipped but has no result`);
      return { is: 'there', hash: settled.resultHash, ranNow: settled.dispatchId === grid.dispatchId };
  }
}
