/** Explain: why a cell ran or did not: its last attempt, what would happen now, its vector, and the chain of causes. */
import { z } from 'zod';
import { Day, toOrdinal } from '../../values/date.ts';
import { CellError, CellKey } from '../model/cell.ts';
import { describeRan, describeReason, Outcome, Reason } from '../model/decision.ts';
import { ErrorKind } from '../model/cell-record.ts';
import type { ManifestComputation } from '../model/manifest.ts';
import { vectorFor } from '../planning/alike.ts';
import { hasDay } from '../planning/day-set.ts';
import type { Standing } from '../planning/standing.ts';
import type { Cells, StoredCell } from '../ports/cells.ts';
import { Cause } from './cause-list.ts';
import { cellHistory } from './cell-history.ts';
import { compareVectors, VectorPart } from './compare-vectors.ts';
import { distrustOf } from './distrust-of.ts';
import { foresee, type ForeseePorts, PendingLoad } from './foresee.ts';
import { traceCauses, traceContext, traceInputs } from './trace-causes.ts';

const LastAttempt = z.object({
  status: z.enum(['COMPLETED', 'FAILED', 'IMPOSSIBLE']),
  reason: z.string().nullable(),
  finishedAt: z.string().nullable(),
  seconds: z.number().nullable(),
  attempt: z.number().nullable(),
  entities: z.number().nullable(),
  failedEntities: z.number().nullable(),
  /** Of entities; the first few. */
  errors: z.array(z.object({ id: z.string(), message: z.string() })).readonly(),
  /** Of entities: each distinct one, with the first that failed so. */
  kinds: z.array(ErrorKind).readonly(),
  error: CellError.nullable(),
  resultHash: z.string().nullable(),
  runId: z.string().nullable(),
  taskId: z.string().nullable(),
});
type LastAttempt = z.infer<typeof LastAttempt>;

export const ExplainAnswer = z.object({
  ...CellKey.shape,
  last: LastAttempt.nullable(),
  now: z.object({
    outcome: Outcome,
    reason: Reason.describe('{"why", …}'),
    text: z.string(),
    /** What early cutoff spared it in the last dispatch: inputs that ran again with the same result, and why they ran. */
    cutOff: z
      .object({
        inputs: z.array(z.string()).readonly(),
        dispatchId: z.string().nullable(),
        causes: z.array(Cause.describe('as below')),
      })
      .optional(),
    /** Of a stable cell: the code that made its result. */
    madeBy: z.object({ code: z.string(), layer: z.string() }).optional(),
  }),
  vector: z.array(VectorPart),
  causes: z.array(Cause),
  /** How it is known that it may give another result from the same inputs; null when it is trusted. */
  distrust: z.string().nullable(),
  /** Data that the cell reads directly and that is still to be loaded. */
  loads: z.array(PendingLoad),
});
export type ExplainAnswer = z.infer<typeof ExplainAnswer>;

export interface ExplainAsked {
  readonly computation: ManifestComputation;
  readonly date: Day;
  /** The first day of the grid. */
  readonly from: Day;
}

export async function explainAnswer(
  { computation, date, from }: ExplainAsked,
  ports: ForeseePorts & { readonly cells: Pick<Cells, 'read'> },
): Promise<ExplainAnswer> {
  const foreseen = await foresee({ date, from }, ports);
  const cell = { computation: computation.name, date };
  const history = cellHistory(foreseen.plan, ports.cells);
  const [planned] = await foreseen.cells([cell]);
  if (planned === undefined) throw new Error(`${computation.name}@${date} is not in its own plan`);
  const [stored] = await history.stored([cell]);
  const trace = traceContext(foreseen, from, history);
  const { decision } = planned;
  const standing = foreseen.folded.state.standings.get(computation.name);
  const inputs = decision.outcome === 'SKIP' ? cutOffBy(standing, date) : undefined;
  const reads = new Set(computation.needs.flatMap((need) => ('of' in need ? [need.of] : [])));
  const { settled } = planned;
  const past = settled === undefined ? undefined : vectorFor(settled, computation.fingerprint);
  // Of code that was gone back to, what it was made from the first time.
  const vector = past === settled?.vector ? (stored?.vector ?? past) : past;
  return {
    ...cell,
    last: stored?.record === undefined && stored?.status !== 'FAILED' ? null : lastAttempt(stored),
    now: {
      outcome: decision.outcome,
      reason: decision.reason,
      text: describeReason(decision),
      ...(inputs === undefined
        ? {}
        : {
            cutOff: {
              inputs,
              dispatchId: standing?.dispatchId ?? null,
              causes: await traceInputs(cell, inputs, trace),
            },
          }),
      ...(decision.outcome === 'STABLE' && vector !== undefined
        ? { madeBy: { code: vector.fingerprint.code, layer: vector.fingerprint.layer } }
        : {}),
    },
    vector: compareVectors(computation, vector, planned.vector?.inputs),
    causes: await traceCauses(cell, trace),
    distrust: distrustOf(computation.name, foreseen) ?? null,
    loads: foreseen.loads.filter(({ dataset }) => reads.has(dataset)),
  };
}

/** The inputs that ran again with the same result in the last dispatch, where that is why the cell did not run in it. */
function cutOffBy(standing: Standing | undefined, date: Day): readonly string[] | undefined {
  for (const { reason, days } of standing?.rest ?? [])
    if (reason.why === 'EARLY_CUTOFF' && hasDay(days, toOrdinal(date))) return reason.inputs;
  return undefined;
}

function lastAttempt({ status, record, error, summary }: StoredCell): LastAttempt {
  return {
    status,
    reason: record === undefined ? null : describeRan(record),
    finishedAt: record === undefined ? null : new Date(record.finishedMs).toISOString(),
    seconds: record?.seconds ?? null,
    attempt: record?.attempt ?? null,
    entities: record?.entities ?? null,
    failedEntities: record?.failedEntities ?? null,
    errors: record?.errors ?? [],
    kinds: record?.kinds ?? [],
    error: status === 'FAILED' ? (error ?? null) : null,
    resultHash: status === 'COMPLETED' ? (summary?.hash ?? null) : null,
    runId: record?.runId ?? null,
    taskId: record?.taskId ?? null,
  };
}
