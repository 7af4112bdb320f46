/** Index: writes down which days of root data are there and whole, with their content hashes; planning reads nothing else of it. */
import { RetryableError } from '../../../errors.ts';
import type { MissingData } from '../../model/completeness.ts';
import type { Day } from '../../../values/date.ts';
import type { Hash } from '../../../values/hash.ts';
import {
  dayCount,
  type DaySet,
  daySetOfDays,
  daysOfSet,
  describeDays,
  NO_DAYS,
  subtract,
} from '../../planning/day-set.ts';
import { missingData } from '../../planning/missing-data.ts';
import { afterDataChanged, afterLooking, NO_DATASET } from '../../planning/standing.ts';
import { lostResults, withLost } from '../dispatch/lost-results.ts';
import type { Cells } from '../../ports/cells.ts';
import type { Planning, PlanningChange, PlanningSnapshot } from '../../ports/planning.ts';
import type { KnownDays, RootDataLook, RootDay } from '../../ports/root-data.ts';
import type { Log } from '../../../process/ports.ts';
import { indexFiles, type IndexFilesPorts } from './index-files.ts';
import { lookAtRootData, rootDataChanges, type RootDataPorts, waitingDays } from './root-data-changes.ts';

/** Waiting days of a dataset that an answer names, the newest: it travels through the workflow, whose memory is small. */
const NAMED_WAITING_DAYS = 20;

export interface IndexPorts extends RootDataPorts, Pick<IndexFilesPorts, 'files' | 'newId'> {
  readonly planning: Planning;
  readonly cells: Pick<Cells, 'countMade' | 'daysMade'>;
  readonly log: Log;
  /** Days of datasets that one commit writes; `DAYS_A_COMMIT` when absent. */
  readonly daysACommit?: number;
}

/** At 30 bytes a day, if nothing of it could be packed, far from the 10 MiB that Firestore takes at once. */
const DAYS_A_COMMIT = 150_000;

export interface IndexReport {
  readonly passes: number;
  /** Days that opened, closed or changed, by dataset. */
  readonly changed: Readonly<Record<string, number>>;
  /** Days that are there and not whole, with what they lack, by dataset: the newest, ascending. */
  readonly waiting: Readonly<
    Record<string, readonly { readonly date: Day; readonly missing: readonly MissingData[] }[]>
  >;
  /** All such days, by dataset. */
  readonly waitingDays: Readonly<Record<string, number>>;
  /** Days through the target that should have data and have none, by dataset: the newest, ascending. */
  readonly missing: Readonly<Record<string, readonly Day[]>>;
  /** Days that are gone from the store, by dataset: what reads them waits until they are loaded again. */
  readonly lost: Readonly<Record<string, readonly Day[]>>;
  /** Of datasets whose files could not be listed, in words; what was known of them stays, and the others are indexed. */
  readonly trouble: string | null;
}

/**
 * A date opens when its data is whole; one that was open and is loaded again without being whole closes, since its readers
 * must not run on half a day. `target`: the night's day, through which data is expected.
 * @throws {RetryableError} CONTENTION when a dispatcher, or another indexer, writes at the same time; UNAVAILABLE
 */
