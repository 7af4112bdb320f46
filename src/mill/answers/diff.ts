/** Diff: what the code as it is now would change in a result, before anything runs; or how two stored days differ. */
import { z } from 'zod';
import { codeOf } from '../../errors.ts';
import type { Log } from '../../process/ports.ts';
import { Day } from '../../values/date.ts';
import { CellError, CellKey, cellName } from '../model/cell.ts';
import { describeReason, Outcome } from '../model/decision.ts';
import type { ManifestComputation } from '../model/manifest.ts';
import type { Plan, PlannedCell } from '../planning/plan.ts';
import type { StoredArtifact } from '../ports/artifacts.ts';
import type { CellPorts } from '../steps/work/execute-cells.ts';
import { Comparison, compareResults } from './compare-results.ts';
import { foresee, type ForeseePorts } from './foresee.ts';
import { MissingResult, missingResult } from './missing-result.ts';
import { preview } from './preview.ts';

export const Difference = z.object({
  computation: z.string(),
  /** Null when the cell has no result yet. */
  before: z.object({ date: Day, hash: z.string() }).nullable(),
  after: z.object({ date: Day, hash: z.string(), preview: z.boolean() }),
  identical: z.boolean(),
  ...Comparison.shape,
  /** Of a preview: what a run would do with the cell. */
  reason: z.object({ outcome: Outcome, text: z.string() }).optional(),
  /** Of a preview: computations that it reads and that a run would make again first. */
  outdated: z.array(z.string()).optional(),
});
export type Difference = z.infer<typeof Difference>;

/** When there is nothing to compare, why; or how the cell would fail. */
export const DiffAnswer = z.union([
  Difference,
  z.object({ ...CellKey.shape, missing: MissingResult }),
  z.object({ ...CellKey.shape, error: CellError }),
]);
export type DiffAnswer = z.infer<typeof DiffAnswer>;

export interface DiffAsked {
  readonly computation: ManifestComputation;
  readonly date: Day;
  /** The first day of the grid. */
  readonly from: Day;
}

export type DiffPorts = ForeseePorts &
  Omit<CellPorts, 'watchdog'> & {
    /** Hears what the cell that is made leaves behind. */
    readonly previewLog: Log;
  };

/** Of the cell as it would be made now against its last good result. */
export async function diffPreview({ computation, date, from }: DiffAsked, ports: DiffPorts): Promise<DiffAnswer> {
  const cell = { computation: computation.name, date };
  const foreseen = await foresee({ date, from: from < date ? from : date }, ports);
  const [planned] = await foreseen.cells([cell]);
  if (planned === undefined) throw new Error(`${cellName(cell)} is not in its own plan`);
  const none = async () => ({ ...cell, missing: await missingResult(cell, from, ports) });
  const { outcome } = planned.decision;
  if (outcome === 'IMPOSSIBLE') return none();
  const made = await preview(planned, { ...ports, log: ports.previewLog }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'INPUT_CHANGED') throw thrown;
    return undefined;
  });
  if (made === undefined) return none();
  if (made.status === 'FAILED') return { ...cell, error: made.error };
  const good = await ports.artifacts.lastGood(cell);
  return {
    ...(await difference(cell.computation, good && { date, ...good }, { date, artifact: made.artifact }, true)),
    reason: { outcome, text: describeReason(planned.decision) },
    outdated: outdatedIn(planned, computation, foreseen.plan),
  };
}

/** What the cell reads of its own day, and its own result before, where a run would make that again. */
function outdatedIn({ decision: { date }, reads }: PlannedCell, { name, needs }: ManifestComputation, plan: Plan) {
  return needs.flatMap((need) => {
    const of = need.kind === 'dependency' ? { computation: need.of, date } : undefined;
    const previous = need.kind === 'previous' ? { computation: name, date: reads['previous'] ?? '' } : undefined;
    const read = of ?? previous;
    const outcome = read === undefined || read.date === '' ? undefined : plan.decision(read)?.outcome;
    return read !== undefined && (outcome === 'RUN' || outcome === 'RERUN') ? [cellName(read)] : [];
  });
}

/** Of two stored days: what is on `other` and not on `date` is added. */
export async function diffDays(
  { computation: { name }, date, other, from }: DiffAsked & { readonly other: Day },
  ports: Omit<DiffPorts, 'previewLog'>,
): Promise<DiffAnswer> {
  const sides: Side[] = [];
  for (const day of [date, other]) {
    const cell = { computation: name, date: day };
    const good = await ports.artifacts.lastGood(cell);
    if (good === undefined) return { ...cell, missing: await missingResult(cell, from, ports) };
    sides.push({ date: day, artifact: good.artifact });
  }
  const [before, after] = sides as [Side, Side];
  return difference(name, before, after, false);
}

interface Side {
  readonly date: Day;
  readonly artifact: StoredArtifact;
}

async function difference(
  computation: string,
  before: Side | undefined,
  after: Side,
  isPreview: boolean,
): Promise<Difference> {
  const identical = before?.artifact.hash === after.artifact.hash;
  const same: Comparison = {
    added: 0,
    removed: 0,
    changed: 0,
    same: after.artifact.keyed ? after.artifact.count : 1,
    members: [],
    differences: [],
  };
  return {
    computation,
    before: before === undefined ? null : { date: before.date, hash: before.artifact.hash },
    after: { date: after.date, hash: after.artifact.hash, preview: isPreview },
    identical,
    // Equal hashes are equal results: nothing of them need be read.
    ...(identical ? same : await compareResults(before?.artifact, after.artifact)),
  };
}
