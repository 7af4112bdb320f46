/** Paused computations: what would run waits, and what reads it with it; what is settled stays settled. */
import { describe, expect, test } from 'vitest';
import {
  ALL,
  Control,
  MAX_CANCELLED_KEPT,
  NOTHING_STOPPED,
  pauseOf,
  withCancelled,
  withPaused,
  withResumed,
} from '../../../src/mill/model/control.ts';
import { describeReason } from '../../../src/mill/model/decision.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import { graph } from '../../support/graph.ts';
import { PlanningWorld } from '../../support/planning-world.ts';

const PAUSE = { sinceMs: Date.UTC(2024, 0, 5, 10), by: 'ada', because: 'prices are wrong' };
const DAYS = ['2024-01-01', '2024-01-02'] as const;
const manifest = graph('a: document d', 'b: a', 'c: b', 'other: document d', 'chain: document d previous');
const world = new PlanningWorld().data('d', DAYS);
const planned = (control: Control, mode: 'dispatch' | 'forecast') =>
  plan({ manifest, state: { ...world.state(), control }, from: DAYS[0], to: DAYS[1], mode });
const decisions = (control: Control, mode: 'dispatch' | 'forecast', name: string) =>
  DAYS.map((date) => planned(control, mode).decision({ computation: name, date }));

describe.each(['dispatch', 'forecast'] as const)('a %s', (mode) => {
  test('blocks what would run and is paused, and all that waits for it', () => {
    const control = withPaused(NOTHING_STOPPED, ['a'], PAUSE);
    const [first] = decisions(control, mode, 'a');
    expect(first).toMatchObject({ outcome: 'BLOCKED', reason: { why: 'PAUSED', pause: PAUSE } });
    expect(first && describeReason(first)).toBe('paused by ada on 2024-01-05T10:00Z: prices are wrong');
    for (const [name, of] of [
      ['b', 'a'],
      ['c', 'b'],
    ] as const) {
      expect(decisions(control, mode, name)).toMatchObject(
        DAYS.map((date) => ({ outcome: 'BLOCKED', reason: { why: 'WAITING_FOR', cell: { computation: of, date } } })),
      );
    }
    expect(decisions(control, mode, 'other').map((one) => one?.outcome)).toEqual(['RUN', 'RUN']);
  });

  test('blocks each day of a chain for itself', () => {
    const control = withPaused(NOTHING_STOPPED, ['chain'], PAUSE);
    expect(decisions(control, mode, 'chain')).toMatchObject(DAYS.map(() => ({ reason: { why: 'PAUSED' } })));
  });

  test('blocks everything when all is paused', () => {
    const { BLOCKED, RUN, RERUN } = planned(withPaused(NOTHING_STOPPED, [ALL], PAUSE), mode).counts();
    expect({ BLOCKED, RUN, RERUN }).toEqual({ BLOCKED: 5 * DAYS.length, RUN: 0, RERUN: 0 });
  });
});

test('what is settled stays settled, and what changed waits', () => {
  const settled = new PlanningWorld()
    .data('d', DAYS)
    .completed(manifest, `other@${DAYS[0]}`, { 'document:d': `d ${DAYS[0]}` })
    .completed(manifest, `other@${DAYS[1]}`, { 'document:d': 'something else' });
  const state = { ...settled.state(), control: withPaused(NOTHING_STOPPED, ['other'], PAUSE) };
  const made = plan({ manifest, state, from: DAYS[0], to: DAYS[1], mode: 'dispatch' });
  expect(DAYS.map((date) => made.decision({ computation: 'other', date })?.outcome)).toEqual(['SKIP', 'BLOCKED']);
});

describe('what is stopped', () => {
  test('keeps the first reason, and forgets what is resumed', () => {
    const twice = withPaused(withPaused(NOTHING_STOPPED, ['a'], PAUSE), ['a', 'b'], { sinceMs: 1 });
    expect(pauseOf(twice, 'a')).toEqual(PAUSE);
    expect(withResumed(twice, ['a']).paused).toEqual({ b: { sinceMs: 1 } });
    expect(withResumed(withPaused(twice, [ALL], PAUSE), [ALL])).toEqual(NOTHING_STOPPED);
    expect(Control.parse(twice)).toEqual(twice);
  });

  test('holds a bounded number of cancelled dispatches, the newest', () => {
    let control = NOTHING_STOPPED;
    for (let index = 0; index <= MAX_CANCELLED_KEPT; index++) control = withCancelled(control, `d${index}`);
    expect(control.cancelled).toHaveLength(MAX_CANCELLED_KEPT);
    expect(control.cancelled.at(-1)).toBe(`d${MAX_CANCELLED_KEPT}`);
    expect(withCancelled(control, 'd7')).toBe(control);
  });
});
