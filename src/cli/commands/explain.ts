/** `daymill explain`: why a cell ran or did not: its last attempt, what would happen now, its vector, and the chain of causes. */
import type { Ports } from '../../compose.ts';
import { UserError } from '../../errors.ts';
import type { CellError } from '../../mill/model/cell.ts';
import { type Day, toOrdinal } from '../../values/date.ts';
import { type Decision, describeReason, type Outcome } from '../../mill/model/decision.ts';
import type { ManifestComputation } from '../../mill/model/manifest.ts';
import { hasDay } from '../../mill/planning/day-set.ts';
import type { Standing } from '../../mill/planning/standing.ts';
import type { StoredCell } from '../../mill/ports/cells.ts';
import { assertTarget, gridStart } from '../../mill/steps/dispatch/target.ts';
import { cellHistory } from '../../mill/answers/cell-history.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { compareVectors, type VectorPart } from '../../mill/answers/compare-vectors.ts';
import { findComputation } from '../find-computation.ts';
import { describeDistrust, distrustOf } from '../distrust-of.ts';
import { describeLoad, foresee, type PendingLoad } from '../foresee.ts';
import { look } from '../look.ts';
import { projectManifest } from '../project.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';
import { type Cause, traceCauses, type TraceContext, traceInputs } from '../trace-causes.ts';

