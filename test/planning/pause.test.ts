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
} from '../../src/model/control.ts';
import { describeReason } from '../../src/model/decision.ts';
import { plan } from '../../src/planning/plan.ts';
import { graph } from '../support/graph.ts';
import { h } from '../support/planning-world.ts';

const PAUSE = { sinceMs: Date.UTC(2024, 0, 5, 10), by: 'ada', because: 'prices are wrong' };
const DAY = '2024-01-01';
const manifest = graph('a: document d', 'b: a', 'c: b', 'other: document d');
const stateWith = (control: Control) => ({
  availability: new Map([['d', new Map([[DAY, h('d')]])]]),
  book: new Map(),
  inFlight: new Map(),
  control,
});
const decide = (control: Control, mode: 'dispatch' | 'forecast') =>
  plan({ manifest, state: stateWith(control), from: DAY, to: DAY, mode }).map(({ decision }) => decision);

describe.each(['dispatch', 'forecast'] as const)('a %s', (mode) => {
  test('blocks what would run and is paused, and all that waits for it', () => {
    const decisions = decide(withPaused(NOTHING_STOPPED, ['a'], PAUSE), mode);
    expect(decisions).toMatchObject([
      { computation: 'a', outcome: 'BLOCKED', reason: { why: 'PAUSED', pause: PAUSE } },
      { computation: 'other', outcome: 'RUN' },
      { computation: 'b', outcome: 'BLOCKED', reason: { why: 'WAITING_FOR', cell: { computation: 'a' } } },
      { computation: 'c', outcome: 'BLOCKED', reason: { why: 'WAITING_FOR', cell: { computation: 'b' } } },
    ]);
    expect(decisions.slice(0, 1).map(describeReason)).toEqual(['paused by ada on 2024-01-05T10:00Z: prices are wrong']);
  });

  test('blocks everything when all is paused', () => {
    const decisions = decide(withPaused(NOTHING_STOPPED, [ALL], PAUSE), mode);
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['BLOCKED', 'BLOCKED', 'BLOCKED', 'BLOCKED']);
  });
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