export async function indexRootData(ports: IndexPorts, target?: Day): Promise<IndexReport> {
  const refused = await indexFiles(ports);
  const trouble =
    refused.length === 0 ? null : refused.map(({ dataset, error }) => `${dataset}: ${error.message}`).join(' ');
  const first = await lookAtRootData(ports, 1);
  const { datasets } = ports.manifest;
  const snapshot = await ports.planning.load();
  const doubts = await lookAtDoubts(snapshot, ports);
  const lost = await lostResults(snapshot, ports);
  if (first.isQuiet && doubts.size === 0 && lost.size === 0)
    return report(ports, {
      target,
      changed: {},
      known: new Map(datasets.map(({ name }) => [name, first.of(name).known])),
      doubts,
      trouble,
    });
  // After the plan was loaded: of two indexers, the one whose commit is taken has seen the newer data.
  const look = withDoubted(await lookAtRootData(ports), doubts);
  const { opened, known, seen } = await rootDataChanges(look, ports);
  await ports.planning.fetch(snapshot, { books: new Set(), data: new Set(opened.keys()) });
  const { change, changed } = planningChange(snapshot, opened, look, doubts);
  const standings = withLost(snapshot.standings, lost, snapshot.sequence + 1);
  for (const [name, days] of lost)
    ports.log.warn(
      { event: 'results.lost', computation: name, days: daysOfSet(days) },
      `${dayCount(days)} results of ${name} are gone from the store, the first of ${daysOfSet(days)[0]}: they are made again`,
    );
  const isNews = Object.keys(changed).length > 0 || doubts.size > 0 || lost.size > 0;
  if (isNews) await commitInParts(snapshot, { ...change, standings }, ports);
  const marked = await look.markSeen(new Map(seen.map((name) => [name, known.get(name) ?? new Map()])));
  if (!marked) throw contention('another indexer was at work');
  return report(ports, { target, changed, known, doubts, trouble });
}

/**
 * Dataset by dataset where their days are many, and all else with the last of them: whoever dies in between has indexed the first ones.
 * @throws {RetryableError} CONTENTION
 */
async function commitInParts(
  first: PlanningSnapshot,
  change: Required<Pick<PlanningChange, 'data' | 'datasets' | 'standings'>>,
  { planning, daysACommit = DAYS_A_COMMIT }: Pick<IndexPorts, 'planning' | 'daysACommit'>,
): Promise<void> {
  let snapshot = first;
  let data = new Map<string, ReadonlyMap<Day, Hash>>();
  let days = 0;
  const datasets = new Map(snapshot.datasets);
  for (const [name, hashes] of change.data) {
    if (data.size > 0 && days + hashes.size > daysACommit) {
      if (!(await planning.commit(snapshot, { data, datasets }))) throw overtaken();
      const { sequence } = snapshot;
      snapshot = await planning.load();
      // What was looked at may be older than what another indexer has written.
      if (snapshot.sequence !== sequence + 1) throw overtaken();
      [data, days] = [new Map(), 0];
    }
    data.set(name, hashes);
    datasets.set(name, change.datasets.get(name) ?? NO_DATASET);
    days += hashes.size;
  }
  if (!(await planning.commit(snapshot, { ...change, data }))) throw overtaken();
}

const overtaken = (): RetryableError => contention('a dispatcher changed the plan');

interface Doubt {
  readonly found: readonly RootDay[];
  readonly lost: DaySet;
}

/** By dataset, the days that a worker found gone, or other than they were indexed. */
async function lookAtDoubts(snapshot: PlanningSnapshot, { rootData }: IndexPorts): Promise<Map<string, Doubt>> {
  const doubts = new Map<string, Doubt>();
  for (const [name, { doubted = NO_DAYS }] of snapshot.datasets) {
    if (doubted.length === 0) continue;
    const found = await rootData.inspect(name, daysOfSet(doubted));
    doubts.set(name, { found, lost: subtract(doubted, daySetOfDays(found.map(({ date }) => date))) });
  }
  return doubts;
}

const withDoubted = (look: RootDataLook, doubts: ReadonlyMap<string, Doubt>): RootDataLook => ({
  ...look,
  of(name) {
    const seen = look.of(name);
    const { found = [] } = doubts.get(name) ?? {};
    const others = seen.days.filter(({ date }) => !found.some((day) => day.date === date));
    return { ...seen, days: [...others, ...found] };
  },
});

