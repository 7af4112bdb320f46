import { describe, expect, test } from 'vitest';
import {
  before,
  change,
  type Event,
  facetsOf,
  figuresOf,
  filtersIn,
  histogram,
  isPart,
  KINDS,
  MEMBERS,
  seesPeople,
  wholeDays,
  within,
} from '../../../src/dashboard/explore/event-rows.ts';
import { BATCH_MEMBERS, EVENT_KINDS } from '../../../src/meter/model/event.ts';
import { mayAs, ROLES } from '../../../src/meter/model/role.ts';

const range = (from: string, to: string, isMoving = false) => ({
  startMs: Date.parse(from),
  endMs: Date.parse(to),
  isMoving,
});
const row = (window: string, group: Record<string, string>, values: Record<string, number>) => ({
  window,
  group,
  values,
});

test('kinds and the members that they are sent under are those of the server', () => {
  expect([...KINDS].toSorted()).toEqual(EVENT_KINDS.toSorted());
  expect(Object.entries(BATCH_MEMBERS).every(([member, kind]) => MEMBERS[kind] === member)).toBe(true);
});

test.each(ROLES)('a %s is offered people as the server shows them', (role) => {
  expect(seesPeople(role)).toBe(mayAs(role, 'manager'));
  expect(facetsOf('commands', seesPeople(role)).includes('user_id')).toBe(mayAs(role, 'manager'));
});

test('filters are those of the kind that the link has', () => {
  const query = new URLSearchParams('user_id=ann&status=&agent_name=x&kind=commands');
  expect(filtersIn(query, facetsOf('commands', true))).toEqual({ user_id: 'ann' });
});

describe('bars', () => {
  test('are of hours of a few days, with what failed apart', () => {
    const [times, all, failed] = histogram(
      [
        row('2026-03-10T01:00', { status: 'success' }, { count: 5 }),
        row('2026-03-10T01:00', { status: 'error' }, { count: 2 }),
        row('2026-03-10T23:00', { status: 'timeout' }, { count: 1 }),
        row('2026-03-10T23:00', { status: 'cancelled' }, { count: 4 }),
      ],
      range('2026-03-10T00:30:00Z', '2026-03-10T05:00:00Z'),
    );
    expect(times).toHaveLength(24);
    expect(times[1]).toBe(Date.parse('2026-03-10T01:00:00Z') / 1_000);
    expect([all[0], all[1], all[23]]).toEqual([0, 7, 5]);
    expect([failed[1], failed[23]]).toEqual([2, 1]);
  });

  test('are of days of many, each of them there, and of none beside', () => {
    const [times, all] = histogram(
      [row('2026-03-03', {}, { count: 5 }), row('2026-04-30', {}, { count: 9 })],
      range('2026-03-01T00:00:00Z', '2026-03-11T00:00:00Z'),
    );
    expect(times).toHaveLength(10);
    expect(all).toEqual([0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('figures', () => {
  const byStatus = [
    row('', { team_id: 'red', status: 'success' }, { count: 3 }),
    row('', { team_id: 'red', status: 'error' }, { count: 1 }),
    row('', { team_id: 'blue', status: '' }, { count: 7 }),
  ];
  const measured = [
    row('', { team_id: 'red' }, { count: 4, p50: 10, p95: 20, sum: 40 }),
    row('', { team_id: 'blue' }, { count: 7 }),
  ];

  test('are by group, the largest first; a rate is of what says how it ended', () => {
    expect(figuresOf('team_id', byStatus, measured)).toMatchObject([
      { of: 'blue', count: 7, successRate: undefined, p50: undefined },
      { of: 'red', count: 4, successRate: 0.75, p50: 10, p95: 20 },
    ]);
  });

  test('of all are one row', () => {
    const all = figuresOf(
      undefined,
      [row('', { status: 'success' }, { count: 1 }), row('', { status: 'error' }, { count: 1 })],
      [row('', {}, { count: 2 })],
    );
    expect(all).toMatchObject([{ count: 2, successRate: 0.5 }]);
  });

  test('have the tokens of their group', () => {
    const input = [row('', { team_id: 'red' }, { sum: 900 })];
    const [, red] = figuresOf('team_id', byStatus, measured, { input, output: [] });
    expect(red).toMatchObject({ inputTokens: 900, outputTokens: undefined });
  });
});

test.each([
  [120, 100, false, '+20 %'],
  [99.5, 100, false, '−0.5 %'],
  [100, 100, false, '±0'],
  [0.86, 0.9, true, '−4 points'],
  [1, 0, false, ''],
  [1, undefined, false, ''],
])('from %d to %d', (now, then, isShare, text) => {
  expect(change(now, then, isShare)).toBe(text);
});

test('what is before is as many whole days', () => {
  expect(before(range('2026-03-08T05:00:00Z', '2026-03-10T06:00:00Z'))).toMatchObject(
    range('2026-03-05T00:00:00Z', '2026-03-08T00:00:00Z'),
  );
});

test('days up to now are whole, hours and a time of its own are as they are', () => {
  const now = '2026-03-10T12:00:00Z';
  expect(wholeDays(range('2026-03-03T12:00:00Z', now, true)).startMs).toBe(Date.parse('2026-03-04T00:00:00Z'));
  expect(wholeDays(range('2026-03-10T11:00:00Z', now, true)).startMs).toBe(Date.parse('2026-03-10T11:00:00Z'));
  expect(wholeDays(range('2026-03-03T12:00:00Z', now)).startMs).toBe(Date.parse('2026-03-03T12:00:00Z'));
});

test('a part of the days is what begins within one, and does not go along', () => {
  expect(isPart(range('2026-03-10T10:00:00Z', '2026-03-10T11:00:00Z'))).toBe(true);
  expect(isPart(range('2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z'))).toBe(false);
  expect(isPart(range('2026-03-10T10:00:00Z', '2026-03-10T11:00:00Z', true))).toBe(false);
});

test('events of a time are those in it, the newest first', () => {
  const events = ['09:00', '10:00', '10:30', '11:00'].map((at): Event => ({
    id: at,
    timestamp: `2026-03-10T${at}:00Z`,
  }));
  const inside = within(events, range('2026-03-10T10:00:00Z', '2026-03-10T11:00:00Z'));
  expect(inside.map(({ id }) => id)).toEqual(['10:30', '10:00']);
});
