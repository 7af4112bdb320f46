/** Days against their own weekdays. */
import { describe, expect, test } from 'vitest';
import { weekdayScore } from '../../../src/computations/statistics/weekday-score.ts';

const never = (): number => 0;
const one = (): number => 1;

/** Weekdays of 100, weekends of 40, and a wobble of a period that is no week. */
const levelOn = (day: number): number => (day % 7 < 5 ? 100 : 40) + (day % 3) - 1;
const before = (days: number) => Array.from({ length: days }, (_, day) => ({ day, level: levelOn(day) }));

describe('a day', () => {
  test('is compared with its own weekdays: a busy Sunday is odd, a busy Monday is not', () => {
    expect(weekdayScore({ day: 56, level: 100 }, before(56), never)).toEqual({
      usual: 100,
      score: 0,
      peers: 8,
    });
    // Leaving each of 8 Sundays out, 40 ± 1, the median of absolute deviations is 1: 0.6745 x 60.
    const sunday = weekdayScore({ day: 62, level: 100 }, before(56), never);
    expect(sunday?.usual).toBe(40);
    expect(sunday?.score).toBeCloseTo(0.6745 * 60, 9);
  });

  test('is not compared with other weekdays: it has no score with fewer than three of its own', () => {
    expect(weekdayScore({ day: 14, level: 40 }, before(14), one)).toBeUndefined();
    expect(weekdayScore({ day: 21, level: 100 }, before(21), one)).toMatchObject({ peers: 3 });
    expect(weekdayScore({ day: 1, level: 1 }, [], one)).toBeUndefined();
  });

  test('is not odd by less than what is believed, and one odd day before does not hide it', () => {
    const same = Array.from({ length: 56 }, (_, day) => ({ day, level: 5 }));
    expect(weekdayScore({ day: 56, level: 6 }, same, one)?.score).toBe(1);
    expect(weekdayScore({ day: 56, level: 5 }, same, never)?.score).toBe(0);
    expect(weekdayScore({ day: 56, level: 6 }, same, never)?.score).toBe(Infinity);
    const days = before(56).filter(({ day }) => day !== 49);
    expect(weekdayScore({ day: 56, level: 200 }, [...days, { day: 49, level: 900 }], one)?.score).toBeGreaterThan(50);
  });
});