/** Of the days that were looked at anew, those whose content, or openness, is another than the plan's. */
function planningChange(
  snapshot: PlanningSnapshot,
  opened: ReadonlyMap<string, ReadonlyMap<Day, Hash | undefined>>,
  look: Pick<RootDataLook, 'of'>,
  doubts: ReadonlyMap<string, Doubt>,
): { change: Required<Pick<PlanningChange, 'data' | 'datasets'>>; changed: Record<string, number> } {
  const changed: Record<string, number> = {};
  const data = new Map<string, ReadonlyMap<Day, Hash>>();
  const datasets = new Map(snapshot.datasets);
  for (const [name, days] of opened) {
    const hashes = new Map(snapshot.books.data.get(name));
    const different = [...days].filter(([date, hash]) => hashes.get(date) !== hash);
    if (different.length === 0) continue;
    for (const [date, hash] of different) {
      if (hash === undefined) hashes.delete(date);
      else hashes.set(date, hash);
    }
    data.set(name, hashes);
    const counts = new Map(look.of(name).days.map(({ date, count }) => [date, count]));
    const there = new Map(
      different.map(([date, hash]) => [date, { there: hash !== undefined, count: counts.get(date) }]),
    );
    datasets.set(name, afterDataChanged(datasets.get(name) ?? NO_DATASET, there, snapshot.sequence + 1));
    changed[name] = different.length;
  }
  for (const [name, { lost }] of doubts)
    datasets.set(name, afterLooking(datasets.get(name) ?? NO_DATASET, lost, snapshot.sequence + 1));
  return { change: { data, datasets }, changed };
}

interface Indexed {
  readonly target: Day | undefined;
  readonly changed: IndexReport['changed'];
  readonly known: ReadonlyMap<string, KnownDays>;
  readonly doubts: ReadonlyMap<string, Doubt>;
  readonly trouble: string | null;
}

/** A night without its data is as bad as one that failed, and nothing else would say so. */
function tellMissing({ manifest, log }: IndexPorts, { target, known }: Indexed): IndexReport['missing'] {
  const missing: Record<string, readonly Day[]> = {};
  if (target === undefined) return missing;
  for (const { name, expected } of manifest.datasets) {
    const days = missingData(expected, daySetOfDays(known.get(name)?.keys() ?? []), target);
    if (days.length === 0) continue;
    missing[name] = daysOfSet(days).slice(-NAMED_WAITING_DAYS);
    log.warn(
      { event: 'data.missing', dataset: name, days: missing[name] },
      `${name} has no data on ${describeDays(days)}, which it should have`,
    );
  }
  return missing;
}

function report(ports: IndexPorts, indexed: Indexed): IndexReport {
  const { manifest, log } = ports;
  const { changed, known, doubts } = indexed;
  const lost = Object.fromEntries(
    [...doubts].flatMap(([name, doubt]) => (doubt.lost.length > 0 ? [[name, daysOfSet(doubt.lost)]] : [])),
  );
  for (const [name, days] of Object.entries(lost))
    log.error(
      { event: 'data.lost', dataset: name, days },
      `the data of ${name} on ${days.join(', ')} is gone from the store: load it again with daymill load ${name} FILE, or run where its bundled file is; what reads it waits`,
    );
  const waiting = [...known]
    .map(([name, days]) => ({ name, days: waitingDays(days) }))
    .filter(({ days }) => days.length > 0);
  const counts = Object.fromEntries(waiting.map(({ name, days }) => [name, days.length]));
  const notWhole = waiting.length > 0 ? `; not whole yet: ${inWords(counts)}` : '';
  log.info({ event: 'indexed', changed, waitingDays: counts }, `indexed: ${inWords(changed)}${notWhole}`);
  return {
    passes: manifest.passes,
    changed,
    waiting: Object.fromEntries(waiting.map(({ name, days }) => [name, days.slice(-NAMED_WAITING_DAYS)])),
    waitingDays: counts,
    missing: tellMissing(ports, indexed),
    lost,
    trouble: indexed.trouble,
  };
}

const inWords = (days: Readonly<Record<string, number>>): string =>
  Object.entries(days)
    .map(([name, count]) => `${count} days of ${name}`)
    .join(', ') || 'nothing new';

const contention = (what: string): RetryableError =>
  new RetryableError('CONTENTION', `${what} while root data was being indexed; index again`);
