/** Sets of days as sorted ranges: what is settled is said in a few numbers, however long the history. */
import { z } from 'zod';
import { type Day, DayOrdinal, daysAfter, fromOrdinal, toOrdinal } from '../../values/date.ts';

/**
 * First and last day of each range, `[first, last, first, last, …]`, as days since 1970-01-01, both included: ascending, and no two
 * ranges touch, so equal sets are equal arrays.
 */
export const DaySet = z.array(DayOrdinal).readonly();
export type DaySet = readonly DayOrdinal[];

export const NO_DAYS: DaySet = [];

/** Longer than any history; arithmetic with it stays exact. */
const EPOCH = toOrdinal('1970-01-01');
const END = daysAfter(EPOCH, 1_000_000_000);
export const ALWAYS: DaySet = [daysAfter(EPOCH, -1_000_000_000), END];

/** Every day from `first` to `last`, both included; empty when `first` is later. */
export const daySpan = (first: DayOrdinal, last: DayOrdinal): DaySet => (first > last ? NO_DAYS : [first, last]);

/** Of ordinals in ascending order; the same one may come twice. */
export function daySetOf(ascending: Iterable<DayOrdinal>): DaySet {
  const set: DayOrdinal[] = [];
  for (const day of ascending) {
    const last = set.length - 1;
    if (last > 0 && day <= (set[last] as DayOrdinal) + 1) set[last] = later(day, set[last] as DayOrdinal);
    else set.push(day, day);
  }
  return set;
}

export const daySetOfDays = (days: Iterable<Day>): DaySet => daySetOf([...days].map(toOrdinal).sort((a, b) => a - b));

export function unite(...sets: readonly DaySet[]): DaySet {
  const filled = sets.filter((set) => set.length > 0);
  if (filled.length < 2) return filled[0] ?? NO_DAYS;
  const ranges = filled.flatMap((set) => rangesOf(set)).sort(([a], [b]) => a - b);
  const united: DayOrdinal[] = [];
  for (const [first, last] of ranges) {
    const end = united.length - 1;
    if (end > 0 && first <= (united[end] as DayOrdinal) + 1) united[end] = later(last, united[end] as DayOrdinal);
    else united.push(first, last);
  }
  return united;
}

export function intersect(one: DaySet, other: DaySet): DaySet {
  const common: DayOrdinal[] = [];
  for (let a = 0, b = 0; a < one.length && b < other.length;) {
    const [aLast, bLast] = [one[a + 1] as DayOrdinal, other[b + 1] as DayOrdinal];
    const first = later(one[a] as DayOrdinal, other[b] as DayOrdinal);
    const last = aLast < bLast ? aLast : bLast;
    if (first <= last) common.push(first, last);
    if (aLast < bLast) a += 2;
    else b += 2;
  }
  return common;
}

export function subtract(from: DaySet, taken: DaySet): DaySet {
  if (taken.length === 0 || from.length === 0) return from;
  const left: DayOrdinal[] = [];
  let b = 0;
  for (let a = 0; a < from.length; a += 2) {
    let first = from[a] as DayOrdinal;
    const last = from[a + 1] as DayOrdinal;
    while (b < taken.length && (taken[b + 1] as DayOrdinal) < first) b += 2;
    for (let at = b; at < taken.length && (taken[at] as DayOrdinal) <= last; at += 2) {
      if ((taken[at] as DayOrdinal) > first) left.push(first, daysAfter(taken[at] as DayOrdinal, -1));
      first = daysAfter(taken[at + 1] as DayOrdinal, 1);
    }
    if (first <= last) left.push(first, last);
  }
  return left;
}

/** The days that have a day of the set among the `days` days before them. */
export const followers = (set: DaySet, days: number): DaySet =>
  unite(...rangesOf(set).map(([first, last]) => daySpan(daysAfter(first, 1), daysAfter(last, days))));

/**
 * From each of the days to the day before the next one of the set: those that look back to it when they look for the newest day of
 * the set, whether it is in the set, has just come into it or has just left it.
 */
export const untilNext = (days: DaySet, set: DaySet): DaySet =>
  unite(
    ...rangesOf(days).map(([first, last]) => {
      const next = firstAfter(set, last);
      return daySpan(first, next === undefined ? END : daysAfter(next, -1));
    }),
  );

export function hasDay(set: DaySet, day: DayOrdinal): boolean {
  const at = rangeAt(set, day);
  return at < set.length && (set[at] as DayOrdinal) <= day;
}