export const explain: Command = {
  name: 'explain',
  usage: `daymill explain COMPUTATION DATE [--from DAY]

Says why a cell ran or did not: how it ended last, what a run would do with it now, what it was made from beside what it would
be made from, and the chain of causes to the root.
  --from   the first day of the grid (default: daymill.config.ts's from, else DATE)
  --json   {"computation", "date", "last": {"status", "reason", "finishedAt", "seconds", "attempt", "entities", "failedEntities",
           "errors", "error", "resultHash", "runId", "taskId"} or null, "now": {"outcome", "reason", "text", "cutOff", "madeBy"},
           "vector": [{"part", "stored", "current", "same"}], "causes": [{"depth", "subject", "text"}], "distrust",
           "loads"}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: { from: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

export interface Explanation {
  readonly computation: string;
  readonly date: Day;
  readonly last: LastAttempt | null;
  readonly now: {
    readonly outcome: Outcome;
    readonly reason: Decision['reason'];
    readonly text: string;
    /** What early cutoff spared it in the last dispatch: inputs that ran again with the same result, and why they ran. */
    readonly cutOff?: {
      readonly inputs: readonly string[];
      readonly dispatchId: string | null;
      readonly causes: readonly Cause[];
    };
    /** Of a stable cell: the code that made its result. */
    readonly madeBy?: { readonly code: string; readonly layer: string };
  };
  readonly vector: readonly VectorPart[];
  readonly causes: readonly Cause[];
  /** How it is known that it may give another result from the same inputs; null when it is trusted. */
  readonly distrust: string | null;
  /** Data that the cell reads directly and that is still to be loaded. */
  readonly loads: readonly PendingLoad[];
}

interface LastAttempt {
  readonly status: StoredCell['status'];
  readonly reason: string | null;
  readonly finishedAt: string | null;
  readonly seconds: number | null;
  readonly attempt: number | null;
  readonly entities: number | null;
  readonly failedEntities: number | null;
  /** Of entities; the first few. */
  readonly errors: readonly { readonly id: string; readonly message: string }[];
  readonly error: CellError | null;
  readonly resultHash: string | null;
  readonly runId: string | null;
  readonly taskId: string | null;
}

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output, now } = context;
  const [name = '', date = ''] = args.positionals;
  assertTarget(date, now());
  const from = text(args, 'from') ?? gridStart(undefined, config.from, date);
  assertTarget(from, now());
  const manifest = await projectManifest(config);
  const computation = findComputation(manifest, name);
  if (date < from) {
    throw new UserError(
      'BAD_DATE',
      `${date} is before ${from}, where the grid starts, so nothing of it is ever planned. Choose a later date, or an earlier --from.`,
    );
  }
  const explanation = await look(config, manifest, (ports) => explainCell(computation, date, from, ports));
  printExplanation(explanation, computation, config.date, output);
  output.data(explanation);
  return 0;
}

/** `from` is the first day of the grid. */
export async function explainCell(
  computation: ManifestComputation,
  date: Day,
  from: Day,
  ports: Ports,
): Promise<Explanation> {
  const foreseen = await foresee({ date, from }, ports);
  const { plan, folded, ranges, waiting, verdicts, loads } = foreseen;
  const cell = { computation: computation.name, date };
  const history = cellHistory(plan, ports.cells);
  const [planned] = await foreseen.cells([cell]);
  if (planned === undefined) throw new Error(`${computation.name}@${date} is not in its own plan`);
  const [stored] = await history.stored([cell]);
  const { distrusted } = folded.state;
  const trace: TraceContext = { manifest: ports.manifest, from, history, ranges, waiting, verdicts, distrusted };
  const { decision } = planned;
  const standing = folded.state.standings.get(computation.name);
  const inputs = decision.outcome === 'SKIP' ? cutOffBy(standing, date) : undefined;
  const reads = new Set(computation.needs.flatMap((need) => ('of' in need ? [need.of] : [])));
  const vector = stored?.vector ?? planned.settled?.vector;
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
    loads: loads.filter(({ dataset }) => reads.has(dataset)),
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
    reason: record?.reason ?? null,
    finishedAt: record === undefined ? null : new Date(record.finishedMs).toISOString(),
    seconds: record?.seconds ?? null,
    attempt: record?.attempt ?? null,
    entities: record?.entities ?? null,
    failedEntities: record?.failedEntities ?? null,
    errors: record?.errors ?? [],
    error: status === 'FAILED' ? (error ?? null) : null,
    resultHash: status === 'COMPLETED' ? (summary?.hash ?? null) : null,
    runId: record?.runId ?? null,
    taskId: record?.taskId ?? null,
  };
}

export function printExplanation(
  { computation, date, last, now, vector, causes, distrust, loads }: Explanation,
  { pass, category, module, line }: ManifestComputation,
  target: Day | undefined,
  output: Output,
): void {
  output.line(`${computation}@${date}   pass ${pass}, ${category}, ${module}:${line}`);
  if (target !== undefined && date > target)
    output.line(`(after ${target}, the default target: run --date ${date} would reach it)`);
  output.line();
  if (last === null) output.line('Last  it has never run');
  else {
    output.line(`Last  ${last.status} ${last.finishedAt ?? ''}${describeEffort(last)}`);
    if (last.reason !== null) output.line(`      because ${last.reason}`);
    if (last.error !== null) output.line(`      ${last.error.code}: ${last.error.message}`);
    for (const { id, message } of last.errors) output.line(`      entity ${id}: ${message}`);
    if (last.runId !== null)
      output.line(`      run ${last.runId}${last.resultHash === null ? '' : `, result ${last.resultHash}`}`);
  }
  // What does not run has no causes but those of its last run.
  const sayCauses = (chain: readonly Cause[] = causes): void => {
    for (const { depth, subject, text: why } of chain)
      output.line(`      ${'  '.repeat(depth - 1)}<- ${subject}: ${why}`);
  };
  const settled = now.outcome === 'SKIP';
  if (settled) sayCauses();
  output.line(`Now   ${now.outcome}: ${now.text}`);
  if (now.cutOff !== undefined) {
    output.line(`      early cutoff: ${now.cutOff.inputs.join(', ')} ran again with the same result`);
    sayCauses(now.cutOff.causes);
  }
  if (now.madeBy !== undefined) {
    const { code, layer } = now.madeBy;
    output.line(
      `      its result was made by code ${code}, layer ${layer}; a simulation proved that the code now does the same`,
    );
  }
  if (distrust !== null) output.line(`      ${describeDistrust(computation, distrust)}`);
  for (const load of loads) output.line(`      ${describeLoad(load)}`);
  if (!settled) sayCauses();
  output.line();
  const rows = vector.map(({ part, stored, current, same }) => [
    part,
    stored ?? '-',
    current ?? (now.outcome === 'IMPOSSIBLE' ? '-' : 'not known yet'),
    same === null ? '' : same ? 'same' : 'different',
  ]);
  const columns = [{ title: 'made from' }, { title: 'when it ran' }, { title: 'now' }, { title: '' }];
  for (const row of table(columns, rows)) output.line(row);
}

function describeEffort({ seconds, attempt, entities, failedEntities }: LastAttempt): string {
  const parts = [
    ...(seconds === null ? [] : [`in ${seconds.toFixed(2)} s`]),
    ...(attempt === null || attempt < 2 ? [] : [`attempt ${attempt}`]),
    ...(entities === null || entities === 0 ? [] : [`${entities} entities`]),
    ...(failedEntities === null || failedEntities === 0 ? [] : [`${failedEntities} of them failed`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}
