/**
 * Turns the cells that run into tasks:
 * - days of a computation that read each other are a chain;
 * - cells of one date over one dataset are fused, so that one reading of its entities feeds them all;
 * - what is left over is spread over a number of lanes, so that a wave of thousands of quick cells is a few dozen messages, and a
 *   wave of a few slow ones is as parallel as it can be.
 */
import type { Day } from '../../values/date.ts';
import { describeReason } from '../model/decision.ts';
import { computationIn, isChained, type Manifest, type ManifestComputation } from '../model/manifest.ts';
import type { TierName } from '../model/tier-name.ts';
import { type Task, type TaskCell, taskId } from '../model/task.ts';
import { behaviourOf, fingerprintHash, vectorHash } from '../model/vector.ts';
import type { PlannedCell } from './plan.ts';

/**
 * What one claim writes; the rest follows in the next wave. Firestore takes 10 MiB at once, of which the plan's state and what is learned
 * of memory may take two.
 */
export const MAX_TASKS_A_WAVE = 400;
export const MAX_WAVE_BYTES = 7.5 * 1_048_576;

/** What a cell takes in a claim beside its JSON, as if nothing were packed: names of fields and their lengths, and the name by which it is found … */
const CELL_BYTES = 450;
/** … and each of its inputs, and of the days that it reads. Packed it is far less; but the dispatcher has a wave in memory, too. */
const INPUT_BYTES = 12;

/**
 * A chain longer than this goes on in the next wave. A year of days is what fits into a task's document; slow days are fewer, by what they
 * are predicted to take, and a worker whose eight minutes are over leaves the rest to a task of its own.
 */
export const MAX_CHAIN_DAYS = 365;

/** Cells of one scan: each gathers up to a part of its own in memory. */
export const MAX_SCAN_CELLS = 100;

/** Cells of one task, whatever they are: a task that dies is halved, and its outcomes are written with every commit. */
export const MAX_TASK_CELLS = 250;

/** A task's cells as JSON; packed, and with their outcomes, the task's document stays below 1 MiB. */
export const MAX_TASK_BYTES = 350_000;

/** What is known of a cell before it runs. */
export interface CellPrediction {
  readonly seconds: number;
  /** That it takes beside what an idle worker does. */
  readonly memoryMB: number;
}

export interface TaskContext {
  readonly manifest: Manifest;
  readonly runId: string;
  readonly dispatchId: string;
  /** That was asked for: shadows of any pass run in it. */
  readonly pass?: number | undefined;
  readonly nowMs: number;
  /** Where a computation's tasks start, by what earlier ones took. */
  readonly tierOf: (computation: string, date: Day) => TierName;
  /** Absent, or undefined for a cell: nothing is known, and only counts limit a task. The worker looks at the clock as well. */
  readonly predict?: ((computation: string, date: Day) => CellPrediction | undefined) | undefined;
  /** What a task may be predicted to take, on each tier. */
  readonly budget?: ((tier: TierName) => CellPrediction) | undefined;
  /** Tasks that a wave's scans, and its other cells, are spread over at most; as many as there are when absent. */
  readonly lanes?: number | undefined;
}

export function makeTasks(runnable: readonly PlannedCell[], context: TaskContext): Task[] {
  const units = unitsOf(runnable, context);
  const ofKind = (kind: Unit['kind']): Unit[] => units.filter((unit) => unit.kind === kind);
  const tasks: Task[] = [];
  let bytes = 0;
  for (const unit of [...ofKind('chain'), ...inLanes(ofKind('scan'), context), ...inLanes(ofKind('cell'), context)]) {
    bytes += unit.bytes;
    if (tasks.length === MAX_TASKS_A_WAVE || bytes > MAX_WAVE_BYTES) break;
    tasks.push(newTask(unit, context));
  }
  return tasks;
}

/** Cells that go into one task. */
interface Unit extends CellPrediction {
  readonly kind: 'chain' | 'scan' | 'cell';
  readonly resources: TierName;
  readonly pass: number;
  readonly cells: readonly TaskCell[];
  readonly bytes: number;
}

const MAX_CELLS: Readonly<Record<Unit['kind'], number>> = { chain: MAX_CHAIN_DAYS, scan: MAX_SCAN_CELLS, cell: 1 };

/** In the order of their first cells. Days beyond the end of a chain are left to the next wave. */
function unitsOf(runnable: readonly PlannedCell[], context: TaskContext): Unit[] {
  const days = Map.groupBy(runnable, ({ decision }) => decision.computation);
  const units: Unit[] = [];
  /** By what their cells have in common: where in `units` the last one is. */
  const last = new Map<string, number>();
  const fullChains = new Set<string>();
  for (const planned of runnable) {
    const { computation: name, date } = planned.decision;
    if (fullChains.has(name)) continue;
    const computation = definitionOf(context.manifest, name);
    const one = unitOf(planned, computation, (days.get(name)?.length ?? 0) > 1, context);
    const key = one.kind === 'chain' ? name : `${datasetOf(computation)} ${date} ${one.resources}`;
    const index = last.get(key);
    const together = index === undefined ? undefined : join(units[index] as Unit, one);
    if (index !== undefined && together !== undefined && isOneTask(together, MAX_CELLS[one.kind], context))
      units[index] = together;
    else if (index !== undefined && one.kind === 'chain') fullChains.add(name);
    else {
      units.push(one);
      if (one.kind !== 'cell') last.set(key, units.length - 1);
    }
  }
  return units;
}

