/** By which code the days of a dataset were loaded by hand, so that days of two readings do not stand side by side unsaid. Pure. */
import { z } from 'zod';
import type { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import { DaySet, daySetOfDays, subtract, unite } from './day-set.ts';

export const LoadedBy = z.object({
  /** Of the code that turned the file's rows into what is stored: see `ManifestDataset.loader`. */
  loader: Hash,
  /** The last file that it read. */
  file: z.string(),
  days: DaySet,
});
export type LoadedBy = z.infer<typeof LoadedBy>;

export interface LoadByHand {
  readonly loader: Hash;
  readonly file: string;
  /** Days that are now as the file has them, whether that changed anything or not. */
  readonly loaded: readonly Day[];
  /** Days that went. */
  readonly gone: readonly Day[];
  /** Days keep what they had beside: one that other code has loaded stays that code's. */
  readonly merges: boolean;
}

export function afterLoadByHand(
  before: readonly LoadedBy[],
  { loader, file, loaded, gone, merges }: LoadByHand,
): LoadedBy[] {
  const left = daySetOfDays(gone);
  const taken = merges ? left : unite(left, daySetOfDays(loaded));
  const others = before
    .filter((each) => each.loader !== loader)
    .map((each) => ({ loader: each.loader, file: each.file, days: subtract(each.days, taken) }));
  const known = before.find((each) => each.loader === loader)?.days ?? [];
  const mixed = merges ? others.map(({ days }) => days) : [];
  const own = subtract(subtract(unite(known, daySetOfDays(loaded)), left), unite(...mixed));
  return [...others, { loader, file, days: own }].filter(({ days }) => days.length > 0);
}

/** What other code than `loader` has loaded. */
export const loadedOtherwise = (loads: readonly LoadedBy[], loader: Hash): readonly LoadedBy[] =>
  loads.filter((each) => each.loader !== loader);
