/** What a run did, for people and for programs. */
import { z } from 'zod';
import { authorCode, sayStray } from '../process/author-code.ts';
import type { Ports } from '../compose.ts';
import { toError } from '../errors.ts';
import { type Execution } from '../google/workflows-client.ts';
import { isKeyed } from '../mill/model/computation.ts';
import { type CellKey, cellName, type Settled } from '../mill/model/cell.ts';
import { type Day, daysAfter, fromOrdinal, toOrdinal } from '../values/date.ts';
import type { Outcome, OutcomeCounts } from '../mill/model/decision.ts';
import type { ManifestComputation } from '../mill/model/manifest.ts';
import { behaviourOf } from '../mill/model/vector.ts';
import { dayCount, daySetOfDays, lastBefore, NO_DAYS, subtract } from '../mill/planning/day-set.ts';
import { readWhole } from '../mill/steps/work/load-inputs.ts';
import type { Survey } from '../mill/steps/dispatch/survey.ts';
import type { FirestoreUsage } from './local/run-cloud.ts';
import { counted } from './counted.ts';
import { describeDistrust } from './describe-distrust.ts';
import type { Output } from './output.ts';
import { describeReasons } from './describe-reasons.ts';
import { groupPlan, type PlanGroup } from '../mill/answers/plan-groups.ts';
import { table } from './table.ts';

export interface RunSummary {
  readonly date: Day;
  /** Runs dispatched: waves with work in them; 0 when the workflow failed, which then says nothing of them. */
  readonly runs: number;
  /** Each cell of the grid once: as it ran, or why it did not. */
  readonly cells: OutcomeCounts;
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
  /** Null when the cloud is shared with others. */
  readonly firestore: FirestoreUsage | null;
  readonly computations: readonly ComputationSummary[];
  /** Cells that did not run, by reason; those that had nothing new to read are left out. */
  readonly others: readonly PlanGroup[];
  /** Computations without the right to be skipped by proof or cutoff, and what speaks against them. */
  readonly distrusted: readonly { readonly computation: string; readonly text: string }[];
  /** Of the computations that were run: which wait for others that were not. */
  readonly behind: readonly string[];
  /** Why the workflow itself failed, when it did. */
  readonly trouble?: string;
}

interface ComputationSummary {
  readonly computation: string;
  readonly pass: number;
  readonly completed: number;
  readonly failed: number;
  readonly upToDate: number;
  readonly impossible: number;
  readonly waiting: number;
  /** The first few, with their errors. */
  readonly failures: readonly string[];
  /** What the newest result of the grid says, in the author's words. */
  readonly found: string | undefined;
}

export interface SummaryRequest {
  readonly date: Day;
  /** The computations that were to be run; all when absent. */
  readonly only?: ReadonlySet<string>;
  /** The sequence of planning before the run. */
  readonly before: number;
  readonly after: Survey;
  readonly execution: Execution;
  /** Whether somebody cancelled it: then its workflow went through the passes that were left with nothing to run. */
  readonly cancelled: boolean;
  readonly ports: Ports;
  readonly seconds: number;
  readonly firestore: FirestoreUsage | null;
}

const MAX_FAILURES_SHOWN = 3;

/** After a run of some computations: it waits for one that was not among them. */
const WAITING_FOR_OTHERS: readonly Outcome[] = ['RUN', 'RERUN'];