/** The nearest day of the set before `day`. */
export function lastBefore(set: DaySet, day: DayOrdinal): DayOrdinal | undefined {
  const at = rangeAt(set, day);
  if (at < set.length && (set[at] as DayOrdinal) < day) return daysAfter(day, -1);
  return at === 0 ? undefined : set[at - 1];
}

/** `day`, if the set has it, or the nearest day of the set before it. */
export const newestUpTo = (set: DaySet, day: DayOrdinal): DayOrdinal | undefined =>
  hasDay(set, day) ? day : lastBefore(set, day);

/** The nearest day of the set after `day`. */
function firstAfter(set: DaySet, day: DayOrdinal): DayOrdinal | undefined {
  const next = daysAfter(day, 1);
  const first = set[rangeAt(set, next)];
  return first === undefined ? undefined : later(first, next);
}

export function dayCount(set: DaySet): number {
  let count = 0;
  for (let at = 0; at < set.length; at += 2) count += (set[at + 1] as DayOrdinal) - (set[at] as DayOrdinal) + 1;
  return count;
}

/** The day with so many days of the set before it. @throws {RangeError} when there are not that many */
export function dayAt(set: DaySet, index: number): DayOrdinal {
  let left = index;
  for (const [first, last] of rangesOf(set)) {
    if (left <= last - first) return daysAfter(first, left);
    left -= last - first + 1;
  }
  throw new RangeError(`a set of ${dayCount(set)} days has no day ${index}`);
}

export function* ordinalsOf(set: DaySet): Generator<DayOrdinal> {
  for (let at = 0; at < set.length; at += 2) {
    for (let day = set[at] as DayOrdinal; day <= (set[at + 1] as DayOrdinal); day = daysAfter(day, 1)) yield day;
  }
}

export const daysOfSet = (set: DaySet): Day[] => Array.from(ordinalsOf(set), fromOrdinal);

export function rangesOf(set: DaySet): (readonly [first: DayOrdinal, last: DayOrdinal])[] {
  const ranges: [DayOrdinal, DayOrdinal][] = [];
  for (let at = 0; at < set.length; at += 2) ranges.push([set[at] as DayOrdinal, set[at + 1] as DayOrdinal]);
  return ranges;
}

/** Stretches that are named before the rest is only counted. */
const NAMED_STRETCHES = 3;

/** For people: `2024-01-05`, `2024-01-05 … 2024-01-07 and 2024-02-01`, `… and 12 more days`. */
export function describeDays(set: DaySet): string {
  const ranges = rangesOf(set);
  const shown = ranges.slice(0, ranges.length <= NAMED_STRETCHES ? NAMED_STRETCHES : NAMED_STRETCHES - 1);
  const named = shown.map(([first, last]) =>
    first === last ? fromOrdinal(first) : `${fromOrdinal(first)} … ${fromOrdinal(last)}`,
  );
  const rest = dayCount(set) - shown.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const parts = rest === 0 ? named : [...named, `${rest} more days`];
  return parts.length < 2 ? String(parts[0]) : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

export const sameDays = (one: DaySet, other: DaySet): boolean =>
  one.length === other.length && one.every((day, index) => day === other[index]);

/** Of `days` days from `first`, those on which it holds; it is asked by index. */
export function daysWhere(first: DayOrdinal, days: number, holds: (index: number) => boolean): DaySet {
  const set: DayOrdinal[] = [];
  let held = false;
  for (let index = 0; index <= days; index++) {
    const holdsNow = index < days && holds(index);
    // The first day of a range, or the day before this one was its last.
    if (holdsNow !== held) set.push(daysAfter(first, holdsNow ? index : index - 1));
    held = holdsNow;
  }
  return set;
}

/** Of an array with a value for each day from `first`: the days of each value, in order of their first days. */
export function daysByValue(first: DayOrdinal, values: Uint16Array): Map<number, DaySet> {
  const found = new Map<number, DayOrdinal[]>();
  for (let from = 0, next = 1; from < values.length; from = next++) {
    const value = values[from] as number;
    while (next < values.length && values[next] === value) next++;
    const set = found.get(value) ?? [];
    set.push(daysAfter(first, from), daysAfter(first, next - 1));
    found.set(value, set);
  }
  return found;
}

/** Index of the first range that does not end before `day`. */
function rangeAt(set: DaySet, day: DayOrdinal): number {
  let low = 0;
  let high = set.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle * 2 + 1] as DayOrdinal) < day) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

const later = (one: DayOrdinal, other: DayOrdinal): DayOrdinal => (one > other ? one : other);
