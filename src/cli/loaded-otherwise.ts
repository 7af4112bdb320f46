/** Days that were loaded by hand when the code that reads files of their dataset was another: people must load them again. */
import type { Manifest } from '../mill/model/manifest.ts';
import type { Day } from '../values/date.ts';
import { type DayOrdinal, fromOrdinal } from '../values/date.ts';
import { dayCount } from '../mill/planning/day-set.ts';
import { loadedOtherwise } from '../mill/planning/loaded-by.ts';
import type { RootData } from '../mill/ports/root-data.ts';
import { counted } from './counted.ts';

export interface LoadedOtherwise {
  readonly dataset: string;
  readonly days: number;
  readonly first: Day;
  readonly last: Day;
  /** The last file that the other code read. */
  readonly file: string;
}

export async function daysLoadedOtherwise(
  { datasets }: Pick<Manifest, 'datasets'>,
  rootData: Pick<RootData, 'loadsByHand'>,
): Promise<LoadedOtherwise[]> {
  const loads = await rootData.loadsByHand(datasets.map(({ name }) => name));
  return datasets.flatMap(({ name, loader }) =>
    loadedOtherwise(loads.get(name) ?? [], loader).map(({ days, file }) => ({
      dataset: name,
      days: dayCount(days),
      first: fromOrdinal(days[0] as DayOrdinal),
      last: fromOrdinal(days.at(-1) as DayOrdinal),
      file,
    })),
  );
}

export const describeLoadedOtherwise = ({ dataset, days, first, last, file }: LoadedOtherwise): string =>
  `${counted(days, 'day')} of ${dataset} (${first}${first === last ? '' : ` … ${last}`}) ${days === 1 ? 'was' : 'were'} loaded by other code than reads its files now: ` +
  `parse, schema or id have changed since. daymill load ${dataset} ${file} loads them again; days that come out the same re-run nothing.`;
