/** Days that were loaded by hand when the code that reads files of their dataset was another: people must load them again. */
import type { Manifest } from '../model/manifest.ts';
import { z } from 'zod';
import { Day, type DayOrdinal, fromOrdinal } from '../../values/date.ts';
import { dayCount } from '../planning/day-set.ts';
import { loadedOtherwise } from '../planning/loaded-by.ts';
import type { RootData } from '../ports/root-data.ts';

export const LoadedOtherwise = z.object({
  dataset: z.string(),
  days: z.number(),
  first: Day,
  last: Day,
  /** The last file that the other code read. */
  file: z.string(),
});
export type LoadedOtherwise = z.infer<typeof LoadedOtherwise>;

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
