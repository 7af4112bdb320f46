/** What a run did, for people and for programs. */
import type { Ports } from '../compose.ts';
import { isKeyed } from '../model/computation.ts';
import type { Day } from '../model/date.ts';
import { describeReason, type Outcome, OUTCOMES, type OutcomeCounts } from '../model/decision.ts';
import type { Execution } from '../google/workflows-client.ts';
import { cellPlace, readWhole } from '../steps/load-inputs.ts';
import type { Survey } from '../steps/survey.ts';
import type { Daymill } from './local/local-cloud.ts';
import type { Output } from './output.ts';

export interface RunSummary {
  readonly date: Day;
  /** Runs dispatched: waves with work in them. */
  readonly runs: number;
  /** Each cell of the grid once: as it ran, or why it did not. */
  readonly cells: OutcomeCounts;
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly firestore: {
    readonly reads: number;
    readonly writes: number;
    readonly deletes: number;
    readonly rpcs: number;
  };
  readonly computations: readonly ComputationSummary[];
  /** Why the workflow itself failed, when it did. */
  readonly trouble?: string;
}

interface ComputationSummary {
  readonly computation: string;
  readonly pass: number;
  readonly outcomes: Partial<Record<Outcome, number>>;
  /** Why cells did not run, with counts: `NO_DATA sp500`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Cells that failed, with their errors; the first few. */
  readonly failures: readonly string[];
  /** What the target day's result says, in the author's words. */
  readonly found: string | undefined;
}

export interface SummaryRequest {
  readonly date: Day;
  readonly from: Day;
  readonly before: Survey;
  readonly after: Survey;
  readonly execution: Execution;
  readonly daymill: Daymill;
  readonly ports: Ports;
  readonly seconds: number;
}

const MAX_FAILURES_SHOWN = 3;

export async function summarize(request: SummaryRequest): Promise<RunSummary> {
  const { before, after, execution, ports } = request;
  const executionId = execution.name.slice(execution.name.lastIndexOf('/') + 1);
  const cells = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
  const byComputation = new Map<
    string,
    { outcomes: Partial<Record<Outcome, number>>; reasons: Record<string, number>; failures: string[] }
  >();
  let completed = 0;
  let failed = 0;
  for (const { decision, settled } of after.cells) {
    const { computation, date } = decision;
    const one = byComputation.get(computation) ?? { outcomes: {}, reasons: {}, failures: [] };
    byComputation.set(computation, one);
    const ran = settled?.dispatchId === executionId;
    const outcome: Outcome = ran
      ? before.state.book.get(computation)?.has(date) === true
        ? 'RERUN'
        : 'RUN'
      : decision.outcome;
    cells[outcome]++;
    one.outcomes[outcome] = (one.outcomes[outcome] ?? 0) + 1;
    if (!ran) {
      const reason = `${outcome}: ${describeReason(decision)}`;
      one.reasons[reason] = (one.reasons[reason] ?? 0) + 1;
    } else if (settled.status === 'COMPLETED') completed++;
    else {
      failed++;
      if (one.failures.length < MAX_FAILURES_SHOWN)
        one.failures.push(`${date}: ${settled.error.code}: ${settled.error.message}`);
    }
  }
  const computations: ComputationSummary[] = [];
  for (const { name, pass } of ports.manifest.computations) {
    const one = byComputation.get(name);
    if (one !== undefined) computations.push({ computation: name, pass, ...one, found: await headline(name, request) });
  }
  const result = execution.result === undefined ? {} : (JSON.parse(execution.result) as { waves?: number });
  return {
    date: request.date,
    runs: result.waves ?? 0,
    cells,
    completed,
    failed,
    seconds: Math.round(request.seconds * 1_000) / 1_000,
    firestore: request.daymill.cloud.firestore.counters(),
    computations,
    ...(execution.state === 'SUCCEEDED'
      ? {}
      : { trouble: `the workflow ended ${execution.state}: ${execution.error?.payload ?? 'no details'}` }),
  };
}

/** The author's one line about the newest result of the grid. */
async function headline(name: string, { date, after, ports }: SummaryRequest): Promise<string | undefined> {
  const entry = ports.manifest.computations.find((computation) => computation.name === name);
  const days = [...(after.state.book.get(name) ?? [])]
    .filter(([day, settled]) => settled.status === 'COMPLETED' && day <= date)
    .map(([day]) => day);
  const newest = days.sort().at(-1);
  if (entry === undefined || newest === undefined) return undefined;
  const computation = await ports.definitions.computation(entry);
  if (computation.headline === undefined) return undefined;
  const [artifact] = await ports.artifacts.read([cellPlace(ports.manifest, name, newest)]);
  if (artifact === undefined || (isKeyed(computation.output) && !artifact.keyed)) return undefined;
  const line = computation.headline(await readWhole(artifact));
  return newest === date ? line : `${newest}: ${line}`;
}

export function printSummary(summary: RunSummary, output: Output): void {
  const { computations, ...rest } = summary;
  output.line();
  output.line(
    `pass  ${'computation'.padEnd(26)}${'ran'.padStart(5)}${'skipped'.padStart(9)}${'impossible'.padStart(12)}${'failed'.padStart(8)}  found`,
  );
  for (const { computation, pass, outcomes, reasons, failures, found } of computations) {
    const ran = (outcomes.RUN ?? 0) + (outcomes.RERUN ?? 0);
    const skipped = (outcomes.SKIP ?? 0) + (outcomes.STABLE ?? 0);
    const blocked = (outcomes.BLOCKED ?? 0) + (outcomes.FAILED_DEPENDENCY ?? 0);
    const columns = [
      String(ran).padStart(5),
      String(skipped).padStart(9),
      String(outcomes.IMPOSSIBLE ?? 0).padStart(12),
      String(failures.length + blocked).padStart(8),
    ];
    output.line(`${String(pass).padStart(4)}  ${computation.padEnd(26)}${columns.join('')}  ${found ?? ''}`);
    for (const failure of failures) output.line(`      FAILED ${failure}`);
    for (const [reason, count] of Object.entries(reasons))
      if (!reason.startsWith('SKIP')) output.line(`      ${count} ${reason}`);
  }
  const { cells, firestore } = rest;
  const ran = cells.RUN + cells.RERUN;
  output.line();
  output.line(
    `${summary.date}: ${ran} cells ran (${summary.completed} completed, ${summary.failed} failed) in ${summary.runs} runs, ` +
      `${cells.SKIP + cells.STABLE} had nothing new to read, ${cells.IMPOSSIBLE} impossible, in ${summary.seconds.toFixed(1)} s`,
  );
  output.line(
    `Firestore: ${firestore.reads} reads, ${firestore.writes} writes, ${firestore.deletes} deletes, ${firestore.rpcs} RPCs`,
  );
  if (summary.trouble !== undefined) output.trouble(summary.trouble);
  output.data(rest);
}
