/**
 * What a plan will cost, and what planning saved: Firestore operations, seconds of workers and dollars at list prices. Pure.
 *
 * Of a computation it is known what its cells took (see expected.ts); around them come the operations of tasks, runs and dispatches, counted in
 * the steps' code below. Dollars are for one task at a time on an instance: concurrency makes it less. Nothing is taken off for
 * free quotas.
 */
import { z } from 'zod';
import type { PriceTable } from '../model/price-table.ts';
import type { CellKey } from '../model/cell.ts';
import type { AuditPolicy } from '../model/audit-policy.ts';
import { computationIn, isSeed } from '../model/manifest.ts';
import { toOrdinal } from '../../values/date.ts';
import { TierName } from '../model/tier-name.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import { Cost, dollarsOf, NOTHING, sum } from './cost.ts';
import { dayCount } from './day-set.ts';
import { type Expected, expectations, shadowOf } from './expected.ts';
import { MAX_TASK_CELLS, MAX_TASKS_A_WAVE } from './make-tasks.ts';
import { countsOf, isAtRest, lanesOf, NO_CELLS, yearsOf } from './cell-counts.ts';
import { withReloaded } from './reloaded.ts';
import { type Loading, mostOf, type Running, type Surroundings } from './most.ts';
import type { Plan } from './plan.ts';

const ComputationEstimate = z.object({
  computation: z.string(),
  tier: TierName,
  /** It never ran: it is taken to be like the others. */
  guess: z.boolean(),
  certain: Cost,
  /** At most: these cells run only if what they read turns out different. */
  conditional: Cost,
});
type ComputationEstimate = z.infer<typeof ComputationEstimate>;

/** What cells that do not run would have cost, by what spares them. */
const Saved = z.object({
  /** Nothing that they read has changed. */
  unchanged: Cost,
  /** What they read ran again with the same result. */
  cutOff: Cost,
  /** Their code changed, but not what it does. */
  stable: Cost,
});

export const Estimate = z.object({
  /** Those that have something to run. */
  computations: z.array(ComputationEstimate),
  certain: Cost,
  conditional: Cost,
  /** What the day costs beside its cells: the workflow, its dispatches and their books, for the cells that are certain. */
  pipeline: Cost,
  /** Settled cells that are made again in shadow tonight, whatever is selected, with the wave that they are. */
  watch: Cost,
  /** A bound of all of it, with what runs under conditions, heartbeats, audits, loading, the registry and the commands' own looks: see most.ts. */
  most: Cost,
  saved: Saved,
});
export type Estimate = z.infer<typeof Estimate>;

export interface EstimateRequest {
  readonly plan: Plan;
  readonly computations: Iterable<string>;
  readonly prices: PriceTable;
  readonly tierOf: (computation: string) => TierName;
  readonly tiers: Tiers;
  /** Cells of the nightly watch. */
  readonly watched?: readonly CellKey[];
  /** Tasks that a wave is spread over; what cells took before tells when absent. */
  readonly lanes?: number | undefined;
  /** Skipped cells that may be audited. */
  readonly audit?: Pick<AuditPolicy, 'share' | 'most'> | undefined;
  readonly loading?: Loading | undefined;
  /** Computations whose code the registry does not know. */
  readonly changed?: number | undefined;
}

/** Of a task: created, leased, saved with its last cell, and counted off the run; its message and its lease. */
export const TASK_WRITES = 4;
/** Of a task: its lease, its run's count, and the fold that takes it in. */
export const TASK_READS = 3;
/** Of a wave: the run, the planner's state, the run marked as published, being answered, and answered. */
export const WAVE_WRITES = 5;
/** Of a dispatch: the planner's state, the open run, and the callback's look at it. */
export const DISPATCH_READS = 3;

/** Of workflows/pipeline.yaml: what it does once a day, and for each dispatch. */
export const DAY_STEPS = 25;
export const DISPATCH_STEPS = 10;

/** Seconds that a dispatch, the indexer and the reconciler keep a function of the smallest tier busy. */
export const DISPATCH_SECONDS = 1;

/** Pub/Sub counts each request as at least so many bytes: a message is published once and delivered once. */
const MESSAGE_BYTES = 2 * 1_000;

