/** What a run did: in numbers, as programs read it, and beside them what people read. */
import { z } from 'zod';
import { toError } from '../../errors.ts';
import { authorCode, sayStray } from '../../process/author-code.ts';
import { Day, type DayOrdinal, daysAfter, fromOrdinal, toOrdinal } from '../../values/date.ts';
import { kindOfError } from '../model/alike-failures.ts';
import { CellError, type CellKey, cellName, type Settled } from '../model/cell.ts';
import { isKeyed } from '../model/computation.ts';
import { type Outcome, OutcomeCounts } from '../model/decision.ts';
import type { Manifest, ManifestComputation } from '../model/manifest.ts';
import { behaviourOf } from '../model/vector.ts';
import { dayCount, daySetOfDays, lastBefore, NO_DAYS, subtract } from '../planning/day-set.ts';
import type { Plan } from '../planning/plan.ts';
import type { Artifacts } from '../ports/artifacts.ts';
import type { Cells } from '../ports/cells.ts';
import type { Definitions } from '../ports/code.ts';
import type { Planning } from '../ports/planning.ts';
import type { Survey } from '../steps/dispatch/survey.ts';
import { readWhole } from '../ports/read-whole.ts';
import { type PartialCell, PartialRow, partialResults } from './partial-results.ts';
import { groupPlan, type PlanGroup } from './plan-groups.ts';

