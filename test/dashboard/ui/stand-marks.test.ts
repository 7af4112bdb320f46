import { expect, test } from 'vitest';
import { inOutcomeWords } from '../../../src/cli/outcome-words.ts';
import { because, inWords, STAND_MARKS, STATES, stateOf } from '../../../src/dashboard/ui/stand-marks.ts';
import type { ExplainAnswer } from '../../../src/mill/answers/explain.ts';
import { WORST_FIRST } from '../../../src/dashboard/grid/palette.ts';
import { STATE_MARKS, WORST_FIRST as WORST_ANYWHERE } from '../../../src/mill/answers/state-marks.ts';
import { STANDS } from '../../../src/mill/planning/report.ts';

test('a state looks in the page as everywhere', () => {
  for (const [state, { word, glyph, light, dark }] of Object.entries(STATE_MARKS))
    expect(STAND_MARKS).toHaveProperty(state, { word, glyph, light, dark });
  expect(Object.keys(STAND_MARKS)).toHaveLength(Object.keys(STATE_MARKS).length);
});

test('what goes before what is the same in the page and in pictures', () => {
  expect(WORST_FIRST).toEqual(WORST_ANYWHERE);
});

test("a grid's figures are stands in the report's order, then running", () => {
  expect(STATES).toEqual([...STANDS, 'running']);
});

test.each([
  ['RUN', 'NEW', null, 'run'],
  ['RERUN', 'CHANGED', 'COMPLETED', 'rerun'],
  ['RERUN', 'FAILED_BEFORE', 'FAILED', 'failed'],
  ['SKIP', 'UNCHANGED', 'COMPLETED', 'upToDate'],
  ['STABLE', 'COSMETIC', 'COMPLETED', 'stable'],
  ['BLOCKED', 'PARKED', 'FAILED', 'blocked'],
  ['BLOCKED', 'IN_FLIGHT', null, 'running'],
  ['FAILED_DEPENDENCY', 'FAILED', null, 'upstreamFailed'],
  ['IMPOSSIBLE', 'NO_DATA', null, 'impossible'],
] as const)('%s for %s after %s is %s', (outcome, why, status, state) => {
  const last = status === null ? null : { status };
  expect(stateOf({ now: { outcome, reason: { why } }, last } as unknown as ExplainAnswer)).toBe(state);
});

test.each(['RERUN: code changed', 'ran 2026 FAILED_DEPENDENCY, x', 'RERUNS', 'RERUN?: if a changes', 'SKIP'])(
  '"%s" is in words as on the command line',
  (text) => {
    expect(inWords(text)).toBe(inOutcomeWords(text));
  },
);

test.each([
  ['RUN: never ran', 'never ran'],
  ['RERUN?: if a changes', 'if a changes'],
  ['RERUN: run changed', 'run changed'],
  ['asked for by ada', 'asked for by ada'],
  ['NO_DATA prices', 'no data of prices'],
  ['UPSTREAM rsi-14', 'rsi-14 is impossible'],
])('"%s" is because %s', (text, why) => {
  expect(because(text)).toBe(why);
});