export function estimate(request: EstimateRequest): Estimate {
  const { prices } = request;
  const expect = expectations(request.plan.request.state);
  const { computations, running, saved, books, tasksOfPass } = ofComputations(request, expect);
  const waves = [...tasksOfPass.values()].reduce((all, tasks) => all + Math.ceil(tasks / MAX_TASKS_A_WAVE), 0);
  const planned = {
    certain: sum(...computations.map(({ certain }) => certain)),
    conditional: sum(...computations.map(({ conditional }) => conditional)),
    pipeline: costOfPipeline({
      // One for each wave, and one that finds nothing left.
      dispatches: waves + 1,
      waves,
      books: books.size,
      beside: besideOf(request, waves, books.size),
      prices,
      memoryMB: request.tiers[0].memoryMB,
    }),
    watch: costOfWatch(request),
  };
  const most = mostOf({
    running: withReloaded(running, request, expect),
    around: aroundOf(request),
    lanes: request.lanes ?? MAX_TASKS_A_WAVE,
    audits: auditsOf(request, running, saved),
    watch: planned.watch,
    planned: sum(...Object.values(planned)),
    pipeline: planned.pipeline,
    prices,
    memoryMB: request.tiers[0].memoryMB,
  });
  return { computations, ...planned, most, saved };
}

/** Row by row, with what the day itself costs by. */
function ofComputations(request: EstimateRequest, expect: ReturnType<typeof expectations>) {
  const { plan, prices } = request;
  const { manifest, state } = plan.request;
  const selected = new Set(request.computations);
  const books = new Set<string>();
  const tasksOfPass = new Map<number, number>();
  const computations: ComputationEstimate[] = [];
  const running: Running[] = [];
  const counts = countsOf(plan, selected);
  const saved = { unchanged: NOTHING, cutOff: NOTHING, stable: NOTHING };
  for (const computation of manifest.computations) {
    const { name, pass } = computation;
    if (!selected.has(name)) continue;
    const typical = expect(computation);
    const tier = request.tierOf(name);
    const { memoryMB } = tierNamed(request.tiers, tier);
    const { fresh, again, maybe, years } = counts.get(name) ?? NO_CELLS;
    const lanes = lanesOf(computation, counts, request);
    // What no cell of this run makes is not remembered by its workers.
    const cold = computation.needs.filter((need) => !isSeed(need) && isAtRest(need, computation, counts)).length;
    const like = { ...typical, reads: Math.max(typical.reads, cold) };
    const costOf = (cells: number, replaced: number, expected = typical): Cost =>
      costOfCells({ cells, again: replaced, typical: expected, prices, memoryMB, lanes });
    for (const { outcome, why, days } of plan.stretches(name)) {
      const count = dayCount(days);
      if (outcome === 'STABLE') saved.stable = sum(saved.stable, costOf(count, count));
      else if (why === 'EARLY_CUTOFF') saved.cutOff = sum(saved.cutOff, costOf(count, count));
      else if (outcome === 'SKIP') saved.unchanged = sum(saved.unchanged, costOf(count, count));
      if (outcome === 'RUN' || (outcome === 'RERUN' && why !== 'UPSTREAM_RUNS'))
        for (const year of yearsOf(days)) books.add(`${name} ${year}`);
    }
    if (fresh + again + maybe === 0) continue;
    running.push({ computation, cells: fresh + again + maybe, again: again + maybe, typical, memoryMB, books: years });
    const certain = costOf(fresh + again, again, like);
    tasksOfPass.set(pass, (tasksOfPass.get(pass) ?? 0) + certain.tasks);
    computations.push({
      computation: name,
      tier,
      guess: state.standings.get(name)?.typical === undefined,
      certain,
      conditional: costOf(maybe, maybe, like),
    });
  }
  return { computations, running, saved, books, tasksOfPass };
}

const aroundOf = ({ plan, loading, changed = 0 }: EstimateRequest): Surroundings => {
  const { manifest, from, to } = plan.request;
  return {
    computations: manifest.computations.length,
    datasets: manifest.datasets.length,
    days: toOrdinal(to) - toOrdinal(from) + 1,
    changed,
    loading: loading ?? { days: 0, datasets: 0, again: [], againDays: 0 },
  };
};

/** Of what a cutoff or a proof may spare. */
function auditsOf(
  { audit }: EstimateRequest,
  running: readonly Running[],
  { cutOff, stable }: Estimate['saved'],
): number {
  if (audit === undefined) return 0;
  const spared = cutOff.cells + stable.cells + running.reduce((all, { cells }) => all + cells, 0);
  return Math.min(audit.most, Math.ceil(spared * audit.share) + running.length);
}

