/** A computation whose dates fail alike: its other dates wait, and one is tried in each dispatch. */
import { describe, expect, test } from 'vitest';
import { PARK_AFTER_DATES } from '../../../src/mill/model/alike-failures.ts';
import type { CellOutcome } from '../../../src/mill/model/cell.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { fingerprintHash } from '../../../src/mill/model/vector.ts';
import { afterEndings, type Ending } from '../../../src/mill/planning/date-breaker.ts';
import { daysOfSet } from '../../../src/mill/planning/day-set.ts';
import { fold } from '../../../src/mill/planning/fold.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import type { PlanningState } from '../../../src/mill/planning/state.ts';
import { aRun, aTask, aTaskCell, fingerprintAt, graph, graphAt } from '../../support/graph.ts';
import { h, PlanningWorld } from '../../support/planning-world.ts';

const FROM = '2024-01-01';
const DAYS = daysFrom(FROM, addDays(FROM, 19));
const TO = DAYS.at(-1) as string;
const LINES = ['a: document x', 'b: a'];

/** All days are there; the first `count` of them failed in `dispatchId`, each with the error that `message` makes of it. */
function afterFailures(
  count: number,
  { message = (date: string) => `no rate for ${date}`, dispatchId = 'monday', last }: Partial<Given> = {},
): PlanningState {
  const outcomes = DAYS.slice(0, count).map((date, index): [string, CellOutcome] => [
    date,
    last !== undefined && index === count - 1
      ? last
      : { status: 'FAILED', error: { code: 'COMPUTE_FAILED', message: message(date) }, dispatchId },
  ]);
  const fingerprint = fingerprintHash(fingerprintAt({}, 'a'));
  const tasks = outcomes.map(([date, outcome]) =>
    aTask({
      cells: [{ ...aTaskCell(date, 'a'), fingerprint }],
      status: 'FAILED',
      outcomes: { [`a@${date}`]: outcome },
    }),
  );
  return fold(new PlanningWorld().data('x', DAYS).state(), [{ run: aRun(), tasks }]).state;
}

interface Given {
  readonly message: (date: string) => string;
  readonly dispatchId: string;
  readonly last: CellOutcome;
}

const planned = (state: PlanningState, dispatchId = 'tuesday', manifest = graph(...LINES)) =>
  plan({ manifest, state, from: FROM, to: TO, mode: 'dispatch', dispatchId });
const running = (...given: Parameters<typeof planned>): string[] =>
  daysOfSet(planned(...given).daysWith('a', 'RUN', 'RERUN'));

describe('dates that fail alike', () => {
  test('are tried as before, as long as they are few', () => {
    expect(running(afterFailures(PARK_AFTER_DATES - 1))).toEqual(DAYS);
  });

  test('park all others but one, which was not tried yet; their readers wait', () => {
    const made = planned(afterFailures(PARK_AFTER_DATES));
    expect(daysOfSet(made.daysWith('a', 'RUN', 'RERUN'))).toEqual([DAYS[PARK_AFTER_DATES]]);
    expect(made.decision({ computation: 'a', date: TO })).toMatchObject({
      outcome: 'BLOCKED',
      reason: { why: 'PARKED', error: 'COMPUTE_FAILED: no rate for …', dates: PARK_AFTER_DATES },
    });
    expect(made.decision({ computation: 'b', date: TO })).toMatchObject({
      outcome: 'BLOCKED',
      reason: { why: 'WAITING_FOR', cell: { computation: 'a', date: TO } },
    });
  });

  test('have their trial once a dispatch', () => {
    expect(running(afterFailures(PARK_AFTER_DATES), 'monday')).toEqual([]);
  });

  test('are no breaker when each fails with a mistake of its own', () => {
    const kinds = ['no rate', 'no price', 'no volume', 'no currency', 'no market', 'no holiday'];
    const state = afterFailures(PARK_AFTER_DATES, { message: (date) => kinds[DAYS.indexOf(date)] ?? '' });
    expect(running(state)).toEqual(DAYS);
  });

  test('are set free by a date that completes', () => {
    const last: CellOutcome = {
      status: 'COMPLETED',
      vector: { fingerprint: fingerprintAt({}, 'a'), inputs: { 'document:x': h(`x ${DAYS[PARK_AFTER_DATES]}`) } },
      resultHash: h('a result'),
      dispatchId: 'monday',
    };
    expect(running(afterFailures(PARK_AFTER_DATES + 1, { last }))).toHaveLength(DAYS.length - 1);
  });

  test('are set free by other code', () => {
    expect(running(afterFailures(PARK_AFTER_DATES), 'tuesday', graphAt({ code: { a: 2 } }, ...LINES))).toEqual(DAYS);
  });

  test('are all tried already: then the first of them is tried again', () => {
    const state = afterFailures(DAYS.length);
    expect(running(state)).toEqual([FROM]);
  });

  test('of a chain have their trial at its beginning', () => {
    const chain = graph('a: document x previous');
    expect(running(afterFailures(PARK_AFTER_DATES), 'tuesday', chain)).toEqual([FROM]);
  });
});

test('one date that completed clears its computation, wherever it stands among those that failed', () => {
  const failed = (date: string): Ending => ({
    completed: false,
    date,
    fingerprint: 'f'.repeat(16),
    error: { code: 'COMPUTE_FAILED', message: 'no rate' },
    dispatchId: 'monday',
  });
  const [a, b] = [failed('2024-01-01'), failed('2024-01-02')];
  expect(afterEndings(undefined, [a, b])?.dates).toHaveLength(2);
  for (const endings of [
    [{ completed: true }, a, b],
    [a, { completed: true }, b],
    [a, b, { completed: true }],
  ] as const)
    expect(afterEndings(undefined, endings)).toBeUndefined();
});
