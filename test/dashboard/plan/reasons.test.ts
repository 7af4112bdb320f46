import { expect, test } from 'vitest';
import { changedOnes, daysInWords, reasonRows, shareOf, sumOf } from '../../../src/dashboard/plan/reasons.ts';
import type { PlanAnswer } from '../../../src/mill/answers/plan.ts';
import { NOTHING } from '../../../src/mill/planning/cost.ts';

type Group = PlanAnswer['groups'][number];

const group = (computation: string, some: Partial<Group> = {}): Group => ({
  computation,
  outcome: 'RERUN',
  conditional: false,
  why: 'CHANGED',
  text: 'changed: code',
  days: 2,
  stretches: [{ from: '2001-01-02', to: '2001-01-03' }],
  ...some,
});

const planOf = (
  groups: Group[],
  computations: PlanAnswer['cost']['computations'] = [],
): Pick<PlanAnswer, 'groups' | 'cost'> => ({ groups, cost: { computations } as unknown as PlanAnswer['cost'] });

test('what runs comes first, and cells of one reason are one row over their computations', () => {
  const rows = reasonRows(
    planOf([
      group('a', { outcome: 'SKIP', why: 'UNCHANGED', text: 'nothing has changed', days: 9 }),
      group('b'),
      group('c', { days: 5, stretches: [{ from: '2001-01-01', to: '2001-01-05' }] }),
    ]),
  );
  expect(rows.map(({ state, cells, groups }) => [state, cells, groups.length])).toEqual([
    ['rerun', 7, 2],
    ['upToDate', 9, 1],
  ]);
  expect(rows[0]).toMatchObject({ first: '2001-01-01', last: '2001-01-05' });
});

test('what failed before looks failed, and a day without data says so in words', () => {
  const rows = reasonRows(
    planOf([
      group('a', { why: 'FAILED_BEFORE', text: 'failed before: COMPUTE_FAILED' }),
      group('b', { outcome: 'IMPOSSIBLE', why: 'NO_DATA', text: 'NO_DATA sp500' }),
      group('c', { outcome: 'IMPOSSIBLE', why: 'UPSTREAM', text: 'UPSTREAM b' }),
    ]),
  );
  expect(rows.map(({ state, text }) => [state, text])).toEqual([
    ['failed', 'failed before: COMPUTE_FAILED'],
    ['impossible', 'no data of sp500'],
    ['impossible', 'it reads b, which is impossible'],
  ]);
});

test("a group has its part of its computation's price; what does not run has none", () => {
  const cost = {
    certain: { ...NOTHING, cells: 8, seconds: 4, dollars: 0.8 },
    conditional: { ...NOTHING, cells: 1, seconds: 3, dollars: 0.3 },
  };
  expect(shareOf(group('a'), cost)).toEqual({ seconds: 1, dollars: 0.2 });
  expect(shareOf(group('a', { conditional: true, days: 1 }), cost)).toEqual({ seconds: 3, dollars: 0.3 });
  expect(shareOf(group('a', { outcome: 'SKIP' }), cost)).toEqual({ seconds: 0, dollars: 0 });
  expect(shareOf(group('a'), undefined)).toEqual({ seconds: 0, dollars: 0 });
  const [row] = reasonRows(
    planOf([group('a'), group('a', { text: 'asked for', why: 'ASKED', days: 6 })], [
      { computation: 'a', tier: 'standard', guess: false, ...cost },
    ] as PlanAnswer['cost']['computations']),
  );
  expect(row).toMatchObject({ text: 'asked for', seconds: 3, cells: 6 });
});

test('only a change of its own code is one that can be switched off', () => {
  expect(
    changedOnes(
      planOf([
        group('code'),
        group('both', { text: 'changed: layer, dependency:x' }),
        group('proven', { outcome: 'STABLE', why: 'COSMETIC', text: 'its code changed, and does the same as before' }),
        group('reads', { text: 'changed: dependency:code' }),
        group('data', { text: 'changed: dataset:layered' }),
        group('new', { outcome: 'RUN', why: 'NEW', text: 'never ran' }),
        group('code', { days: 1 }),
      ]),
    ),
  ).toEqual(['code', 'both', 'proven']);
});

test('stretches are days in words, the first ones of many', () => {
  const one = { from: '2001-01-02', to: '2001-01-02' };
  expect(daysInWords([one, { from: '2001-01-04', to: '2001-01-05' }])).toBe('2001-01-02, 2001-01-04 … 2001-01-05');
  expect(daysInWords([one, one, one], 2)).toBe('2001-01-02, 2001-01-02, and 1 more');
});

test('costs add up field by field', () => {
  const cost = { cells: 1, tasks: 2, reads: 3, writes: 4, deletes: 5, seconds: 6, dollars: 7 };
  expect(sumOf()).toEqual(NOTHING);
  expect(sumOf(cost, cost)).toEqual({ cells: 2, tasks: 4, reads: 6, writes: 8, deletes: 10, seconds: 12, dollars: 14 });
});