export const RunSummary = z.object({
  date: Day,
  /** Runs dispatched: waves with work in them; 0 when the workflow failed, which then says nothing of them. */
  runs: z.number(),
  /** Each cell of the grid once: as it ran, or why it did not. */
  cells: OutcomeCounts,
  completed: z.number(),
  failed: z.number(),
  /** Each distinct error of each computation: the first day that failed so, and how many days did. Absent when none failed. */
  failures: z
    .array(z.object({ computation: z.string(), date: Day, ...CellError.shape, days: z.number() }))
    .readonly()
    .optional(),
  /** Entities that are not in the results of cells that completed, since the author's code failed on them. */
  failedEntities: z.number(),
  /** Where they are missing; absent when they are nowhere. */
  partial: z.array(PartialRow).optional(),
  seconds: z.number(),
  /** Documents; null when the cloud is shared with others. */
  firestore: z.object({ reads: z.number(), writes: z.number(), deletes: z.number(), rpcs: z.number() }).nullable(),
  /** What it came to at list prices; documents are estimated, too, where the cloud is shared with others. */
  dollars: z.number(),
  /** Computations without the right to be skipped by proof or cutoff, and what speaks against them; absent when there are none. */
  distrusted: z.array(z.object({ computation: z.string(), text: z.string() })).optional(),
  /** Why the workflow itself failed, when it did. */
  trouble: z.string().optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** What people read beside. */
export interface RunDetails {
  readonly computations: readonly ComputationSummary[];
  /** Cells that did not run, by reason; those that had nothing new to read are left out. */
  readonly others: readonly PlanGroup[];
  /** Of the computations that were run: which wait for others that were not. */
  readonly behind: readonly string[];
}

type Failure = NonNullable<RunSummary['failures']>[number];

interface ComputationSummary {
  readonly computation: string;
  readonly pass: number;
  readonly completed: number;
  readonly failed: number;
  readonly upToDate: number;
  readonly impossible: number;
  readonly waiting: number;
  readonly failures: readonly Failure[];
  /** Of a computation of which something ran: what the newest result of the grid says, in the author's words. */
  readonly found: string | undefined;
}

export interface SummaryAsked extends Pick<RunSummary, 'date' | 'runs' | 'seconds' | 'firestore'> {
  /** The computations that were to be run; all when absent. */
  readonly only?: ReadonlySet<string>;
  /** The sequence of planning before the run. */
  readonly before: number;
  readonly after: Survey;
  readonly trouble: string | undefined;
  /** What cells that ran came to, by computation, with what is around them. */
  readonly priceOf: (ran: ReadonlyMap<string, number>) => number;
}

export interface SummaryPorts {
  readonly manifest: Manifest;
  readonly planning: Pick<Planning, 'settledAfter'>;
  readonly definitions: Pick<Definitions, 'computation'>;
  readonly artifacts: Pick<Artifacts, 'read'>;
  readonly cells: Pick<Cells, 'read'>;
  /** See `failedShare` of the project's settings. */
  readonly failedShare: number;
}

/** Distinct errors of one computation. */
const MAX_FAILURES = 10;

/** After a run of some computations: it waits for one that was not among them. */
const WAITING_FOR_OTHERS: readonly Outcome[] = ['RUN', 'RERUN'];

export async function summarize(
  asked: SummaryAsked,
  ports: SummaryPorts,
): Promise<{ readonly summary: RunSummary; readonly details: RunDetails }> {
  const { date, runs, before, after, only, seconds, firestore, trouble, priceOf } = asked;
  const { plan } = after;
  const entries = ports.manifest.computations.filter(({ name }) => only?.has(name) ?? true);
  const names = entries.map(({ name }) => name);
  // What an interrupted run of others had left in the queue is not of this one.
  const ran = new Map([...(await ranAfter(before, after, ports))].filter(([name]) => names.includes(name)));
  const computations = await Promise.all(
    entries.map((entry) => summaryOf(entry, ran.get(entry.name) ?? [], asked, ports)),
  );
  const sum = (of: (each: ComputationSummary) => number): number =>
    computations.reduce((total, each) => total + of(each), 0);
  const distrusted = entries.flatMap(({ name, fingerprint }) => {
    const found = plan.request.state.distrusted.get(name);
    return found?.behaviour === behaviourOf(fingerprint) ? [{ computation: name, text: found.text }] : [];
  });
  const failures = computations.flatMap((each) => each.failures);
  const partial = await partialResults(partialOf(ran), ports.failedShare, ports);
  const summary: RunSummary = {
    date,
    runs,
    cells: cellsOf(plan, names, ran),
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    ...(failures.length === 0 ? {} : { failures }),
    failedEntities: partial.reduce((total, { failedEntities }) => total + failedEntities, 0),
    ...(partial.length === 0 ? {} : { partial }),
    seconds: Math.round(seconds * 1_000) / 1_000,
    firestore,
    dollars: priceOf(new Map([...ran].map(([name, cells]) => [name, cells.length]))),
    ...(distrusted.length === 0 ? {} : { distrusted }),
    ...(trouble === undefined ? {} : { trouble }),
  };
  const ranOf = (name: string) => daySetOfDays((ran.get(name) ?? []).map(({ cell }) => cell.date));
  const details: RunDetails = {
    computations,
    others: groupPlan(plan, names, ranOf).filter(({ outcome }) => outcome !== 'SKIP' && outcome !== 'STABLE'),
    behind: only === undefined ? [] : names.filter((name) => dayCount(plan.daysWith(name, ...WAITING_FOR_OTHERS)) > 0),
  };
  return { summary, details };
}

const partialOf = (ran: ReadonlyMap<string, readonly Ran[]>): PartialCell[] =>
  [...ran.values()]
    .flat()
    .flatMap(({ cell, settled }) =>
      settled.status === 'COMPLETED' && settled.partial !== undefined ? [{ cell, partial: settled.partial }] : [],
    );

/** As the plan after the run has them, and those that ran by that. */
function cellsOf(plan: Plan, names: readonly string[], ran: ReadonlyMap<string, readonly Ran[]>): OutcomeCounts {
  const cells = plan.counts(names);
  for (const { cell, settled } of [...ran.values()].flat()) {
    const decision = plan.decision(cell);
    if (decision === undefined) continue;
    cells[decision.outcome]--;
    cells[settled.first === true ? 'RUN' : 'RERUN']++;
  }
  return cells;
}

async function summaryOf(
  entry: ManifestComputation,
  ran: readonly Ran[],
  { date, only, after }: SummaryAsked,
  ports: SummaryPorts,
): Promise<ComputationSummary> {
  const days = daySetOfDays(ran.map(({ cell }) => cell.date));
  const count = (...outcomes: Outcome[]): number =>
    dayCount(subtract(after.plan.daysWith(entry.name, ...outcomes), days));
  const failed = ran.filter(({ settled }) => settled.status === 'FAILED').length;
  const made = after.folded.state.standings.get(entry.name)?.made ?? NO_DAYS;
  return {
    computation: entry.name,
    pass: entry.pass,
    completed: ran.length - failed,
    failed,
    upToDate: count('SKIP', 'STABLE'),
    impossible: count('IMPOSSIBLE'),
    waiting: count('BLOCKED', 'FAILED_DEPENDENCY', ...(only === undefined ? [] : WAITING_FOR_OTHERS)),
    failures: failuresOf(ran).slice(0, MAX_FAILURES),
    found:
      ran.length === 0
        ? undefined
        : await headline(entry, date, lastBefore(made, daysAfter(toOrdinal(date), 1)), ports),
  };
}

/** As the executor says where the author's code threw. */
const PLACE = / \(at .*\)$/;

/** In the order of their first days. */
function failuresOf(ran: readonly Ran[]): Failure[] {
  const kinds = new Map<string, Failure>();
  for (const { cell, settled } of ran) {
    if (settled.status !== 'FAILED') continue;
    // The same words from another line are another mistake.
    const kind = `${kindOfError(settled.error)}${PLACE.exec(settled.error.message)?.[0] ?? ''}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { ...cell, ...settled.error, days: 1 });
    else known.days++;
  }
  return [...kinds.values()];
}

interface Ran {
  readonly cell: CellKey;
  readonly settled: Settled;
}

/** The cells of the grid that ran since, by computation and in order; what an interrupted run had left in the queue is of them. */
async function ranAfter(
  before: number,
  { snapshot, folded, plan }: Survey,
  ports: Pick<SummaryPorts, 'planning'>,
): Promise<Map<string, Ran[]>> {
  const written = await ports.planning.settledAfter(snapshot, before);
  const late = folded.settled.map(({ cell, to }) => ({ cell, settled: to }));
  const newest = new Map([...written, ...late].map((one): [string, Ran] => [cellName(one.cell), one]));
  const onGrid = [...newest.values()].filter(({ cell }) => plan.decision(cell) !== undefined);
  onGrid.sort((a, b) => (a.cell.date < b.cell.date ? -1 : 1));
  return Map.groupBy(onGrid, ({ cell }) => cell.computation);
}

/** The author's one line about the newest result of the grid. */
async function headline(
  entry: ManifestComputation,
  date: Day,
  day: DayOrdinal | undefined,
  { definitions, artifacts }: SummaryPorts,
): Promise<string | undefined> {
  if (day === undefined) return undefined;
  const newest = fromOrdinal(day);
  const computation = await definitions.computation(entry);
  if (computation.headline === undefined) return undefined;
  const [artifact] = await artifacts.read([{ kind: 'cell', computation: entry.name, date: newest }]);
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