/** Each may be a task of its own. */
function costOfWatch({ plan, prices, tierOf, tiers, watched = [] }: EstimateRequest): Cost {
  if (watched.length === 0) return NOTHING;
  const cells = watched.map(({ computation }) => {
    const memoryMB = tierNamed(tiers, tierOf(computation)).memoryMB;
    const shadow = shadowOf(plan, computation);
    return { ...costOfCells({ cells: 1, again: 0, typical: shadow, prices, memoryMB }), deletes: 0 };
  });
  // Its own book, and those that the hashes of its inputs are in: of one year each, or of one dataset.
  const books = new Set(
    watched.flatMap(({ computation, date }) => {
      const needs = computationIn(plan.request.manifest, computation)?.needs ?? [];
      const read = needs.map((need) => ('of' in need ? need.of : computation));
      return [computation, ...read].map((name) => `${name} ${date.slice(0, 4)}`);
    }),
  );
  const wave = {
    ...NOTHING,
    reads: DISPATCH_READS + books.size,
    writes: WAVE_WRITES,
    seconds: DISPATCH_SECONDS,
  };
  const { internalStep, externalStep } = prices.workflows;
  const steps = DISPATCH_STEPS * internalStep + externalStep;
  return sum(...cells, { ...wave, dollars: dollarsOf(wave, 1, tiers[0].memoryMB, prices) + steps });
}

interface CellsRequest {
  readonly cells: number;
  /** How many of them replace a result, whose shards are then deleted. */
  readonly again: number;
  readonly typical: Expected;
  readonly prices: PriceTable;
  readonly memoryMB: number;
  /** Tasks that they are spread over. */
  readonly lanes?: number | undefined;
}

function costOfCells({ cells, again, typical, prices, memoryMB, lanes }: CellsRequest): Cost {
  const spread = lanes === undefined ? cells * typical.tasks : Math.max(Math.min(cells, lanes), cells / MAX_TASK_CELLS);
  const tasks = Math.ceil(spread);
  const seconds = cells * typical.seconds;
  const usage = {
    cells,
    tasks,
    reads: Math.round(cells * typical.reads) + tasks * TASK_READS,
    writes: Math.round(cells * typical.writes) + tasks * TASK_WRITES,
    deletes: Math.round(again * (typical.writes - 1)),
    seconds,
  };
  const messages = (tasks * MESSAGE_BYTES * prices.pubsub.tebibyte) / 2 ** 40;
  return { ...usage, dollars: dollarsOf(usage, tasks, memoryMB, prices) + messages };
}

/** What a day's indexer, preflight and reconciler read and write, and the command that shows the run; nothing that is not said to be asked. */
function besideOf(request: EstimateRequest, waves: number, books: number): Pick<Cost, 'reads' | 'writes'> {
  const { changed, loading } = request;
  if (changed === undefined || loading === undefined) return { reads: 0, writes: 0 };
  const { computations, datasets } = aroundOf(request);
  const index = 1 + 2 * datasets + computations;
  const preflight = 7 + 2 * changed;
  const command = 4 + datasets + (waves > 0 ? 1 + books : 0);
  const reconcile = waves > 0 ? 3 : 0;
  return {
    reads: index + preflight + command + reconcile + loading.days + 2 * loading.datasets,
    writes: (changed > 0 ? 1 + changed : 0) + (waves > 0 ? 1 : 0) + loading.days + 2 * loading.datasets,
  };
}

interface PipelineRequest {
  readonly dispatches: number;
  readonly waves: number;
  readonly books: number;
  readonly beside: Pick<Cost, 'reads' | 'writes'>;
  readonly prices: PriceTable;
  readonly memoryMB: number;
}

function costOfPipeline({ dispatches, waves, books, beside, prices, memoryMB }: PipelineRequest): Cost {
  /** The indexer, the dispatches, and the reconciler when something ran. */
  const requests = 1 + dispatches + (waves > 0 ? 1 : 0);
  const usage = {
    cells: 0,
    tasks: 0,
    reads: dispatches * DISPATCH_READS + books + beside.reads,
    // A computation's book of a year is written by the fold after its wave.
    writes: waves * WAVE_WRITES + books + beside.writes,
    deletes: 0,
    seconds: requests * DISPATCH_SECONDS,
  };
  const { internalStep, externalStep } = prices.workflows;
  const steps = (DAY_STEPS + dispatches * DISPATCH_STEPS) * internalStep + waves * externalStep;
  return { ...usage, dollars: dollarsOf(usage, requests, memoryMB, prices) + steps };
}
