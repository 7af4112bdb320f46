/**
 * The grid: how every computation stands on every day, a byte a cell. Made by stretches of days that were decided alike, so that a
 * million cells cost what the stretches cost, and packed for a page that draws them all.
 */
import type { Day } from '../../values/date.ts';
import { dayCount, type DaySet, daySpan, rangesOf } from '../planning/day-set.ts';
import type { Plan } from '../planning/plan.ts';
import { type Stand, STANDS, standsOf } from '../planning/report.ts';
import { toOrdinal } from '../../values/date.ts';
import type { OpenRun } from '../planning/fold.ts';
import { isTerminal, openCells } from '../model/task.ts';
import { type Days, foresee, type ForeseePorts } from './foresee.ts';
import type { Manifest } from '../model/manifest.ts';

/** Beside `STANDS`: a worker has it. */
export const RUNNING = 8;
/** In no computation's days. */
const OUTSIDE = 15;

/** Why, in the upper half of a cell's byte. */
export const REASONS = [
  'UNCHANGED',
  'NEW',
  'CODE',
  'DATA',
  'UPSTREAM',
  'ASKED',
  'DOUBTED',
  'EARLY_CUTOFF',
  'COSMETIC',
  'IN_FLIGHT',
  'WAITING_FOR',
  'PAUSED',
  'PARKED',
  'NO_DATA',
  'FAILED',
  'OTHER',
] as const;
type GridReason = (typeof REASONS)[number];

/** By the reason of a decision; `CHANGED` is told by what changed. */
const REASON_OF: Readonly<Record<string, GridReason>> = {
  UNCHANGED: 'UNCHANGED',
  NEW: 'NEW',
  FAILED_BEFORE: 'FAILED',
  UPSTREAM_RUNS: 'UPSTREAM',
  DISTRUSTED: 'DOUBTED',
  ASKED: 'ASKED',
  LOST: 'DOUBTED',
  SUSPECT: 'DOUBTED',
  EARLY_CUTOFF: 'EARLY_CUTOFF',
  COSMETIC: 'COSMETIC',
  IN_FLIGHT: 'IN_FLIGHT',
  WAITING_FOR: 'WAITING_FOR',
  PAUSED: 'PAUSED',
  PARKED: 'PARKED',
  DATA_LOST: 'NO_DATA',
  FAILED_IN_THIS_DISPATCH: 'FAILED',
  FAILED: 'FAILED',
  NO_DATA: 'NO_DATA',
  UPSTREAM: 'NO_DATA',
};

export interface GridAnswer {
  readonly sequence: number;
  readonly from: Day;
  /** Included. */
  readonly to: Day;
  /** Rows, in the order of the manifest. */
  readonly computations: readonly string[];
  /** Row by row, a byte a day: the stand in the lower half, the reason in the upper. */
  readonly states: Uint8Array;
}

/** @throws {UserError} as `foresee` */
export async function gridAnswer({ from, date }: Days, ports: ForeseePorts): Promise<GridAnswer> {
  const { plan, snapshot } = await foresee({ from, date }, ports);
  return gridOf({ plan, manifest: ports.manifest, open: snapshot.open, sequence: snapshot.sequence, from, to: date });
}

export interface GridRequest {
  readonly plan: Plan;
  readonly manifest: Manifest;
  readonly open: readonly OpenRun[];
  readonly sequence: number;
  readonly from: Day;
  readonly to: Day;
}

export function gridOf({ plan, manifest, open, sequence, from, to }: GridRequest): GridAnswer {
  const first = toOrdinal(from);
  const width = dayCount(daySpan(first, toOrdinal(to)));
  const computations = plan.computations;
  const states = new Uint8Array(computations.length * width).fill(OUTSIDE);
  const datasets = new Set(manifest.datasets.map(({ name }) => name));
  for (const [row, computation] of computations.entries()) {
    const fill = (days: DaySet, value: number): void => {
      for (const [start, end] of rangesOf(days))
        states.fill(value, row * width + start - first, row * width + end - first + 1);
    };
    for (const { stand, days, why, parts } of standsOf(plan, computation))
      fill(days, byteOf(stand, reasonOf(why, parts, datasets)));
  }
  markRunning({ states, width, first, rows: new Map(computations.map((name, row) => [name, row])) }, open);
  return { sequence, from, to, computations, states };
}

const byteOf = (stand: Stand, reason: GridReason): number => STANDS.indexOf(stand) | (REASONS.indexOf(reason) << 4);

function reasonOf(why: string, parts: readonly string[] = [], datasets: ReadonlySet<string>): GridReason {
  if (why !== 'CHANGED') return REASON_OF[why] ?? 'OTHER';
  if (parts.some((part) => ['code', 'layer', 'infrastructure', 'epoch'].includes(part))) return 'CODE';
  // As `inputIdOf` calls an input: `dataset:flights`, `history:flights:30`.
  return parts.some((part) => datasets.has(part.split(':')[1] ?? '')) ? 'DATA' : 'UPSTREAM';
}

interface Cells {
  readonly states: Uint8Array;
  readonly width: number;
  readonly first: number;
  readonly rows: ReadonlyMap<string, number>;
}

/** Of tasks that a worker has: cells without an outcome. */
function markRunning({ states, width, first, rows }: Cells, open: readonly OpenRun[]): void {
  for (const task of open.flatMap(({ tasks }) => tasks)) {
    if (isTerminal(task) || task.status !== 'IN_PROGRESS') continue;
    for (const { computation, date } of openCells(task)) {
      const [row, column] = [rows.get(computation), toOrdinal(date) - first];
      if (row === undefined || column < 0 || column >= width) continue;
      const at = row * width + column;
      states[at] = RUNNING | ((states[at] ?? 0) & 0xf0);
    }
  }
}

/** `[row, first column, last column, byte]` */
export type GridChange = readonly [row: number, from: number, to: number, state: number];

/** Of a stream: where more has changed, the whole grid is the smaller answer. */
export const MAX_CHANGES = 2_000;

/** What turns one into the other; undefined when that is more than `MAX_CHANGES`, or they are not of the same rows and days. */
export function gridChanges(before: GridAnswer, after: GridAnswer): GridChange[] | undefined {
  const isAlike =
    before.from === after.from && before.to === after.to && before.computations.join() === after.computations.join();
  if (!isAlike) return undefined;
  const changes: [number, number, number, number][] = [];
  const width = after.computations.length === 0 ? 0 : after.states.length / after.computations.length;
  for (let at = 0; at < after.states.length; at++) {
    const state = after.states[at] as number;
    if (before.states[at] === state) continue;
    const [row, column] = [Math.floor(at / width), at % width];
    const last = changes.at(-1);
    if (last !== undefined && last[0] === row && last[2] === column - 1 && last[3] === state) last[2] = column;
    else if (changes.length === MAX_CHANGES) return undefined;
    else changes.push([row, column, column, state]);
  }
  return changes;
}