function unitOf(planned: PlannedCell, computation: ManifestComputation, hasMore: boolean, context: TaskContext): Unit {
  const cell = taskCell(planned, computation);
  const streams = datasetOf(computation) !== undefined;
  return {
    kind: isChained(computation) && hasMore && planned.audit !== true ? 'chain' : streams ? 'scan' : 'cell',
    resources: context.tierOf(computation.name, cell.date),
    pass: planned.audit === true ? (context.pass ?? computation.pass) : computation.pass,
    cells: [cell],
    bytes: bytesOf(cell),
    ...(context.predict?.(computation.name, cell.date) ?? { seconds: 0, memoryMB: 0 }),
  };
}

function bytesOf(cell: TaskCell): number {
  const members = Object.keys(cell.inputs).length + Object.keys(cell.reads).length;
  return JSON.stringify(cell).length + CELL_BYTES + members * INPUT_BYTES;
}

const datasetOf = (computation: ManifestComputation): string | undefined =>
  computation.needs.find((need) => need.kind === 'dataset')?.of;

/** Cells of a scan are in memory together, those of other tasks one after the other. */
const join = (one: Unit, other: Unit): Unit => ({
  ...one,
  cells: [...one.cells, ...other.cells],
  bytes: one.bytes + other.bytes,
  seconds: one.seconds + other.seconds,
  memoryMB: one.kind === 'scan' ? one.memoryMB + other.memoryMB : Math.max(one.memoryMB, other.memoryMB),
});

function isOneTask(unit: Unit, maxCells: number, { budget }: TaskContext): boolean {
  const { cells, bytes, seconds, memoryMB, resources } = unit;
  const allowed = budget?.(resources);
  const fits = allowed === undefined || (seconds <= allowed.seconds && memoryMB <= allowed.memoryMB);
  return fits && cells.length <= maxCells && bytes <= MAX_TASK_BYTES;
}

/** Neighbours share a task once there are more units than lanes: what they read is often the same. */
function inLanes(units: readonly Unit[], context: TaskContext): Unit[] {
  const tasks: Unit[] = [];
  for (const ofTier of Map.groupBy(units, ({ resources }) => resources).values()) {
    const share = Math.ceil(ofTier.length / (context.lanes ?? ofTier.length));
    let size = share;
    for (const unit of ofTier) {
      const task = size < share ? tasks.at(-1) : undefined;
      // One scan comes after the other: their memory does not add up.
      const together =
        task === undefined ? undefined : { ...join(task, unit), memoryMB: Math.max(task.memoryMB, unit.memoryMB) };
      if (together !== undefined && isOneTask(together, MAX_TASK_CELLS, context)) {
        tasks[tasks.length - 1] = together;
        size++;
      } else {
        tasks.push(unit);
        size = 1;
      }
    }
  }
  return tasks;
}

function newTask({ kind, cells, pass, resources }: Unit, context: TaskContext): Task {
  const [first] = cells;
  if (first === undefined) throw new Error('a task needs a cell');
  return {
    id: taskId(context.runId, first),
    runId: context.runId,
    dispatchId: context.dispatchId,
    pass,
    computation: first.computation,
    cells: [...cells],
    chained: kind === 'chain',
    resources,
    createdMs: context.nowMs,
    status: 'PENDING',
    attempts: 0,
    outcomes: {},
  };
}

function taskCell(planned: PlannedCell, computation: ManifestComputation): TaskCell {
  const { name, fingerprint } = computation;
  const { decision, settled, reads, vector } = planned;
  if (planned.audit === true) return shadowCell(planned, computation);
  if (decision.outcome !== 'RUN' && decision.outcome !== 'RERUN')
    throw new Error(`${name}@${decision.date} is not planned to run`);
  const conditional = decision.reason.why === 'UPSTREAM_RUNS';
  return {
    computation: name,
    date: decision.date,
    fingerprint: fingerprintHash(fingerprint),
    reason: `${decision.outcome}: ${describeReason(decision)}`,
    because: decision.reason,
    ...(conditional && settled?.vector !== undefined
      ? { unlessVector: vectorHash({ fingerprint, inputs: settled.vector.inputs }) }
      : {}),
    reads,
    inputs: vector?.inputs ?? {},
  };
}

/** A skipped cell that runs in shadow; a result is compared only if it was made from what the stored one was made from. */
function shadowCell({ decision, settled, reads, vector }: PlannedCell, computation: ManifestComputation): TaskCell {
  const { name, fingerprint } = computation;
  if (settled?.status !== 'COMPLETED') throw new Error(`${name}@${decision.date} has no result to compare with`);
  const { inputs } = settled.vector;
  const { why } = decision.reason;
  return {
    computation: name,
    date: decision.date,
    fingerprint: fingerprintHash(fingerprint),
    reason: `AUDIT: ${describeReason(decision)}`,
    audit: {
      expected: settled.resultHash,
      vector: vectorHash({ fingerprint, inputs }),
      behaviour: behaviourOf(fingerprint),
      stored: vectorHash(settled.vector),
      ...(why === 'UNCHANGED' || why === 'EARLY_CUTOFF' || why === 'COSMETIC' ? { ground: why } : {}),
    },
    reads,
    inputs: vector?.inputs ?? {},
  };
}

function definitionOf(manifest: Manifest, name: string): ManifestComputation {
  const computation = computationIn(manifest, name);
  if (computation === undefined) throw new Error(`${name} was planned but is not in the manifest`);
  return computation;
}
