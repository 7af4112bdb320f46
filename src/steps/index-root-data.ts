/** Index: writes down which days of root data are there and whole, with their content hashes; planning reads nothing else of it. */
import { RetryableError } from '../errors.ts';
import type { MissingData } from '../model/completeness.ts';
import type { Day } from '../model/date.ts';
import type { Hash } from '../model/hash.ts';
import { afterDataChanged, NO_DATASET } from '../planning/standing.ts';
import type { KnownDays, Log, Planning, PlanningChange, PlanningSnapshot, RootDataLook } from './ports.ts';
import { lookAtRootData, rootDataChanges, type RootDataPorts, waitingDays } from './root-data-changes.ts';

/** Waiting days of a dataset that an answer names, the newest: it travels through the workflow, whose memory is small. */
const NAMED_WAITING_DAYS = 20;

export interface IndexPorts extends RootDataPorts {
  readonly planning: Planning;
  readonly log: Log;
}

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
}

/**
 * A date opens when its data is whole; one that was open and is loaded again without being whole closes, since its readers
 * must not run on half a day.
 * @throws {RetryableError} CONTENTION when a dispatcher, or another indexer, writes at the same time.
 */
export async function indexRootData(ports: IndexPorts): Promise<IndexReport> {
  const first = await lookAtRootData(ports, 1);
  const { datasets } = ports.manifest;
  if (first.isQuiet) return report(ports, {}, new Map(datasets.map(({ name }) => [name, first.of(name).known])));
  const snapshot = await ports.planning.load();
  // After the plan was loaded: of two indexers, the one whose commit is taken has seen the newer data.
  const look = await lookAtRootData(ports);
  const { opened, known, seen } = await rootDataChanges(look, ports);
  await ports.planning.fetch(snapshot, { books: new Set(), data: new Set(opened.keys()) });
  const { change, changed } = planningChange(snapshot, opened, look);
  if (Object.keys(changed).length > 0 && !(await ports.planning.commit(snapshot, change)))
    throw contention('a dispatcher changed the plan');
  const marked = await look.markSeen(new Map(seen.map((name) => [name, known.get(name) ?? new Map()])));
  if (!marked) throw contention('another indexer was at work');
  return report(ports, changed, known);
}

/** Of the days that were looked at anew, those whose content, or openness, is another than the plan's. */
function planningChange(
  snapshot: PlanningSnapshot,
  opened: ReadonlyMap<string, ReadonlyMap<Day, Hash | undefined>>,
  look: Pick<RootDataLook, 'of'>,
): { change: PlanningChange; changed: Record<string, number> } {
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
  return { change: { data, datasets }, changed };
}

function report(
  { manifest, log }: IndexPorts,
  changed: IndexReport['changed'],
  known: ReadonlyMap<string, KnownDays>,
): IndexReport {
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
  };
}

const inWords = (days: Readonly<Record<string, number>>): string =>
  Object.entries(days)
    .map(([name, count]) => `${count} days of ${name}`)
    .join(', ') || 'nothing new';

const contention = (what: string): RetryableError =>
  new RetryableError('CONTENTION', `${what} while root data was being indexed; index again`);