export async function summarize(request: SummaryRequest): Promise<RunSummary> {
  const { before, after, execution, ports, only } = request;
  const { plan } = after;
  const entries = ports.manifest.computations.filter(({ name }) => only?.has(name) ?? true);
  const names = entries.map(({ name }) => name);
  // What an interrupted run of others had left in the queue is not of this one.
  const ran = new Map([...(await ranAfter(before, after, ports))].filter(([name]) => names.includes(name)));
  const cells = plan.counts(names);
  for (const { cell, settled } of [...ran.values()].flat()) {
    const decision = plan.decision(cell);
    if (decision === undefined) continue;
    cells[decision.outcome]--;
    cells[settled.first === true ? 'RUN' : 'RERUN']++;
  }
  const computations = await Promise.all(
    entries.map(async (entry): Promise<ComputationSummary> => {
      const own = ran.get(entry.name) ?? [];
      const days = daySetOfDays(own.map(({ cell }) => cell.date));
      const count = (...outcomes: Outcome[]): number =>
        dayCount(subtract(plan.daysWith(entry.name, ...outcomes), days));
      const failures = own.flatMap(({ cell: { date }, settled }) =>
        settled.status === 'FAILED' ? [`${date}: ${settled.error.code}: ${settled.error.message}`] : [],
      );
      return {
        computation: entry.name,
        pass: entry.pass,
        completed: own.length - failures.length,
        failed: failures.length,
        upToDate: count('SKIP', 'STABLE'),
        impossible: count('IMPOSSIBLE'),
        waiting: count('BLOCKED', 'FAILED_DEPENDENCY', ...(only === undefined ? [] : WAITING_FOR_OTHERS)),
        failures: failures.slice(0, MAX_FAILURES_SHOWN),
        found: await headline(entry, request),
      };
    }),
  );
  const result = execution.result === undefined ? {} : (JSON.parse(execution.result) as { waves?: number });
  const sum = (of: (each: ComputationSummary) => number): number =>
    computations.reduce((total, each) => total + of(each), 0);
  return {
    date: request.date,
    runs: result.waves ?? 0,
    cells,
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    seconds: Math.round(request.seconds * 1_000) / 1_000,
    firestore: request.firestore,
    computations,
    others: groupPlan(plan, names, (name) => daySetOfDays((ran.get(name) ?? []).map(({ cell }) => cell.date))).filter(
      ({ outcome }) => outcome !== 'SKIP' && outcome !== 'STABLE',
    ),
    distrusted: entries.flatMap(({ name, fingerprint }) => {
      const found = plan.request.state.distrusted.get(name);
      return found?.behaviour === behaviourOf(fingerprint) ? [{ computation: name, text: found.text }] : [];
    }),
    behind: only === undefined ? [] : names.filter((name) => dayCount(plan.daysWith(name, ...WAITING_FOR_OTHERS)) > 0),
    ...troubleOf(request),
  };
}

function troubleOf({ cancelled, execution }: SummaryRequest): { readonly trouble?: string } {
  if (cancelled) return { trouble: 'The run was cancelled. What was made stays; run again to go on from there.' };
  if (execution.state === 'SUCCEEDED') return {};
  return { trouble: `The workflow ended ${execution.state}: ${describeFailure(execution.error?.payload)}` };
}

interface Ran {
  readonly cell: CellKey;
  readonly settled: Settled;
}

/** The cells of the grid that ran since, by computation and in order; what an interrupted run had left in the queue is of them. */
async function ranAfter(before: number, { snapshot, folded, plan }: Survey, ports: Ports): Promise<Map<string, Ran[]>> {
  const written = await ports.planning.settledAfter(snapshot, before);
  const late = folded.settled.map(({ cell, to }) => ({ cell, settled: to }));
  const newest = new Map([...written, ...late].map((one): [string, Ran] => [cellName(one.cell), one]));
  const onGrid = [...newest.values()].filter(({ cell }) => plan.decision(cell) !== undefined);
  onGrid.sort((a, b) => (a.cell.date < b.cell.date ? -1 : 1));
  return Map.groupBy(onGrid, ({ cell }) => cell.computation);
}

/** What the workflow, or our own function, said; else the error as Workflows gives it. */
function describeFailure(payload = 'no details'): string {
  const said = z.union([
    z.string(),
    z
      .object({ body: z.object({ error: z.object({ message: z.string() }) }) })
      .transform(({ body }) => body.error.message),
  ]);
  try {
    return said.parse(JSON.parse(payload));
  } catch {
    return payload;
  }
}

