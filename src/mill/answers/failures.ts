/** Failures: what stands as failed, one group a mistake, with what follows from it. */
import { z } from 'zod';
import { Day, fromOrdinal, toOrdinal } from '../../values/date.ts';
import { failureFingerprint, kindOfError } from '../model/alike-failures.ts';
import { CellError, type CellKey } from '../model/cell.ts';
import type { Manifest } from '../model/manifest.ts';
import {
  dayCount,
  type DaySet,
  daySetOfDays,
  daysOfSet,
  daySpan,
  intersect,
  NO_DAYS,
  subtract,
  unite,
} from '../planning/day-set.ts';
import type { Plan } from '../planning/plan.ts';
import type { Cells } from '../ports/cells.ts';
import type { SurveyPorts } from '../steps/dispatch/survey.ts';
import { survey } from '../steps/dispatch/survey.ts';
import type { Days } from './foresee.ts';
import { settledCells } from './settled-cells.ts';

const FailureGroup = z.object({
  /** The same for the same mistake: what `replay-alike` takes. */
  fingerprint: z.string(),
  code: z.string(),
  /** Of the example. */
  message: z.string(),
  first: Day,
  last: Day,
  /** That failed so. */
  cells: z.number(),
  /** On which one of them failed. */
  dates: z.array(Day),
  computations: z.array(z.string()),
  /** Cells of its computations that wait, since so many dates failed alike, for the trial of one. */
  parked: z.number(),
  /** The newest. `taskId` is null when its record says of none. */
  example: z.object({ computation: z.string(), date: Day, taskId: z.string().nullable() }),
  /** Cells of the same days that read them, directly or through others, and are not up to date. */
  consequences: z.number(),
});
type FailureGroup = z.infer<typeof FailureGroup>;

export const FailuresAnswer = z.object({
  /** The mistake with the most cells first. */
  groups: z.array(FailureGroup),
  /** Mistakes beyond those. */
  left: z.number(),
});
export type FailuresAnswer = z.infer<typeof FailuresAnswer>;

/** Mistakes that are told of: each costs a read of its example. */
export const MAX_FAILURE_GROUPS = 200;

export interface FailuresPorts extends SurveyPorts {
  readonly cells: Pick<Cells, 'read'>;
}

interface Failed {
  readonly cell: CellKey;
  readonly error: CellError;
}

/** Of the cells of a grid, as their last attempt ended; reads the books of failed days. */
export async function failuresAnswer({ from, date }: Days, ports: FailuresPorts): Promise<FailuresAnswer> {
  const surveyed = await survey({ from, to: date }, ports);
  const { plan, folded } = surveyed;
  const grid = daySpan(toOrdinal(from), toOrdinal(date));
  const days = plan.computations.flatMap((computation) =>
    daysOfSet(intersect(folded.state.standings.get(computation)?.failed ?? NO_DAYS, grid)).map((day) => ({
      computation,
      date: day,
    })),
  );
  const settled = await settledCells(days, surveyed, ports.planning);
  const failed = days.flatMap((cell, index): Failed[] => {
    const one = settled[index];
    return one?.status === 'FAILED' ? [{ cell, error: one.error }] : [];
  });
  const kinds = [...Map.groupBy(failed, ({ error }) => kindOfError(error))]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([kind, its]) => groupOf(kind, its, plan, ports.manifest));
  const groups = kinds.slice(0, MAX_FAILURE_GROUPS);
  const stored = await ports.cells.read(groups.map(({ example }) => example));
  for (const [index, { example }] of groups.entries()) example.taskId = stored[index]?.record?.taskId ?? null;
  return { groups, left: kinds.length - groups.length };
}

function groupOf(kind: string, failed: readonly Failed[], plan: Plan, manifest: Manifest): FailureGroup {
  const [head, ...rest] = failed as [Failed, ...Failed[]];
  const { cell: example, error } = rest.reduce((one, other) => (other.cell.date > one.cell.date ? other : one), head);
  const byComputation = new Map(
    [...Map.groupBy(failed, ({ cell }) => cell.computation)].map(([name, its]) => [
      name,
      daySetOfDays(new Set(its.map(({ cell }) => cell.date))),
    ]),
  );
  const dates = unite(...byComputation.values());
  return {
    fingerprint: failureFingerprint(error),
    code: error.code,
    message: error.message,
    first: fromOrdinal(dates[0] as (typeof dates)[number]),
    last: example.date,
    cells: failed.length,
    dates: daysOfSet(dates),
    computations: [...byComputation.keys()],
    parked: [...byComputation.keys()].reduce((sum, name) => sum + parkedBy(kind, name, plan), 0),
    example: { computation: example.computation, date: example.date, taskId: null },
    consequences: consequencesOf(byComputation, plan, manifest),
  };
}

/** A computation is parked for one mistake at a time. */
function parkedBy(kind: string, computation: string, plan: Plan): number {
  if (plan.request.state.standings.get(computation)?.breaker?.error !== kind) return 0;
  const parked = plan.stretches(computation).filter(({ why }) => why === 'PARKED');
  return parked.reduce((sum, { days }) => sum + dayCount(days), 0);
}

/** In the manifest's order everything comes after what it reads. */
function consequencesOf(failed: ReadonlyMap<string, DaySet>, plan: Plan, manifest: Manifest): number {
  const reached = new Map(failed);
  let count = 0;
  for (const { name, needs } of manifest.computations) {
    const read = needs.map((need) => (need.kind === 'dependency' ? (reached.get(need.of) ?? NO_DAYS) : NO_DAYS));
    const held = intersect(unite(...read), plan.daysWith(name, 'RUN', 'RERUN', 'BLOCKED', 'FAILED_DEPENDENCY'));
    if (held.length === 0) continue;
    const own = failed.get(name) ?? NO_DAYS;
    count += dayCount(subtract(held, own));
    reached.set(name, unite(held, own));
  }
  return count;
}
