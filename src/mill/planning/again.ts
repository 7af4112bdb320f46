/** Days that are made again although nothing differs that they were made from: a person asked for it, or their result is lost. */
import type { DayOrdinal } from '../../values/date.ts';
import { z } from 'zod';
import { Asked, Lost, Suspect } from '../model/decision.ts';
import { DaySet, hasDay, subtract, unite } from './day-set.ts';

export const Again = z.object({
  reason: z.discriminatedUnion('why', [Asked, Lost, Suspect]),
  days: DaySet,
  /** The sequence of planning in which it was noted: what is claimed in it, or later, makes the days again. */
  since: z.number().int(),
});
export type Again = z.infer<typeof Again>;

export const NOTHING_AGAIN: readonly Again[] = [];

export const daysAgain = (again: readonly Again[]): DaySet => unite(...again.map(({ days }) => days));

/** Each day is noted once, by the newest reason. */
export const noted = (again: readonly Again[], one: Again): Again[] => [...withoutAgain(again, one.days), one];

export const withoutAgain = (again: readonly Again[], days: DaySet): Again[] =>
  again.map((one) => ({ ...one, days: subtract(one.days, days) })).filter((one) => one.days.length > 0);

export const againOn = (again: readonly Again[], day: DayOrdinal): Again | undefined =>
  again.find(({ days }) => hasDay(days, day));
