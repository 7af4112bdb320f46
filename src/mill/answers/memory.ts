/** Memory: what tasks took of it lately, what the next ones are expected to take, where they start, and what their tiers waste. */
import { z } from 'zod';
import type { Clock } from '../../process/ports.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Manifest } from '../model/manifest.ts';
import type { PriceTable } from '../model/price-table.ts';
import type { Run } from '../model/run.ts';
import type { Task } from '../model/task.ts';
import { tierAbove, tierNamed, type Tiers } from '../model/tier.ts';
import { inputSizes } from '../planning/input-size.ts';
import type { Planning } from '../ports/planning.ts';
import type { Ledger } from '../ports/tasks.ts';
import { tierRouter } from '../tiers/tier-router.ts';
import { atMost } from '../../process/at-most.ts';

const Point = z.object({
  /** To read, for a cell: the most of its size class; absent where it is not known. */
  entities: z.number().optional(),
  /** Of the whole process. */
  peakMB: z.number(),
  tier: z.string(),
  endedMs: z.number(),
  taskId: z.string(),
});
type Point = z.infer<typeof Point>;

const MemoryRow = z.object({
  computation: z.string(),
  /** Where a task of it starts. */
  tier: z.string(),
  /** Null where nothing of it is known. */
  predictedMB: z.number().nullable(),
  /** Attempts of tasks that make nothing else, the newest first. */
  points: z.array(Point),
  /** Tasks that ran out of a tier's memory, the newest first. */
  moved: z.array(
    z.object({ from: z.string(), to: z.string(), atMs: z.number(), because: z.string(), taskId: z.string() }),
  ),
  /** GiB times seconds of its tiers that its attempts did not use, at the list price of memory. */
  wasteGBs: z.number(),
  wasteDollars: z.number(),
});
type MemoryRow = z.infer<typeof MemoryRow>;

export const MemoryAnswer = z.object({
  /** In the manifest's order. */
  computations: z.array(MemoryRow),
  /** What was looked at: the newest runs, and their tasks. */
  runs: z.number(),
  tasks: z.number(),
});
export type MemoryAnswer = z.infer<typeof MemoryAnswer>;

/** Tasks that are read, a document each: of the newest runs, but of the newest run all. */
export const MAX_MEMORY_TASKS = 2_000;

/** Runs among which those tasks are looked for. */
const RUNS_LOOKED_AT = 100;

/** Of a computation: what a plot can show. */
export const MAX_POINTS = 200;

export interface MemoryPorts {
  readonly manifest: Manifest;
  readonly planning: Pick<Planning, 'load' | 'memory'>;
  readonly ledger: Pick<Ledger, 'runs' | 'tasksOf'>;
  readonly tiers: Tiers;
  readonly clock: Clock;
  readonly prices: { readonly table: PriceTable };
}

export async function memoryAnswer(ports: MemoryPorts): Promise<MemoryAnswer> {
  const { manifest, planning, ledger, tiers, clock, prices } = ports;
  const snapshot = await planning.load();
  const book = await planning.memory(snapshot);
  const runs = withinLimit(await ledger.runs(RUNS_LOOKED_AT));
  const tasks = (await atMost(runs, ({ id }) => ledger.tasksOf(id))).flat();
  const byComputation = Map.groupBy(tasks, ({ computation }) => computation);
  const { predict, tierOf } = tierRouter(book, tiers, clock.now());
  const sizes = inputSizes(manifest, snapshot.datasets);
  const computations = manifest.computations.map(({ name }): MemoryRow => {
    const its = (byComputation.get(name) ?? []).filter(isAlone).sort((a, b) => b.createdMs - a.createdMs);
    const wasteGBs = its.reduce((sum, task) => sum + wasteOf(task, tiers), 0);
    const predicted = predict(name)?.peakMB;
    return {
      computation: name,
      tier: tierOf(name),
      predictedMB: predicted === undefined ? null : Math.round(predicted),
      points: its.flatMap((task) => pointsOf(task, sizes)).slice(0, MAX_POINTS),
      moved: its.flatMap((task) => movesOf(task, tiers)).slice(0, MAX_POINTS),
      wasteGBs,
      wasteDollars: wasteGBs * prices.table.functions.gibSecond,
    };
  });
  return { computations, runs: runs.length, tasks: tasks.length };
}

function withinLimit(runs: readonly Run[]): Run[] {
  let tasks = 0;
  return runs.filter(({ totalTasks }, index) => {
    tasks += totalTasks;
    return index === 0 || tasks <= MAX_MEMORY_TASKS;
  });
}

/** Of others it is not known which computation took what. */
const isAlone = ({ cells, computation }: Task): boolean => cells.every((cell) => cell.computation === computation);

function pointsOf(task: Task, sizes: ReturnType<typeof inputSizes>): Point[] {
  const [first] = task.cells;
  const entities = first === undefined ? undefined : sizes(task.computation, first.date);
  return (task.history ?? []).toReversed().flatMap(({ peakRssMB, endedMs, tier }): Point[] => {
    if (peakRssMB === undefined || endedMs === undefined) return [];
    const point = { peakMB: peakRssMB, tier, endedMs, taskId: task.id };
    return [entities === undefined ? point : { ...point, entities }];
  });
}

function movesOf(task: Task, tiers: Tiers): MemoryRow['moved'] {
  return (task.outgrown ?? []).flatMap(({ tier, because }) => {
    const to = tierAbove(tiers, tier)?.name;
    const ended = task.history?.findLast((attempt) => attempt.tier === tier)?.endedMs;
    return to === undefined ? [] : [{ from: tier, to, atMs: ended ?? task.createdMs, because, taskId: task.id }];
  });
}

/** Tasks that shared a process share what it left. */
function wasteOf({ history = [], telemetry }: Task, tiers: Tiers): number {
  const waste = ({ tier, peakRssMB, startedMs, endedMs, tasksAtOnce = 1 }: Attempt): number => {
    if (peakRssMB === undefined || endedMs === undefined) return 0;
    const freeGB = Math.max(0, tierNamed(tiers, tier).memoryMB - peakRssMB) / 1_024;
    return (freeGB * (endedMs - startedMs)) / 1_000 / Math.max(tasksAtOnce, telemetry?.tasksAtOnce ?? 1);
  };
  return history.reduce((sum, attempt) => sum + waste(attempt), 0);
}
