/** How each day's cells stand: counted from ranges, the same as one by one, and adding up. */
import { describe, expect, test } from 'vitest';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { Plan, plan } from '../../../src/mill/planning/plan.ts';
import { type DayStands, report } from '../../../src/mill/planning/report.ts';
import type { PlanningState } from '../../../src/mill/planning/state.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import { fingerprintAt, graph, graphAt } from '../../support/graph.ts';
import { PlanningWorld, stateOf } from '../../support/planning-world.ts';

const [MON = '', TUE = '', WED = '', THU = '', FRI = ''] = daysFrom('2024-01-01', '2024-01-05');
const LINES = ['a: dataset flights', 'b: a', 'c: dataset prices'];
const abc = graph(...LINES);

/** `a` and `b` are settled through Wednesday, but `b` failed on Tuesday; prices start on Tuesday; `c` never ran. */
function state(): PlanningState {
  const world = new PlanningWorld().data('flights', [MON, TUE, WED, THU, FRI]).data('prices', [TUE, WED, THU, FRI]);
  for (const day of [MON, TUE, WED]) {
    world.completed(abc, `a@${day}`, { 'dataset:flights': `flights ${day}` });
    world.completed(abc, `b@${day}`, { 'dependency:a': `result of a@${day}` });
  }
  world.failed(abc, `b@${TUE}`, { inputs: { 'dependency:a': `result of a@${TUE}` } });
  return stateOf(world.book, world);
}

const planOf = (manifest = abc, known = state(), from = MON): Plan =>
  plan({ manifest, state: known, from, to: FRI, mode: 'forecast' });
const reportOn = (made: Plan, from = MON) => report({ plan: made, computations: ['a', 'b', 'c'], from, to: FRI });
const say = ({ date, ...counts }: DayStands): string =>
  [date, ...Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${name} ${count}`]))].join(' ');

describe('a report', () => {
  test('says for each day how its cells stand', () => {
    const { days, expected, counted, discrepancies } = reportOn(planOf());
    expect(days.map(say)).toEqual([
      `${MON} impossible 1 upToDate 2`,
      `${TUE} run 1 failed 1 upToDate 1`,
      `${WED} run 1 upToDate 2`,
      `${THU} run 3`,
      `${FRI} run 3`,
    ]);
    expect([expected, counted]).toEqual([15, 15]);
    expect(discrepancies).toEqual([]);
  });

  test('tells what is certain from what is conditional', () => {
    const { days } = reportOn(planOf(graphAt({ code: { a: 2 } }, ...LINES)));
    expect(days.slice(0, 3).map(say)).toEqual([
      `${MON} rerun 2 impossible 1 conditional 1`,
      `${TUE} run 1 rerun 1 failed 1`,
      `${WED} run 1 rerun 2 conditional 1`,
    ]);
  });

  test('is of a part of the grid when that is asked for', () => {
    const { days, expected } = reportOn(planOf(), THU);
    expect(days.map(({ date }) => date)).toEqual([THU, FRI]);
    expect(expected).toBe(6);
  });

  test('names cells that early cutoff spared in the last dispatch, and skips that were found wrong', () => {
    const known = state();
    const b = known.standings.get('b');
    if (b === undefined) throw new Error('b has no standing');
    const a = plan({ manifest: abc, state: known, from: MON, to: FRI, mode: 'forecast' }).standings(1).get('a');
    if (a === undefined) throw new Error('a has no standing');
    const [rest] = a.rest;
    if (rest === undefined) throw new Error('nothing of a is at rest');
    const cutOff = { ...a, rest: [{ ...rest, reason: { why: 'EARLY_CUTOFF' as const, inputs: ['dataset:flights'] } }] };
    const audited = { ...b, audits: { checked: 40, wrong: 1, since: MON } };
    const c = { ...b, audits: { checked: 20, wrong: 0, since: TUE } };
    const standings = new Map([...known.standings, ['a', cutOff], ['b', audited], ['c', c]]);
    const distrusted = new Map([
      [
        'b',
        {
          behaviour: behaviourOf(fingerprintAt({}, 'b')),
          because: 'NONDETERMINISTIC' as const,
          text: 'it asks for the time',
        },
      ],
    ]);
    const made = reportOn(planOf(abc, { ...known, standings, distrusted }));
    expect(made.days.map(({ cutOff: spared }) => spared)).toEqual([1, 1, 1, 0, 0]);
    expect(made.skipped).toBe(5);
    expect(made.audits).toMatchObject({ checked: 60, wrong: 1, since: MON });
    expect(made.audits?.atMost).toBeCloseTo(0.0767, 3);
    expect(made.distrusted).toEqual([{ computation: 'b', because: 'NONDETERMINISTIC', text: 'it asks for the time' }]);
    expect(reportOn(planOf()).audits).toBeUndefined();
  });

  test('says of which computation days are missing when the counts do not add up', () => {
    const { counted, expected, discrepancies } = reportOn(planOf(abc, state(), TUE), MON);
    expect([expected, counted]).toEqual([15, 12]);
    expect(discrepancies).toEqual(['a', 'b', 'c'].map((computation) => ({ computation, missing: [MON], twice: [] })));
  });

  test('counts a grid of 1.8 million cells', () => {
    const names = Array.from({ length: 500 }, (_, index) => `c${index}`);
    const [from, days] = ['2010-01-01', 3_650];
    const to = addDays(from, days - 1);
    const many = graph(...names.map((name) => `${name}: dataset flights`));
    const world = new PlanningWorld().data('flights', []);
    const made = plan({ manifest: many, state: stateOf(world.book, world), from, to, mode: 'forecast' });
    const { expected, counted, days: all } = report({ plan: made, computations: names, from, to });
    expect([expected, counted]).toEqual([1_825_000, 1_825_000]);
    expect(all.every(({ impossible }) => impossible === 500)).toBe(true);
  });
});
