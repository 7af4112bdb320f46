/** Which skips are tried, and what becomes of a computation whose skip was wrong. */
import { describe, expect, test } from 'vitest';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import { afterPlan } from '../../../src/mill/planning/after-plan.ts';
import { cellsToAudit } from '../../../src/mill/planning/audit.ts';
import { dayCount, daysOfSet } from '../../../src/mill/planning/day-set.ts';
import { fold, withAudits } from '../../../src/mill/planning/fold.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import type { PlanningState } from '../../../src/mill/planning/state.ts';
import { aRun, aTask, aTaskCell, fingerprintAt, graphAt } from '../../support/graph.ts';
import { PlanningWorld } from '../../support/planning-world.ts';

const FROM = '2024-01-01';
const DAYS = daysFrom(FROM, addDays(FROM, 299));
const TO = DAYS.at(-1) as string;
const LINES = ['a: document x', 'b: a'];
const old = graphAt({}, ...LINES);
const now = graphAt({ code: { a: 2 } }, ...LINES);
const OLD = behaviourOf(fingerprintAt({}, 'a'));
const NEW = behaviourOf(fingerprintAt({ code: { a: 2 } }, 'a'));

/** Everything was made by the old code, and the new code was proven to do the same. */
function proven(manifest: Manifest = old): PlanningState {
  const world = new PlanningWorld().data('x', DAYS);
  for (const date of DAYS) {
    world.completed(manifest, `a@${date}`, { 'document:x': `x ${date}` }, { result: `a of ${date}` });
    world.completed(manifest, `b@${date}`, { 'dependency:a': `a of ${date}` });
  }
  return { ...world.state(), equivalents: new Map([['a', [OLD, NEW]]]) };
}

const planOn = (state: PlanningState) =>
  plan({ manifest: now, state, from: FROM, to: TO, mode: 'dispatch', dispatchId: 'd' });

describe('what is audited', () => {
  test('is a share of the cells that a proof spares, the first time that it does', () => {
    const state = proven();
    const first = planOn(state);
    expect(first.counts(['a'])).toMatchObject({ STABLE: DAYS.length, RERUN: 0 });
    expect(dayCount(first.spared('a'))).toBe(DAYS.length);
    const sample = cellsToAudit(first, ['a', 'b'], { share: 0.01, most: 20 }, 'seed');
    expect(sample).toHaveLength(3);
    expect(sample.every(({ computation }) => computation === 'a')).toBe(true);
    const again = planOn({ ...state, ...afterPlan(state, first), sequence: 1 });
    expect(again.counts(['a'])).toMatchObject({ STABLE: DAYS.length });
    expect(dayCount(again.spared('a'))).toBe(0);
  });

  test('is at least one cell, at most as many as allowed, and none when the share is 0', () => {
    const made = planOn(proven());
    const size = (share: number, most: number): number => cellsToAudit(made, ['a'], { share, most }, 'seed').length;
    expect(size(0.000_1, 20)).toBe(1);
    expect(size(0.5, 20)).toBe(20);
    expect(size(0, 20)).toBe(0);
  });

  test('is the same for the same seed, another for another, and from everywhere in the history', () => {
    const made = planOn(proven());
    const drawn = (seed: string): string[] =>
      cellsToAudit(made, ['a'], { share: 0.1, most: 30 }, seed).map(({ date }) => date);
    expect(drawn('one')).toEqual(drawn('one'));
    expect(drawn('one')).not.toEqual(drawn('two'));
    expect(drawn('one').every((date, index, all) => index === 0 || date > (all[index - 1] as string))).toBe(true);
    expect(new Set(drawn('one').map((date) => date.slice(0, 7))).size).toBeGreaterThan(5);
  });

  test('is read as a cell that runs, with its days', () => {
    const [key] = cellsToAudit(planOn(proven()), ['a'], { share: 0.01, most: 1 }, 'seed');
    expect(planOn(proven()).audited(key ?? { computation: '', date: '' })).toMatchObject({
      audit: true,
      decision: { outcome: 'STABLE' },
      vector: { inputs: { 'document:x': expect.any(String) } },
    });
  });
});

