/** The state as it will be once the bundled files and generators are loaded, so that a plan made before that is true. */
import { z } from 'zod';
import { Day, toOrdinal } from '../../values/date.ts';
import { survey, type Survey } from '../steps/dispatch/survey.ts';
import { type Hash } from '../../values/hash.ts';
import { daySetOfDays, daysOfSet, hasDay, NO_DAYS, unite } from '../planning/day-set.ts';
import { missingData } from '../planning/missing-data.ts';
import { afterDataChanged, NO_DATASET } from '../planning/standing.ts';
import type { PlanningState } from '../planning/state.ts';
import { daysLoadedOtherwise, type LoadedOtherwise } from './loaded-otherwise.ts';
import {
  bundledSources,
  type BundledSourcesPorts,
  daysInRange,
  isLoaded,
  type LoadRange,
  loadRanges,
  type SourceDaysPorts,
} from '../steps/load/bundled-sources.ts';
import type { Files } from '../ports/files.ts';
import type { RootData } from '../ports/root-data.ts';
import {
  type ComputationVerdict,
  equivalenceClasses,
  preflight,
  type PreflightPorts,
  type PreflightReport,
} from '../steps/prove/preflight.ts';
import { filesChanges } from '../steps/load/index-files.ts';
import { lookAtRootData, type RootDataChanges, rootDataChanges, waitingDays } from '../steps/load/root-data-changes.ts';
import { UserError } from '../../errors.ts';

/** Stands for the hash of a day that is in its file, or will be generated, and was not loaded yet. */
const NOT_LOADED = 'not loaded yet';

const NO_VERDICTS = {
  equivalents: new Map<string, readonly Hash[]>(),
  verdicts: [],
  remade: { cells: 0, reads: 0 },
};

export const PendingLoad = z.object({
  dataset: z.string(),
  days: z.number(),
  first: Day,
  last: Day,
  from: z.enum(['file', 'generator']),
  /** The file or the generator is another than before: days that were loaded are read again, and what their content will be is not known. */
  again: z.boolean(),
});
export type PendingLoad = z.infer<typeof PendingLoad>;

/** Days of a dataset that should have data, and have none. */
export const MissingDays = z.object({ dataset: z.string(), days: z.array(Day).readonly() });
export type MissingDays = z.infer<typeof MissingDays>;

/** A grid: from its first day to the target, both included. */
export interface Days {
  readonly date: Day;
  readonly from: Day;
}

export interface ForeseePorts extends PreflightPorts, BundledSourcesPorts, SourceDaysPorts {
  readonly rootData: RootData;
  readonly files: Files;
  /** Whether changed code is run on fabricated days. */
  readonly simulate: boolean;
}

export interface Foresight extends Survey {
  /** What the plan was made of, from what is stored. */
  readonly foreseen: (state: PlanningState) => PlanningState;
  /** What `daymill run` loads first. */
  readonly loads: readonly PendingLoad[];
  readonly ranges: readonly LoadRange[];
  /** What people must load again by hand. */
  readonly loadedOtherwise: () => Promise<readonly LoadedOtherwise[]>;
  /** By computation: whether its code as it is now was proven to do what older code did. */
  readonly verdicts: ReadonlyMap<string, ComputationVerdict>;
  /** Stored cells that were made again to try new proofs, and documents read for it. */
  readonly remade: PreflightReport['remade'];
  readonly missing: readonly MissingDays[];
  /** By dataset: days that are there, and closed because they are not whole. */
  readonly waiting: ReadonlyMap<string, ReturnType<typeof waitingDays>>;
}

export interface ForeseeOptions {
  /** False: changed code is not run on fabricated days, and what the planner was told last of proofs holds. */
  readonly simulate?: boolean;
}

