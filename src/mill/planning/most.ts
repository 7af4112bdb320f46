/**
 * What a run may take at most: all that may run does, no worker remembers anything, and what every run does beside its cells is counted
 * in the steps' code. It holds while nothing fails, and no cell takes longer than `SLOWER` times what cells of its computation took. Pure.
 */
import type { PriceTable } from '../model/price-table.ts';
import { isChained, type ManifestComputation } from '../model/manifest.ts';
import { HEARTBEAT_SECONDS } from '../lifecycle/limits.ts';
import { type Cost, dollarsOf, NOTHING, sum } from './cost.ts';
import type { Expected } from './expected.ts';
import { MAX_CHAIN_DAYS, MAX_TASK_CELLS } from './make-tasks.ts';

/** Of a busy machine: what cells took on a quiet one. */
export const SLOWER = 4;

/** What a run loads first. */
export interface Loading {
  /** Days that were not loaded yet, of so many datasets. */
  readonly days: number;
  readonly datasets: number;
  /** Datasets whose file has changed, with the days that are looked at again: which of them are others is not known before. */
  readonly again: readonly string[];
  readonly againDays: number;
}

/** What a run does whatever runs in it. */
export interface Surroundings {
  /** Of the manifest. */
  readonly computations: number;
  readonly datasets: number;
  readonly days: number;
  /** Whose code the registry does not know. */
  readonly changed: number;
  readonly loading: Loading;
}

/** Cells of a computation that run, or may. */
export interface Running {
  readonly computation: ManifestComputation;
  readonly cells: number;
  /** Of them, those that replace a result. */
  readonly again: number;
  readonly typical: Expected;
  readonly memoryMB: number;
  /** Years of its days: a book each. */
  readonly books: number;
}

export interface MostRequest {
  readonly running: readonly Running[];
  readonly around: Surroundings;
  /** Tasks that a wave is spread over. */
  readonly lanes: number;
  /** Skipped cells that are made again in shadow at most. */
  readonly audits: number;
  readonly watch: Cost;
  /** What is planned: the most is no less. */
  readonly planned: Cost;
  /** Of the workflow, its steps among it. */
  readonly pipeline: Pick<Cost, 'dollars'>;
  readonly prices: PriceTable;
  readonly memoryMB: number;
}

/** Of a task: its claim, the count of its run in a transaction that others make retry, and the folds that take it in, before and after it ended. */
const TASK_READS = 8;
/** Of a task: made, claimed, halved or handed back, ended, counted. */
const TASK_WRITES = 6;
/** Of a wave: state, run, books of what is asked, memory; and the dispatch that finds it done. */
const WAVE_READS = 12;
const WAVE_WRITES = 9;
/** Shadows are read for with all of their inputs, and their stored result. */
const AUDIT_READS = 2;
/** Asked for before the run and in it: the registry's index, the planner's state. */
const PREFLIGHT_READS = 14;
/** The registry's document of a computation, and its index, each looked at and written. */
const CHANGED_READS = 3;
const CHANGED_WRITES = 3;
/** The reconciler, its report, and the commands' own looks at the state and the ledger. */
const MENDING_READS = 24;
const MENDING_WRITES = 6;
/** Of a day that is loaded: what is there, and its mark; the day, its shards' registry and its mark. */
const LOAD_READS = 3;
const LOAD_WRITES = 3;
/** Entries of an index that count as one read: https://firebase.google.com/docs/firestore/pricing#aggregation_queries */
const COUNTED_A_READ = 1_000;

