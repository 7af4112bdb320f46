/** The day's last round: what failed for a passing reason is tried once more, and nothing else that failed. */
import { expect, test } from 'vitest';
import { graph } from '../../support/graph.ts';
import { PlanningWorld, say } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const manifest = graph('a: document x', 'b: document x', 'c: a');

const world = new PlanningWorld()
  .data('x', [MON, TUE], 'x')
  .failed(manifest, `a@${MON}`, {
    inputs: { 'document:x': 'x' },
    dispatchId: 'day',
    error: { code: 'ATTEMPTS_EXHAUSTED', message: '3 attempts failed' },
  })
  .failed(manifest, `b@${MON}`, { inputs: { 'document:x': 'x' }, dispatchId: 'day' })
  .failed(manifest, `b@${TUE}`, { inputs: { 'document:x': 'what it was then' }, dispatchId: 'day' });

const planned = (dispatchId: string, sweep: boolean): string[] =>
  say(world.plan({ manifest, from: MON, to: TUE, dispatchId, sweep })).filter((line) => !line.startsWith(`a@${TUE}`));

test('a round leaves what failed in it', () => {
  expect(planned('day', false)).toEqual([
    `a@${MON}: BLOCKED failed just now: ATTEMPTS_EXHAUSTED`,
    `b@${MON}: BLOCKED failed just now: COMPUTE_FAILED`,
    `b@${TUE}: BLOCKED failed just now: COMPUTE_FAILED`,
    `c@${MON}: FAILED_DEPENDENCY a@${MON} failed`,
    `c@${TUE}: BLOCKED waits for a@${TUE}`,
  ]);
});

test('a sweep tries again what had bad luck, and what reads something else by now', () => {
  expect(planned('day.sweep', true)).toEqual([
    `a@${MON}: RERUN failed before: ATTEMPTS_EXHAUSTED`,
    `b@${MON}: BLOCKED failed just now: COMPUTE_FAILED`,
    `b@${TUE}: RERUN changed: document:x`,
    `c@${MON}: BLOCKED waits for a@${MON}`,
    `c@${TUE}: BLOCKED waits for a@${TUE}`,
  ]);
});
