/** Days for people: stretches of them, with weekends folded. */
import type { Stretch } from '../mill/answers/plan-groups.ts';
import { type Day, daysFrom, toOrdinal } from '../values/date.ts';
import { counted } from './counted.ts';

/** 1970-01-01 was a Thursday. */
const FIRST_SATURDAY = 2;

export const isWeekend = (day: Day): boolean => (((toOrdinal(day) - FIRST_SATURDAY) % 7) + 7) % 7 < 2;

export const WEEKDAYS = 'Mon–Fri';
export const WEEKENDS = 'Sat–Sun';

/** `2001-01-05`, or `2001-01-05 … 2001-01-09`. */
export const spanOf = (from: Day, to: Day): string => (from === to ? from : `${from} … ${to}`);

/** More days than these that a week has and the stretches have not are no holidays any more. */
const MOST_HOLIDAYS_A_WEEK = 0.5;

/** The whole span and its days of the week; or in how many stretches, where it has other holes (those are other rows). */
export function describeStretches(stretches: readonly Stretch[]): string {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return '';
  const span = spanOf(first.from, last.to);
  if (stretches.length === 1) return span;
  const days = stretches.flatMap(({ from, to }) => daysFrom(from, to));
  const isOnWeekends = days.every(isWeekend);
  if (!isOnWeekends && days.some(isWeekend)) return `${span}, ${counted(stretches.length, 'stretch')}`;
  const all = daysFrom(first.from, last.to).filter((day) => isWeekend(day) === isOnWeekends);
  const left = all.length - days.length;
  if (left > (all.length / (isOnWeekends ? 2 : 5)) * MOST_HOLIDAYS_A_WEEK)
    return `${span}, ${counted(stretches.length, 'stretch')}`;
  return `${span} ${isOnWeekends ? WEEKENDS : WEEKDAYS}${left === 0 ? '' : ` but ${left}`}`;
}

/** A stretch of a calendar on which all days are alike, or all its weekdays, or all its weekends. */
export interface AlikeDays<T> {
  readonly first: T;
  readonly last: T;
  /** `Mon–Fri` or `Sat–Sun`; empty for every day. */
  readonly week: string;
}

/**
 * Consecutive days that are alike together; weekdays and weekends apart where that makes fewer rows. In order of their first days.
 */
export function foldWeekends<T extends { readonly date: Day }>(
  days: readonly T[],
  isAlike: (one: T, other: T) => boolean,
): AlikeDays<T>[] {
  const plain = grouped(days, isAlike, '');
  const apart = [
    ...grouped(
      days.filter(({ date }) => !isWeekend(date)),
      isAlike,
      WEEKDAYS,
    ),
    ...grouped(
      days.filter(({ date }) => isWeekend(date)),
      isAlike,
      WEEKENDS,
    ),
  ];
  return apart.length < plain.length ? apart.sort((a, b) => (a.first.date < b.first.date ? -1 : 1)) : plain;
}

function grouped<T>(days: readonly T[], isAlike: (one: T, other: T) => boolean, week: string): AlikeDays<T>[] {
  const groups: { first: T; last: T; week: string }[] = [];
  for (const day of days) {
    const group = groups.at(-1);
    if (group !== undefined && isAlike(group.first, day)) group.last = day;
    else groups.push({ first: day, last: day, week });
  }
  return groups;
}