export function mostOf(request: MostRequest): Cost {
  const { running, audits, watch } = request;
  const passes = Map.groupBy(running, ({ computation }) => computation.pass);
  const cells = sum(...[...passes.values()].map((ofPass) => costOfPass(ofPass, request)));
  const shadow = running.map(({ computation, typical }) => inputsOf(computation, typical) + windowOf(computation));
  const audited = {
    ...NOTHING,
    tasks: audits,
    reads: Math.ceil(audits * (Math.max(0, ...shadow) + TASK_READS + AUDIT_READS)),
    writes: audits * TASK_WRITES,
  };
  const usage = sum(cells, audited, around(request, passes.size));
  const requests = usage.tasks + 4 * (passes.size + 2);
  // Twice the dispatches, and so twice the workflow's steps.
  const dollars = dollarsOf(usage, requests, largestOf(request), request.prices) + 2 * request.pipeline.dollars;
  return noLess(sum(usage, { ...NOTHING, dollars }, watch), request.planned);
}

const noLess = (bound: Cost, planned: Cost): Cost =>
  Object.fromEntries(
    Object.entries(bound).map(([measure, most]) => [measure, Math.max(most, planned[measure as keyof Cost])]),
  ) as Cost;

/** A wave of it, and one more for what it leaves. */
function costOfPass(running: readonly Running[], { lanes }: MostRequest): Cost {
  const chains = running.filter(({ computation }) => isChained(computation));
  const others = running.filter(({ computation }) => !isChained(computation));
  const total = others.reduce((all, { cells }) => all + cells, 0);
  const tasks =
    chains.reduce((all, { cells }) => all + Math.ceil(cells / MAX_CHAIN_DAYS) + 1, 0) +
    2 * Math.max(Math.min(lanes, total), Math.ceil(total / MAX_TASK_CELLS));
  const books = running.reduce((all, one) => all + one.books, 0);
  const seconds = SLOWER * running.reduce((all, { cells, typical }) => all + cells * typical.seconds, 0);
  const sumOf = (of: (one: Running) => number): number => Math.ceil(running.reduce((all, one) => all + of(one), 0));
  const windows = sumOf(({ computation, cells }) => Math.min(cells, tasks) * windowOf(computation));
  return {
    ...NOTHING,
    cells: sumOf((one) => one.cells),
    tasks,
    reads:
      sumOf(({ computation, cells, typical }) => cells * inputsOf(computation, typical)) +
      windows +
      tasks * TASK_READS +
      2 * WAVE_READS +
      5 * books,
    writes:
      sumOf(({ cells, typical }) => cells * Math.max(1, typical.writes)) +
      tasks * TASK_WRITES +
      Math.ceil(seconds / HEARTBEAT_SECONDS) +
      2 * WAVE_WRITES +
      2 * books,
    deletes: sumOf(({ again, typical }) => again * Math.max(0, typical.writes - 1)),
    seconds,
  };
}

function around({ around: { computations, datasets, days, changed, loading } }: MostRequest, passes: number): Cost {
  const indexed = 1 + 4 * datasets + computations * Math.max(1, Math.ceil(days / COUNTED_A_READ));
  return {
    ...NOTHING,
    reads:
      indexed +
      PREFLIGHT_READS +
      changed * CHANGED_READS +
      MENDING_READS +
      2 * passes +
      (loading.days + loading.againDays) * LOAD_READS +
      (loading.datasets + loading.again.length) * 4,
    writes:
      changed * CHANGED_WRITES +
      MENDING_WRITES +
      (loading.days + loading.againDays) * LOAD_WRITES +
      (loading.datasets + loading.again.length) * 4,
    // The indexer, the preflight, the dispatches and the reconciler.
    seconds: 4 + 2 * passes,
  };
}

/** Documents of one cell: what cells took, and of each need one that no worker remembers. */
const inputsOf = ({ needs }: ManifestComputation, { reads }: Expected): number => Math.max(reads, needs.length) + 1;

/** Days of its windows, which a worker reads whole that remembers none of them. */
const windowOf = ({ needs }: ManifestComputation): number =>
  needs.reduce((days, need) => days + ('days' in need ? need.days : 0), 0);

const largestOf = ({ running, memoryMB }: MostRequest): number =>
  Math.max(memoryMB, ...running.map((one) => one.memoryMB));
