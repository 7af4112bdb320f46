/** Turns the cells that run into tasks: one a cell, or one a chain of days where a computation reads its own past. */
import type { Day } from '../model/date.ts';
import { describeReason } from '../model/decision.ts';
import { computationIn, isChained, type Manifest, type ManifestComputation } from '../model/manifest.ts';
import type { Resources } from '../model/resources.ts';
import type { Task, TaskCell } from '../model/task.ts';
import { fingerprintHash, vectorHash } from '../model/vector.ts';
import type { PlannedCell } from './plan.ts';

/** What one claim writes stays below 500 documents and 10 MiB; the rest follows in the next wave. */
export const MAX_TASKS_A_WAVE = 400;

/** A chain longer than this goes on in the next wave, so that a task ends well within the eight minutes that Pub/Sub allows. */
export const MAX_CHAIN_DAYS = 100;

export interface TaskContext {
  readonly manifest: Manifest;
  readonly runId: string;
  readonly dispatchId: string;
  readonly nowMs: number;
  /** Where a computation's tasks start, by what became of its earlier ones. */
  readonly tierOf: (computation: string) => Resources;
}

export function makeTasks(runnable: readonly PlannedCell[], context: TaskContext): Task[] {
  const tasks: Task[] = [];
  const chains = new Map<string, Task>();
  for (const cell of runnable) {
    const { computation: name, date } = cell.decision;
    const chain = chains.get(name);
    if (chain !== undefined) {
      if (chain.cells.length < MAX_CHAIN_DAYS) chain.cells.push(taskCell(cell, definitionOf(context.manifest, name)));
      continue;
    }
    if (tasks.length === MAX_TASKS_A_WAVE) continue;
    const task = newTask(name, date, cell, context);
    tasks.push(task);
    if (task.chained) chains.set(name, task);
  }
  return tasks;
}

function newTask(name: string, date: Day, cell: PlannedCell, context: TaskContext): Task {
  const computation = definitionOf(context.manifest, name);
  return {
    id: `${context.runId}.${name}.${date}`,
    runId: context.runId,
    dispatchId: context.dispatchId,
    pass: computation.pass,
    computation: name,
    cells: [taskCell(cell, computation)],
    chained: isChained(computation),
    resources: context.tierOf(name),
    createdMs: context.nowMs,
    status: 'PENDING',
    attempts: 0,
    outcomes: {},
  };
}

function taskCell(
  { decision, settled, reads, vector }: PlannedCell,
  { name, fingerprint }: ManifestComputation,
): TaskCell {
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

function definitionOf(manifest: Manifest, name: string): ManifestComputation {
  const computation = computationIn(manifest, name);
  if (computation === undefined) throw new Error(`${name} was planned but is not in the manifest`);
  return computation;
}
