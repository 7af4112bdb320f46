import { expect, test } from 'vitest';
import { dayRows, pieces, STANDS, sumOf, totalsOf } from '../../../src/dashboard/report/day-rows.ts';
import * as mill from '../../../src/mill/planning/report.ts';

const day = (date: string, some: Partial<mill.DayStands>): mill.DayStands => ({
  date,
  ...(Object.fromEntries(mill.STANDS.map((stand) => [stand, 0])) as Record<mill.Stand, number>),
  conditional: 0,
  cutOff: 0,
  ...some,
});

const failure = {
  fingerprint: 'f1',
  code: 'COMPUTE_FAILED',
  message: 'a: no',
  first: '2001-01-01',
  last: '2001-01-01',
  cells: 1,
  dates: ['2001-01-01', '2001-01-02'],
  computations: ['a'],
  parked: 0,
  example: { computation: 'a', date: '2001-01-01', taskId: null },
  consequences: 0,
};

test('the stands of a day are those of the report, in its order', () => {
  expect(STANDS).toEqual(mill.STANDS);
});

test('a day adds up of its stands alone, and one that does not is told from the others', () => {
  const days = [day('2001-01-01', { upToDate: 3, run: 1, cutOff: 2 }), day('2001-01-02', { rerun: 3, conditional: 3 })];
  expect(dayRows({ days, expected: 8 }).map(({ day: { date }, sum, cells }) => [date, sum, cells])).toEqual([
    ['2001-01-02', 3, 4],
    ['2001-01-01', 4, 4],
  ]);
  expect(dayRows({ days: [], expected: 0 })).toEqual([]);
  expect(totalsOf(days)).toMatchObject({ upToDate: 3, run: 1, rerun: 3, failed: 0 });
});

test('a day that failed names its error, and one that was made since does not', () => {
  const days = [day('2001-01-01', { failed: 1 }), day('2001-01-02', { upToDate: 1 })];
  const rows = dayRows({ days, expected: 2 }, [failure]);
  expect(rows.map((row) => row.failure?.code)).toEqual([undefined, 'COMPUTE_FAILED']);
});

test('the pieces of a bar fill it, in order, without the empty ones', () => {
  const some = day('2001-01-01', { failed: 1, upToDate: 2, blocked: 1 });
  expect(sumOf(some)).toBe(4);
  expect(pieces(some)).toEqual([
    { stand: 'failed', at: 0, share: 0.25 },
    { stand: 'blocked', at: 0.25, share: 0.25 },
    { stand: 'upToDate', at: 0.5, share: 0.5 },
  ]);
  expect(pieces(day('2001-01-01', {}))).toEqual([]);
});
