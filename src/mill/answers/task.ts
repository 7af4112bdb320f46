/** A task: its attempts with what memory they took, its cells, and the room that it has. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { CellError, CellKey } from '../model/cell.ts';
import type { Manifest } from '../model/manifest.ts';
import { outcomeOf, Task } from '../model/task.ts';
import { tierAbove, tierNamed, type Tiers } from '../model/tier.ts';
import { inputSizes } from '../planning/input-size.ts';
import type { Planning } from '../ports/planning.ts';
import type { Tasks } from '../ports/tasks.ts';
import { predictor } from '../tiers/predict.ts';
import { AttemptRow, attemptRows } from './attempt-row.ts';

const Reading = z.tuple([z.number(), z.number(), z.number()]);

export const TaskAnswer = z.object({
  task: Task.pick({
    id: true,
    runId: true,
    dispatchId: true,
    pass: true,
    computation: true,
    chained: true,
    resources: true,
    createdMs: true,
    status: true,
    lastError: true,
    outgrown: true,
    deadLetter: true,
  }),
  /** Oldest first. `readings`: seconds since it began, resident memory and used heap in MiB; each the most since the one before. */
  attempts: z.array(AttemptRow.extend({ readings: z.array(Reading).optional() })),
  /** Of its tier. */
  tierMB: z.number(),
  /** What a process is expected to take with it, from what its computations took before; absent where nothing is known. */
  predictedMB: z.number().optional(),
  /** In the order in which they are made. `status` is absent until one has ended. */
  cells: z.array(
    CellKey.extend({ status: z.string().optional(), seconds: z.number().optional(), error: CellError.optional() }),
  ),
  /** Where it goes when it outgrows its tier; absent on the largest. */
  nextTier: z.string().optional(),
});
export type TaskAnswer = z.infer<typeof TaskAnswer>;

export interface TaskPorts {
  readonly manifest: Manifest;
  readonly tasks: Pick<Tasks, 'read'>;
  readonly planning: Pick<Planning, 'load' | 'memory'>;
  readonly tiers: Tiers;
}

/** @throws {UserError} NOT_FOUND */
export async function taskAnswer({ id }: { readonly id: string }, ports: TaskPorts): Promise<TaskAnswer> {
  const task = await ports.tasks.read(id);
  if (task === undefined)
    throw new UserError('NOT_FOUND', `There is no task "${id}" (any more): they are kept for ninety days.`);
  const predictedMB = await predicted(task, ports);
  const nextTier = tierAbove(ports.tiers, task.resources)?.name;
  return {
    task: TaskAnswer.shape.task.parse(task),
    attempts: attemptRows(task).map((row, index) => Object.assign(row, readingsOf(task, index))),
    tierMB: tierNamed(ports.tiers, task.resources).memoryMB,
    ...(predictedMB === undefined ? {} : { predictedMB }),
    cells: task.cells.map(({ computation, date }) => cellOf(task, { computation, date })),
    ...(nextTier === undefined ? {} : { nextTier }),
  };
}

function cellOf(task: Task, cell: CellKey): TaskAnswer['cells'][number] {
  const outcome = outcomeOf(task, cell);
  if (outcome === undefined) return { ...cell };
  const { status } = outcome;
  return {
    ...cell,
    status,
    ...(outcome.status === 'COMPLETED' && outcome.effort !== undefined ? { seconds: outcome.effort.seconds } : {}),
    ...(outcome.status === 'FAILED' ? { error: outcome.error } : {}),
  };
}

/** Of an attempt that goes on they are with the task, unless what is there is still of the one before. */
function readingsOf(
  { history = [], telemetry }: Task,
  index: number,
): Pick<TaskAnswer['attempts'][number], 'readings'> {
  const attempt = history[index];
  if (attempt === undefined) return {};
  const isOn = attempt.end === undefined && Date.parse(telemetry?.lastHeartbeat ?? '') >= attempt.startedMs;
  const flat = attempt.readings ?? (isOn ? telemetry?.readings : undefined);
  if (flat === undefined) return {};
  const readings = Array.from({ length: Math.floor(flat.length / 3) }, (_, at) =>
    Reading.parse(flat.slice(at * 3, at * 3 + 3)),
  );
  return { readings };
}

/** Of several computations in one process: what the idle one takes, and what each adds. */
async function predicted(task: Task, { manifest, planning }: TaskPorts): Promise<number | undefined> {
  const snapshot = await planning.load();
  const predict = predictor(await planning.memory(snapshot));
  const sizes = inputSizes(manifest, snapshot.datasets);
  const firsts = new Map(task.cells.toReversed().map(({ computation, date }) => [computation, date]));
  const known = [...firsts].flatMap(([name, date]) => predict(name, sizes(name, date)) ?? []);
  if (known.length < firsts.size) return undefined;
  const idle = Math.max(...known.map(({ peakMB, addedMB }) => peakMB - addedMB));
  return Math.round(known.reduce((sum, { addedMB }) => sum + addedMB, idle));
}
