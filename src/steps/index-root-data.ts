/** Index: writes down which root data is there, day by day, with its content hashes; planning reads nothing else of it. */
import { RetryableError } from '../errors.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Day } from '../model/date.ts';
import type { Hash } from '../model/hash.ts';
import { afterDataChanged, NO_DATASET } from '../planning/standing.ts';
import type { Log, Planning, RootData } from './ports.ts';

export interface IndexPorts {
  readonly manifest: Manifest;
  readonly planning: Planning;
  readonly rootData: RootData;
  readonly log: Log;
}

export interface IndexReport {
  readonly passes: number;
  /** Days whose content is new or different, by dataset. */
  readonly changed: Readonly<Record<string, number>>;
}

/** @throws {RetryableError} CONTENTION when a dispatcher writes at the same time. */
export async function indexRootData(ports: IndexPorts): Promise<IndexReport> {
  const found = await Promise.all(
    ports.manifest.datasets.map(async ({ name }) => ({ name, ...(await ports.rootData.changedDays(name)) })),
  );
  const changed: Record<string, number> = {};
  if (found.some(({ days }) => days.length > 0)) {
    const snapshot = await ports.planning.load();
    await ports.planning.fetch(snapshot, { books: new Set(), data: new Set(found.map(({ name }) => name)) });
    const data = new Map<string, ReadonlyMap<Day, Hash>>();
    const datasets = new Map(snapshot.datasets);
    for (const { name, days } of found) {
      const hashes = new Map(snapshot.books.data.get(name));
      const different = days.filter(({ date, hash }) => hashes.get(date) !== hash);
      if (different.length === 0) continue;
      for (const { date, hash } of different) {
        if (hash === undefined) hashes.delete(date);
        else hashes.set(date, hash);
      }
      data.set(name, hashes);
      const there = new Map(different.map(({ date, hash }) => [date, { there: hash !== undefined }]));
      datasets.set(name, afterDataChanged(datasets.get(name) ?? NO_DATASET, there, snapshot.sequence + 1));
      changed[name] = different.length;
    }
    if (data.size > 0 && !(await ports.planning.commit(snapshot, { data, datasets })))
      throw new RetryableError(
        'CONTENTION',
        'a dispatcher changed the plan while root data was being indexed; index again',
      );
  }
  for (const { days, seen } of found) if (days.length > 0) await seen();
  ports.log.info(
    { event: 'indexed', changed },
    `indexed: ${
      Object.entries(changed)
        .map(([name, days]) => `${days} days of ${name}`)
        .join(', ') || 'nothing new'
    }`,
  );
  return { passes: ports.manifest.passes, changed };
}