describe('what was audited', () => {
  const shadow = (
    date: string,
    outcome: object | undefined,
    ground: 'COSMETIC' | 'UNCHANGED' | 'EARLY_CUTOFF' = 'COSMETIC',
  ) =>
    aTask({
      cells: [{ ...aTaskCell(date, 'a'), audit: { expected: OLD, vector: OLD, behaviour: NEW, ground } }],
      ...(outcome === undefined
        ? {}
        : { status: 'COMPLETED', outcomes: { [`a@${date}`]: { status: 'AUDITED', ...outcome } } as never }),
    });
  const right = { matches: true, text: '' };
  const wrong = { matches: false, text: 'another result' };

  test('keeps no cell from being what it is while it runs, and settles none', () => {
    const folded = fold(proven(), [{ run: aRun(), tasks: [shadow(FROM, undefined), shadow(TO, right)] }]);
    expect(folded.state.inFlight.size).toBe(0);
    expect(folded.settled).toEqual([]);
    expect(folded.state.distrusted.size).toBe(0);
    expect(planOn(folded.state).counts(['a'])).toMatchObject({ STABLE: DAYS.length });
  });

  test('with another result takes the right to skip away, and all that was skipped runs again', () => {
    const folded = fold(proven(), [{ run: aRun(), tasks: [shadow(FROM, wrong)] }]);
    expect(folded.state.distrusted.get('a')).toMatchObject({
      behaviour: NEW,
      because: 'AUDIT',
      text: 'another result',
    });
    const made = planOn(folded.state);
    expect(made.counts(['a'])).toMatchObject({ STABLE: 0, RERUN: DAYS.length });
    expect(made.decision({ computation: 'a', date: FROM })?.reason).toEqual({ why: 'CHANGED', parts: ['code'] });
  });

  test('does so for days that are at rest already, and new code is trusted again', () => {
    const state = proven();
    const rested: PlanningState = { ...state, ...afterPlan(state, planOn(state)), sequence: 1 };
    const { state: shaken } = fold(rested, [{ run: aRun(), tasks: [shadow(FROM, wrong)] }]);
    expect(daysOfSet(planOn(shaken).daysWith('a', 'RERUN'))).toHaveLength(DAYS.length);
    const newer = graphAt({ code: { a: 3 } }, ...LINES);
    const newest = behaviourOf(fingerprintAt({ code: { a: 3 } }, 'a'));
    const equivalents = new Map([['a', [OLD, newest]]]);
    const made = plan({ manifest: newer, state: { ...shaken, equivalents }, from: FROM, to: TO, mode: 'dispatch' });
    expect(made.counts(['a'])).toMatchObject({ STABLE: DAYS.length });
  });

  test('is counted once, when its run is closed', () => {
    const open = [{ run: aRun({ id: 'one' }), tasks: [shadow(FROM, wrong), shadow(TO, right)] }];
    const { standings } = proven();
    expect(withAudits(standings, open, []).get('a')?.audits).toBeUndefined();
    const once = withAudits(standings, open, ['one']);
    expect(once.get('a')?.audits).toEqual({ checked: 2, wrong: 1, since: '1970-01-01' });
    const twice = withAudits(once, open, ['one']).get('a')?.audits;
    expect(twice).toEqual({ checked: 4, wrong: 2, since: '1970-01-01' });
  });

  test('is not counted where nothing was compared', () => {
    const open = [
      { run: aRun({ id: 'one' }), tasks: [shadow(FROM, { ...right, compared: false }), shadow(TO, right)] },
    ];
    expect(withAudits(proven().standings, open, ['one']).get('a')?.audits).toMatchObject({ checked: 1, wrong: 0 });
  });

  describe('with another result than rests as unchanged', () => {
    const settled = (): PlanningState => {
      const state = proven();
      return { ...state, equivalents: new Map(), ...afterPlan(state, planAt(state)), sequence: 1 };
    };
    const planAt = (state: PlanningState) =>
      plan({ manifest: old, state, from: FROM, to: TO, mode: 'dispatch', dispatchId: 'd' });
    const found = (createdMs = 5, claimedIn = 2) => [
      {
        run: aRun({ createdMs, claimedIn }),
        tasks: [shadow(FROM, wrong, 'UNCHANGED'), shadow(TO, wrong, 'UNCHANGED')],
      },
    ];
    const made = (state: PlanningState) => planAt(state).counts(['a']);

    test('makes all of the history again, and says why', () => {
      const { state } = fold(settled(), found());
      expect(made(settled())).toMatchObject({ SKIP: DAYS.length });
      expect(made(state)).toMatchObject({ RERUN: DAYS.length });
      expect(planAt(state).decision({ computation: 'a', date: TO })?.reason).toEqual({ why: 'SUSPECT', date: FROM });
      expect(state.distrusted.get('a')).toMatchObject({ because: 'AUDIT', foundMs: 5, times: 1 });
    });

    test('does so once, however often its run is folded, and once more when it is found again', () => {
      const { state } = fold(settled(), found());
      const mended = { ...state, standings: settled().standings, sequence: 2 };
      expect(made(fold(mended, found()).state)).toMatchObject({ SKIP: DAYS.length, RERUN: 0 });
      const again = fold(mended, found(6, 3)).state;
      expect(made(again)).toMatchObject({ RERUN: DAYS.length });
      expect(again.distrusted.get('a')).toMatchObject({ foundMs: 6, times: 2 });
    });

    test('because its document was set back, makes that day again, and the computation keeps its right', () => {
      const tasks = [shadow(FROM, { ...wrong, isSetBack: true }, 'UNCHANGED')];
      const { state } = fold(settled(), [{ run: aRun({ createdMs: 5 }), tasks }]);
      expect(made(state)).toMatchObject({ SKIP: DAYS.length - 1, RERUN: 1 });
      expect(state.distrusted.size).toBe(0);
    });
  });
});
