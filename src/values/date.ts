/** A UTC day, `YYYY-MM-DD`: the second half of every cell. */
import { z } from 'zod';

const DAY_MS = 86_400_000;

export const Day = z.iso.date();
export type Day = string;

export const isDay = (text: string): boolean => Day.safeParse(text).success;

/** Days since 1970-01-01; the arithmetic of days is done in these. A type of its own: a place in a grid is a number, too. */
export const DayOrdinal = z.number().int().brand<'DayOrdinal'>();
export type DayOrdinal = z.infer<typeof DayOrdinal>;

export const toOrdinal = (day: Day): DayOrdinal => (Date.parse(`${day}T00:00:00Z`) / DAY_MS) as DayOrdinal;

/** Before it when negative. */
export const daysAfter = (day: DayOrdinal, days: number): DayOrdinal => (day + days) as DayOrdinal;

/** Texts of days by ordinal: planning asks for the same few thousand again and again. */
const known: Day[] = [];
/** The year 2200: beyond it days are not remembered, so that what is remembered stays small. */
const LAST_KNOWN = 84_006;

export function fromOrdinal(ordinal: DayOrdinal): Day {
  const text = known[ordinal] ?? new Date(ordinal * DAY_MS).toISOString().slice(0, 10);
  if (ordinal >= 0 && ordinal <= LAST_KNOWN) known[ordinal] = text;
  return text;
}

export const addDays = (day: Day, days: number): Day => fromOrdinal(daysAfter(toOrdinal(day), days));

export const dayOf = (epochMs: number): Day => new Date(epochMs).toISOString().slice(0, 10);

/** Every day from `from` to `to`, both included; empty when `from` is later. */
export function daysFrom(from: Day, to: Day): Day[] {
  const last = toOrdinal(to);
  const days: Day[] = [];
  for (let ordinal = toOrdinal(from); ordinal <= last; ordinal = daysAfter(ordinal, 1)) days.push(fromOrdinal(ordinal));
  return days;
}
