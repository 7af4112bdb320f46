/** Thousands of decisions as a few rows. */
import { expect, test } from 'vitest';
import { groupPlan } from '../../src/cli/plan-groups.ts';
import { addDays } from '../../src/model/date.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { PlannedCell } from '../../src/planning/plan.ts';

const START = '2001-01-01';
const cell = (decision: Decision): PlannedCell => ({ decision, vector: undefined, settled: undefined, reads: {} });
const onDay = (index: number) => ({ computation: 'rsi', date: addDays(START, index) });

test('ten years of one reason are one row and one stretch', () => {
  const cells = Array.from({ length: 3_650 }, (_, index) =>
    cell({ ...onDay(index), outcome: 'RUN', reason: { why: 'NEW' } }),
  );
  expect(groupPlan(cells)).toEqual([
    {
      computation: 'rsi',
      outcome: 'RUN',
      conditional: false,
      why: 'NEW',
      text: 'never ran',
      days: 3_650,
      stretches: [{ from: START, to: addDays(START, 3_649) }],
    },
  ]);
});

test('days with another fate cut a stretch in two, and are a row of their own', () => {
  const cells = Array.from({ length: 14 }, (_, index) =>
    cell(
      index % 7 === 6
        ? { ...onDay(index), outcome: 'IMPOSSIBLE', reason: { why: 'NO_DATA', dataset: 'prices' } }
        : { ...onDay(index), outcome: 'RERUN', reason: { why: 'UPSTREAM_RUNS', inputs: ['previous'] } },
    ),
  );
  expect(groupPlan(cells)).toMatchObject([
    {
      outcome: 'RERUN',
      conditional: true,
      days: 12,
      stretches: [
        { from: '2001-01-01', to: '2001-01-06' },
        { from: '2001-01-08', to: '2001-01-13' },
      ],
    },
    {
      outcome: 'IMPOSSIBLE',
      conditional: false,
      days: 2,
      stretches: [
        { from: '2001-01-07', to: '2001-01-07' },
        { from: '2001-01-14', to: '2001-01-14' },
      ],
    },
  ]);
});

test('waiting for the same day of another computation is one reason, waiting for one certain day another', () => {
  const cells = [0, 1].flatMap((index) => [
    cell({
      ...onDay(index),
      outcome: 'FAILED_DEPENDENCY',
      reason: { why: 'FAILED', cell: { computation: 'prices', date: addDays(START, index) } },
    }),
  ]);
  const one = cell({
    ...onDay(2),
    outcome: 'FAILED_DEPENDENCY',
    reason: { why: 'FAILED', cell: { computation: 'prices', date: START } },
  });
  expect(groupPlan([...cells, one]).map(({ text, days }) => [text, days])).toEqual([
    ['prices failed', 2],
    [`prices@${START} failed`, 1],
  ]);
});