/** The author's one line about the newest result of the grid. */
async function headline(
  entry: ManifestComputation,
  { date, after, ports }: SummaryRequest,
): Promise<string | undefined> {
  const made = after.folded.state.standings.get(entry.name)?.made ?? NO_DAYS;
  const day = lastBefore(made, daysAfter(toOrdinal(date), 1));
  if (day === undefined) return undefined;
  const newest = fromOrdinal(day);
  const computation = await ports.definitions.computation(entry);
  if (computation.headline === undefined) return undefined;
  const [artifact] = await ports.artifacts.read([{ kind: 'cell', computation: entry.name, date: newest }]);
  if (artifact === undefined || isKeyed(computation.output) !== artifact.keyed) return undefined;
  const value = await readWhole(artifact);
  const code = authorCode({
    name: `the headline of ${entry.name}`,
    onStray: sayStray(`the headline of ${entry.name}`),
  });
  try {
    const line = code.run(() => computation.headline?.(value));
    return newest === date ? line : `${newest}: ${line}`;
  } catch (thrown) {
    // It is for people, and takes nothing else with it.
    return `its headline failed: ${toError(thrown).message}`;
  }
}

/** `beside`: what else programs read in the last line. */
export function printSummary(
  summary: RunSummary,
  output: Output,
  beside: Readonly<Record<string, unknown>> = {},
): void {
  const {
    date,
    runs,
    cells,
    completed,
    failed,
    seconds,
    firestore,
    computations,
    others,
    distrusted,
    behind,
    trouble,
  } = summary;
  const columns = [
    right('pass'),
    { title: 'computation' },
    ...['ran', 'up to date', 'impossible', 'failed', 'waiting'].map(right),
    { title: 'found' },
  ];
  const rows = computations.map((each) => [
    String(each.pass),
    each.computation,
    ...[each.completed, each.upToDate, each.impossible, each.failed, each.waiting].map(String),
    each.found ?? '',
  ]);
  if (rows.length > 0) output.line();
  for (const line of rows.length === 0 ? [] : table(columns, rows)) output.line(line);
  if (others.length > 0) output.line();
  for (const line of describeReasons(others)) output.line(line);
  for (const { computation, failed: count, failures } of computations) {
    for (const failure of failures) output.trouble(`FAILED ${computation}@${failure}`);
    if (count > failures.length)
      output.trouble(`FAILED ${computation}: ${counted(count - failures.length, 'more day')}`);
  }
  for (const { computation, text } of distrusted) output.line(describeDistrust(computation, text));
  if (behind.length > 0)
    output.line(
      `${behind.join(', ')}: days wait for computations that are not selected. Select those too: --select "${behind.map((name) => `+${name}`).join(' ')}".`,
    );
  output.line();
  const waiting = cells.BLOCKED + cells.FAILED_DEPENDENCY;
  output.line(
    `${date}: ${completed + failed === 0 ? 'nothing ran' : `${counted(completed + failed, 'cell')} ran${runs === 0 ? '' : ` in ${counted(runs, 'run')}`}`}` +
      `${failed > 0 ? `, ${failed} failed` : ''}${waiting > 0 ? `, ${waiting} waiting` : ''}, ` +
      `${cells.SKIP + cells.STABLE} up to date${cells.STABLE > 0 ? ` (${cells.STABLE} proven cosmetic)` : ''}, ${cells.IMPOSSIBLE} impossible, in ${seconds.toFixed(1)} s`,
  );
  if (firestore !== null) {
    output.line(
      `Firestore: ${firestore.reads} reads, ${firestore.writes} writes, ${firestore.deletes} deletes, ${firestore.rpcs} RPCs`,
    );
  }
  if (trouble !== undefined) output.trouble(trouble);
  output.data({
    date,
    runs,
    cells,
    completed,
    failed,
    seconds,
    firestore,
    ...(distrusted.length === 0 ? {} : { distrusted }),
    ...(trouble === undefined ? {} : { trouble }),
    ...beside,
  });
}

const right = (title: string) => ({ title, align: 'right' as const });
