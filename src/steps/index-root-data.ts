/** Index: writes down which days of root data are there and whole, with their content hashes; planning reads nothing else of it. */
import { RetryableError } from '../errors.ts';
import type { Missing } from '../model/completeness.ts';
import type { Day } from '../model/date.ts';
import type { Log, Planning, WaitingDays } from './ports.ts';
import { lookAtRootData, rootDataChanges, type RootDataPorts } from './root-data-changes.ts';

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
  const look = await lookAtRootData(ports);
  if (look.isQuiet) return report(ports, {}, look.waiting);
  const snapshot = await ports.planning.load();
  if (!(await look.isCurrent())) throw contention('another indexer was at work');
  const { changed, availability, waiting, seen } = await rootDataChanges(look, snapshot.availability, ports);
  if (Object.keys(changed).length > 0) {
    const committed = await ports.planning.commit(snapshot, { settled: [], closedRuns: [], availability });
    if (!committed) throw contention('a dispatcher changed the plan');
  }
  const marked = await look.markSeen(new Map(seen.map((name) => [name, waiting.get(name) ?? new Map()])));
  if (!marked) throw contention('another indexer was at work');
  return report(ports, changed, waiting);
}

function report(
  { manifest, log }: IndexPorts,
  changed: IndexReport['changed'],
  waiting: ReadonlyMap<string, WaitingDays>,
): IndexReport {
  const some = [...waiting].filter(([, days]) => days.size > 0);
  const waitingDays = Object.fromEntries(some.map(([name, days]) => [name, days.size]));
  log.info(
    { event: 'indexed', changed, waitingDays },
    `indexed: ${inWords(changed)}${some.length > 0 ? `; not whole yet: ${inWords(waitingDays)}` : ''}`,
  );
  return {
    passes: manifest.passes,
    changed,
    waiting: Object.fromEntries(
      some.map(([name, days]) => [
        name,
        [...days].slice(-NAMED_WAITING_DAYS).map(([date, { missing }]) => ({ date, missing })),
      ]),
    ),
    waitingDays,
  };
}

const inWords = (days: Readonly<Record<string, number>>): string =>
  Object.entries(days)
    .map(([name, count]) => `${count} days of ${name}`)
    .join(', ') || 'nothing new';

const contention = (what: string): RetryableError =>
  new RetryableError('CONTENTION', `${what} while root data was being indexed; index again`);
