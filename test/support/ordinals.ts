/** Days by their numbers, for tests in which the dates do not matter. */
import { DayOrdinal } from '../../src/values/date.ts';
import { DaySet } from '../../src/mill/planning/day-set.ts';

export const ordinal = (day: number): DayOrdinal => DayOrdinal.parse(day);

/** `[first, last, first, last, …]` */
export const daySet = (...ends: readonly number[]): DaySet => DaySet.parse(ends);
