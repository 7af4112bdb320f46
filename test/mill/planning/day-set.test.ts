/** Sets of days against sets of numbers. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  dayAt,
  dayCount,
  type DaySet,
  daysByValue,
  daySetOf,
  daySpan,
  daysWhere,
  followers,
  hasDay,
  intersect,
  lastBefore,
  newestUpTo,
  ordinalsOf,
  sameDays,
  subtract,
  unite,
  untilNext,
} from '../../../src/mill/planning/day-set.ts';
import { type DayOrdinal, daysAfter } from '../../../src/values/date.ts';
import { ordinal } from '../../support/ordinals.ts';

const days = fc.uniqueArray(fc.integer({ min: 0, max: 40 })).map((some) => some.sort((a, b) => a - b).map(ordinal));
const list = (set: DaySet): number[] => [...ordinalsOf(set)];

const check = (property: fc.IProperty<[DayOrdinal[], DayOrdinal[], DayOrdinal]>): void =>
  fc.assert(property, { numRuns: 500 });
const given = (holds: (one: DayOrdinal[], other: DayOrdinal[], day: DayOrdinal) => void) =>
  fc.property(days, days, fc.integer({ min: 0, max: 41 }).map(ordinal), holds);

describe('a day set', () => {
  test('is the same array for the same days, with no two ranges that touch', () => {
    check(
      given((one) => {
        const set = daySetOf(one);
        expect(list(set)).toEqual(one);
        for (let at = 2; at < set.length; at += 2) expect(set[at]).toBeGreaterThan((set[at - 1] as number) + 1);
        expect(dayCount(set)).toBe(one.length);
      }),
    );
  });

  test('unites, intersects and subtracts as sets of numbers do', () => {
    check(
      given((one, other) => {
        const [a, b] = [daySetOf(one), daySetOf(other)];
        const whole = [...new Set([...one, ...other])].sort((left, right) => left - right);
        expect(unite(a, b)).toEqual(daySetOf(whole));
        expect(intersect(a, b)).toEqual(daySetOf(one.filter((day) => other.includes(day))));
        expect(subtract(a, b)).toEqual(daySetOf(one.filter((day) => !other.includes(day))));
        expect(sameDays(a, b)).toBe(String(one) === String(other));
      }),
    );
  });

  test('says who reads another newest day once days have come, changed or gone', () => {
    const all = Array.from({ length: 50 }, (_, each) => ordinal(each));
    check(
      given((before, after) => {
        const newest = (set: readonly DayOrdinal[], day: DayOrdinal) => set.findLast((each) => each <= day);
        const changed = all.filter((day) => before.includes(day) !== after.includes(day));
        const reading = untilNext(daySetOf(changed), daySetOf(after));
        for (const day of all) if (newest(before, day) !== newest(after, day)) expect(hasDay(reading, day)).toBe(true);
        // What is there is read up to the day before the next one, and not by those.
        const changedOnly = untilNext(daySetOf(after), daySetOf(after));
        for (const day of all) expect(hasDay(changedOnly, day)).toBe(newest(after, day) !== undefined);
        for (const one of after) {
          const own = untilNext(daySetOf([one]), daySetOf(after));
          for (const day of all) expect(hasDay(own, day)).toBe(newest(after, day) === one);
        }
      }),
    );
  });

  test('knows its days, the nearest one before, and who follows them', () => {
    check(
      given((one, _, day) => {
        const set = daySetOf(one);
        expect(hasDay(set, day)).toBe(one.includes(day));
        expect(lastBefore(set, day)).toBe(one.findLast((each) => each < day));
        expect(newestUpTo(set, day)).toBe(one.findLast((each) => each <= day));
        expect(one.map((_each, index) => dayAt(set, index))).toEqual(one);
        expect(() => dayAt(set, one.length)).toThrow(RangeError);
        const following = Array.from({ length: 50 }, (__, each) => ordinal(each)).filter((each) =>
          one.some((before) => before < each && before >= each - 3),
        );
        expect(followers(set, 3)).toEqual(daySetOf(following));
      }),
    );
  });

  test('of no days is empty', () => {
    expect(daySpan(ordinal(3), ordinal(2))).toEqual([]);
    expect(followers([], 5)).toEqual([]);
    expect(unite()).toEqual([]);
  });

  test('is gathered from days by what holds on them, and by a value for each', () => {
    check(
      given((one, other, first) => {
        expect(daysWhere(first, 42, (index) => one.includes(ordinal(index)))).toEqual(
          daySetOf(one.map((day) => daysAfter(first, day))),
        );
        const values = Uint16Array.from({ length: 42 }, (_, index) =>
          one.includes(ordinal(index)) ? 1 : other.includes(ordinal(index)) ? 2 : 0,
        );
        const all = [...daysByValue(first, values)];
        for (const [value, days] of all)
          expect(days).toEqual(
            daySetOf([...values.keys()].filter((at) => values[at] === value).map((at) => daysAfter(first, at))),
          );
        expect(all.reduce((sum, [, days]) => sum + dayCount(days), 0)).toBe(42);
        expect(all.map(([, days]) => days[0])).toEqual(
          all.map(([, days]) => days[0] as number).toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
