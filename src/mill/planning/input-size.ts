/** How much a cell has to read, as the planner knows it: days of a dataset by size class, packed as ranges. Pure. */
import type { Day } from '../../values/date.ts';
import { toOrdinal } from '../../values/date.ts';
import { computationIn, type Manifest, type ManifestNeed } from '../model/manifest.ts';
import { largestOf, sizeClassOf } from '../model/size-class.ts';
import { type DaySet, daySetOfDays, hasDay, subtract, unite } from './day-set.ts';

/** Size class (see mill/model/size-class.ts) to the days of that size. */
export type Sizes = Readonly<Record<string, DaySet>>;

/** Where `count` is not known, the day is as it was before. */
export function afterSizesChanged(
  sizes: Sizes,
  changed: ReadonlyMap<Day, { readonly there: boolean; readonly count?: number | undefined }>,
): Sizes {
  const counted = [...changed].filter(([, { there, count }]) => !there || count !== undefined);
  const all = daySetOfDays(counted.map(([date]) => date));
  const there = counted.filter(([, day]) => day.there);
  const now = Map.groupBy(there, ([, { count = 0 }]) => String(sizeClassOf(count)));
  const classes = new Set([...Object.keys(sizes), ...now.keys()]);
  return Object.fromEntries(
    [...classes].flatMap((one) => {
      const days = unite(subtract(sizes[one] ?? [], all), daySetOfDays((now.get(one) ?? []).map(([date]) => date)));
      return days.length === 0 ? [] : [[one, days]];
    }),
  );
}

/** The most entities that a cell of the computation may have to read on a date, those of what is joined among them; undefined where that is not known. */
export function inputSizes(
  manifest: Manifest,
  datasets: ReadonlyMap<string, { readonly sizes?: Sizes | undefined }>,
): (computation: string, date: Day) => number | undefined {
  return (computation, date) => {
    const needs = computationIn(manifest, computation)?.needs ?? [];
    const sizeOf = (dataset: string): number | undefined => {
      const sizes = Object.entries(datasets.get(dataset)?.sizes ?? {});
      const found = sizes.find(([, days]) => hasDay(days, toOrdinal(date)));
      return found === undefined ? undefined : largestOf(Number(found[0]));
    };
    const streamed = needs.find((need) => need.kind === 'dataset');
    const size = streamed === undefined ? undefined : sizeOf(streamed.of);
    if (size === undefined) return undefined;
    // A joined result has an entity at most for each that is streamed.
    const sizeBeside = (need: ManifestNeed): number =>
      need.kind === 'joined' ? (sizeOf(need.of) ?? 0) : need.kind === 'dependency' && need.streamed === true ? size : 0;
    return needs.reduce((sum, need) => sum + sizeBeside(need), size);
  };
}
