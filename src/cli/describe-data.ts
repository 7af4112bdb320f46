/** Root data that is to be loaded, that is missing, or that people must load again: in words. */
import { describeLoad, type MissingDays, type PendingLoad } from '../mill/answers/foresee.ts';
import type { LoadedOtherwise } from '../mill/answers/loaded-otherwise.ts';
import { daySetOfDays, describeDays } from '../mill/planning/day-set.ts';
import { counted } from './counted.ts';

export interface DataToTell {
  readonly loads: readonly PendingLoad[];
  readonly loadedOtherwise: readonly LoadedOtherwise[];
  readonly missing: readonly MissingDays[];
}

/** A line each, and an empty one after them; nothing when there is nothing to tell. */
export function describeData({ loads, loadedOtherwise, missing }: DataToTell): string[] {
  const lines = [
    ...loads.map(describeLoad),
    ...loadedOtherwise.map(describeLoadedOtherwise),
    ...missing.map(describeMissingData),
  ];
  return lines.length === 0 ? [] : [...lines, ''];
}

export const describeLoadedOtherwise = ({ dataset, days, first, last, file }: LoadedOtherwise): string =>
  `${counted(days, 'day')} of ${dataset} (${first}${first === last ? '' : ` … ${last}`}) ${days === 1 ? 'was' : 'were'} loaded by other code than reads its files now: ` +
  `parse, schema or id have changed since. daymill load ${dataset} ${file} loads them again; days that come out the same re-run nothing.`;

const describeMissingData = ({ dataset, days }: MissingDays): string =>
  `${dataset} has no data on ${describeDays(daySetOfDays(days))}, which it should have.`;