/** Days that a file has are read from the file, not guessed from its ends. */
export async function foresee(
  { date, from }: Days,
  ports: ForeseePorts,
  { simulate = ports.simulate }: ForeseeOptions = {},
): Promise<Foresight> {
  const ranges = await loadRanges(await bundledSources(ports), date, ports.rootData);
  const pending: PendingRange[] = [];
  for (const range of ranges) pending.push({ range, days: await daysIn(range, ports) });
  const { known: there, coming } = await notIndexed(ports);
  const snapshot = await ports.planning.load();
  addNotLoaded(coming, pending, snapshot.datasets);
  const {
    equivalents: proven,
    verdicts,
    remade,
  } = simulate ? await preflight(ports, { register: false }) : NO_VERDICTS;
  const equivalents = simulate || !ports.simulate ? equivalenceClasses(proven, ports.manifest.computations) : undefined;
  const foreseen = (state: PlanningState): PlanningState => ({
    ...withComing(state, coming),
    ...(equivalents === undefined ? {} : { equivalents }),
  });
  const surveyed = await survey({ from, to: date, foreseen }, ports, snapshot);
  const { datasets } = surveyed.plan.request.state;
  const waiting = new Map([...there].map(([name, days]) => [name, waitingDays(days)]));
  const missing = ports.manifest.datasets.flatMap(({ name, expected }): MissingDays[] => {
    const notWhole = daySetOfDays((waiting.get(name) ?? []).map((day) => day.date));
    const days = missingData(expected, unite(datasets.get(name)?.days ?? NO_DAYS, notWhole), date);
    return days.length === 0 ? [] : [{ dataset: name, days: daysOfSet(days) }];
  });
  return {
    ...surveyed,
    missing,
    foreseen,
    ranges,
    loadedOtherwise: () => daysLoadedOtherwise(ports.manifest, ports.rootData),
    remade,
    verdicts: new Map(verdicts.map((verdict) => [verdict.computation, verdict])),
    waiting,
    loads: pending.flatMap(pendingLoad),
  };
}

interface PendingRange {
  readonly range: LoadRange;
  readonly days: readonly Day[];
}

function pendingLoad({ range, days }: PendingRange): PendingLoad[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const from = 'kind' in range.source ? 'generator' : 'file';
  return [{ dataset: range.dataset.name, days: days.length, first, last, from, again: range.changed }];
}

/** By dataset: hashes of days that will be indexed, undefined where a day goes. */
type Coming = Map<string, Map<Day, Hash | undefined>>;

/** What was loaded by a run that was stopped before it indexed, and files that changed where they lie. */
async function notIndexed(
  ports: ForeseePorts,
): Promise<{ readonly known: RootDataChanges['known']; readonly coming: Coming }> {
  const { opened, known } = await rootDataChanges(await lookAtRootData(ports), ports);
  const coming: Coming = new Map([...opened].map(([name, days]) => [name, new Map(days)]));
  const { changes, refused } = await filesChanges(ports);
  for (const { dataset, error } of refused)
    throw new UserError(error.code, `${dataset}: ${error.message}`, { cause: error });
  for (const { dataset, written, gone } of changes) {
    const its = daysOf(coming, dataset);
    for (const [day, { hash }] of written) its.set(day, hash);
    for (const day of gone) its.set(day, undefined);
  }
  return { known, coming };
}

function addNotLoaded(coming: Coming, pending: readonly PendingRange[], datasets: PlanningState['datasets']): void {
  for (const { range, days } of pending) {
    const { name } = range.dataset;
    const known = datasets.get(name)?.days ?? NO_DAYS;
    const its = daysOf(coming, name);
    for (const day of days) if (!its.has(day) && !hasDay(known, toOrdinal(day))) its.set(day, NOT_LOADED);
  }
}

function daysOf(coming: Coming, dataset: string): Map<Day, Hash | undefined> {
  const its = coming.get(dataset) ?? new Map<Day, Hash | undefined>();
  coming.set(dataset, its);
  return its;
}

function withComing(state: PlanningState, coming: Coming): PlanningState {
  const datasets = new Map(state.datasets);
  for (const [name, days] of coming) {
    const there = new Map([...days].map(([day, hash]) => [day, { there: hash !== undefined }]));
    datasets.set(name, afterDataChanged(datasets.get(name) ?? NO_DATASET, there, state.sequence + 1));
  }
  const data = new Map(
    [...coming].map(([name, days]) => [
      name,
      new Map([...days].filter((day): day is [Day, Hash] => day[1] !== undefined)),
    ]),
  );
  return { ...state, datasets, shelf: state.shelf.under({ data }) };
}

const daysIn = async (range: LoadRange, ports: SourceDaysPorts): Promise<Day[]> =>
  isLoaded(range) ? [] : daysInRange(range, ports);

/** What is still to be loaded, for people. */
export const describeLoad = ({ dataset, days, first, last, from, again }: PendingLoad): string =>
  again
    ? `${from === 'file' ? `The file of ${dataset}, or what reads it,` : `The generator of ${dataset}`} has changed since it was loaded: its ${days} days (${first} … ${last}) are loaded again first, ` +
      'and what reads a day with other content will run again too.'
    : `${days} ${days === 1 ? 'day' : 'days'} of ${dataset} (${first} … ${last}) ${days === 1 ? 'is' : 'are'} ${from === 'file' ? 'in the file and not loaded yet' : 'still to be generated'}: ${days === 1 ? 'it' : 'they'} will be loaded first.`;
