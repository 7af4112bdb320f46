/** Cron schedules: documented forms, daylight saving, and a minute-by-minute oracle. */
import { assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cron } from '../../src/emulators/scheduler/cron.ts';
import { nextTime, parseCron } from '../../src/emulators/scheduler/cron.ts';

const MINUTE = 60_000;

/** The next `count` times, as ISO strings without seconds. */
function times(schedule: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let time: number | undefined = Date.parse(after);
  while (found.length < count) {
    time = nextTime(parseCron(schedule), timeZone, time);
    if (time === undefined) break;
    found.push(new Date(time).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule', () => {
  test.each([
    ['0 3 * * *', 'Etc/UTC', '2026-01-01T03:00Z', ['2026-01-02T03:00']],
    ['0 3 * * *', 'America/New_York', '2026-01-01T00:00Z', ['2026-01-01T08:00']],
    [
      '*/20 9-10 * * MON-FRI',
      'Etc/UTC',
      '2026-01-02T10:30Z',
      ['2026-01-02T10:40', '2026-01-05T09:00', '2026-01-05T09:20'],
    ],
    [
      '5-20/10,50 0 1 jan,JUL *',
      'Etc/UTC',
      '2026-01-01T00:10Z',
      ['2026-01-01T00:15', '2026-01-01T00:50', '2026-07-01T00:05'],
    ],
    // Either day field, when neither is *: the 1st, and each Saturday (6); 7 is Sunday.
    ['0 0 1 * SAT', 'Etc/UTC', '2026-01-01T00:00Z', ['2026-01-03T00:00', '2026-01-10T00:00']],
    ['0 0 * * 7', 'Etc/UTC', '2026-01-01T00:00Z', ['2026-01-04T00:00']],
    ['0 0 29 2 *', 'Etc/UTC', '2097-01-01T00:00Z', ['2104-02-29T00:00']],
    ['0 0 30 2 *', 'Etc/UTC', '2026-01-01T00:00Z', []],
    // Berlin's clocks go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October 2026.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-30T00:30']],
    ['0 3 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', ['2026-03-29T01:00']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-25T01:30', '2026-10-26T01:30']],
    ['0 0 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-24T22:00', '2026-10-25T23:00']],
    // Half an hour of daylight saving, and midnight itself skipped.
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', ['2026-04-04T14:45', '2026-04-04T15:15']],
    ['0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', ['2026-04-24T21:00']],
  ])('%s in %s after %s', (schedule, timeZone, after, expected) => {
    expect(times(schedule, timeZone, after, Math.max(1, expected.length))).toEqual(expected);
  });

  test.each([
    ['* * * *', 'has 4 fields'],
    ['every 5 minutes', 'has 3 fields'],
    ['60 * * * *', 'minute field "60"'],
    ['* 24 * * *', 'hour field'],
    ['* * 0 * *', 'day of the month field'],
    ['* * L * *', 'day of the month field'],
    ['* * * 13 *', 'month field'],
    ['* * * * MONDAY', 'day of the week field'],
    ['20-10 * * * *', 'range "20-10"'],
    ['*/0 * * * *', 'step "*/0"'],
    ['5/10 * * * *', 'step "5/10"'],
    ['1,,2 * * * *', 'has ""'],
  ])('%s is refused', (schedule, message) => {
    expect(() => parseCron(schedule)).toThrow(message);
  });

  test('in an unknown time zone is refused', () => {
    expect(() => nextTime(parseCron('* * * * *'), 'Mars/Olympus', 0)).toThrow(RangeError);
  });

  test('comes at the first minute whose wall clock it names', () => {
    const zones = constantFrom('Etc/UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    const minute = constantFrom('*', '0', '59', '*/7', '10-40/15');
    const hour = constantFrom('*', '0', '1', '2', '3', '23', '1-3');
    const day = constantFrom('*', '1', '8', '25', '29');
    const weekday = constantFrom('*', 'SUN', '1-5', '7');
    // Days around the changes of clocks in 2026, and any other.
    const start = tuple(
      constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01', '2026-06-15'),
      integer({ min: -1_440, max: 1_440 }),
    ).map(([date, minutes]) => Date.parse(date) + minutes * MINUTE);
    assert(
      property(minute, hour, day, weekday, zones, start, (minute, hour, day, weekday, zone, start) => {
        const cron = parseCron(`${minute} ${hour} ${day} * ${weekday}`);
        const expected = firstMatch(cron, zone, start, start + 3 * 1_440 * MINUTE);
        const actual = nextTime(cron, zone, start) ?? Infinity;
        expect(actual > start + 3 * 1_440 * MINUTE ? undefined : actual).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

function firstMatch(cron: Cron, timeZone: string, after: number, until: number): number | undefined {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  for (let time = after + MINUTE; time <= until; time += MINUTE) {
    const wall = new Date(`${format.format(time).replace(' ', 'T')}Z`);
    const [byDate, byWeekday] = [cron.daysOfMonth.has(wall.getUTCDate()), cron.daysOfWeek.has(wall.getUTCDay())];
    const rightDay = cron.eitherDay ? byDate || byWeekday : byDate && byWeekday;
    if (rightDay && cron.hours.has(wall.getUTCHours()) && cron.minutes.has(wall.getUTCMinutes())) return time;
  }
  return undefined;
}
