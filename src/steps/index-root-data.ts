/** Index: writes down which days of root data are there and whole, with their content hashes; planning reads nothing else of it. */
import { RetryableError } from '../errors.ts';
import type { Missing } from '../model/completeness.ts';
import type { Day } from '../model/date.ts';
import type { KnownDays, Log, Planning } from './ports.ts';
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
  readonly waiting: Readonly<Record<string, readonly { readonly date: Day; readonly missing: readonly Missing[] }[]>>;
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
  const { changed, availability, known, seen } = await rootDataChanges(look, snapshot.availability, ports);
  if (Object.keys(changed).length > 0) {
    const committed = await ports.planning.commit(snapshot, { settled: [], closedRuns: [], availability });
    if (!committed) throw contention('a dispatcher changed the plan');
  }
  const marked = await look.markSeen(new Map(seen.map((name) => [name, known.get(name) ?? new Map()])));
  if (!marked) throw contention('another indexer was at work');
  return report(ports, changed, known);
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
