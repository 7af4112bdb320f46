/** Thousands of decisions as a few rows. */
import { expect, test } from 'vitest';
import { groupPlan } from '../../../src/mill/answers/plan-groups.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { daySetOfDays } from '../../../src/mill/planning/day-set.ts';
import { graph } from '../../support/graph.ts';
import { PlanningWorld } from '../../support/planning-world.ts';

const START = '2001-01-01';
const last = (days: number): string => addDays(START, days - 1);

test('ten years of one reason are one row and one stretch', () => {
  const manifest = graph('rsi: document prices');
  const world = new PlanningWorld().data('prices', daysFrom(START, last(3_650)));
  expect(groupPlan(world.planned({ manifest, from: START, to: last(3_650) }))).toEqual([
    {
      computation: 'rsi',
      outcome: 'RUN',
      conditional: false,
      why: 'NEW',
      text: 'never ran',
      days: 3_650,
      stretches: [{ from: START, to: last(3_650) }],
    },
  ]);
});

test('days with another fate cut a stretch in two, and are a row of their own', () => {
  const manifest = graph('prices: document quotes', 'rsi: prices');
  const days = daysFrom(START, last(14));
  const world = new PlanningWorld().data(
    'quotes',
    days.filter((_, index) => index % 7 !== 6),
  );
  for (const date of days) world.completed(manifest, `rsi@${date}`, { 'dependency:prices': 'before' });
  const groups = groupPlan(world.planned({ manifest, from: START, to: last(14), mode: 'forecast' }), ['rsi']);
  expect(groups).toMatchObject([
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
      text: 'UPSTREAM prices',
      days: 2,
      stretches: [
        { from: '2001-01-07', to: '2001-01-07' },
        { from: '2001-01-14', to: '2001-01-14' },
      ],
    },
  ]);
});

test('the same day of another computation is one reason, another day is one of its own', () => {
  const manifest = graph('prices: document quotes', 'rsi: prices', 'mean: history prices 2');
  const world = new PlanningWorld().data('quotes', daysFrom(START, last(3)));
  for (const date of daysFrom(START, last(2))) world.failed(manifest, `prices@${date}`, { dispatchId: 'now' });
  const plan = world.planned({ manifest, from: START, to: last(3), dispatchId: 'now' });
  const rows = (name: string) => groupPlan(plan, [name]).map(({ text, days }) => [text, days]);
  expect(rows('rsi')).toEqual([
    ['prices failed', 2],
    ['waits for prices', 1],
  ]);
  expect(rows('mean')).toEqual([
    ['never ran', 1],
    [`prices@${START} failed`, 2],
  ]);
});

test('days that are left out are counted nowhere', () => {
  const manifest = graph('rsi: document prices');
  const world = new PlanningWorld().data('prices', daysFrom(START, last(3)));
  const plan = world.planned({ manifest, from: START, to: last(3) });
  expect(groupPlan(plan, ['rsi'], () => daySetOfDays([START, last(3)]))).toMatchObject([{ days: 1 }]);
});
