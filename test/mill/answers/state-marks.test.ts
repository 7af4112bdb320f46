import { describe, expect, test } from 'vitest';
import { type CellState, GROUNDS, STATE_MARKS } from '../../../src/mill/answers/state-marks.ts';
import { STANDS } from '../../../src/mill/planning/report.ts';
import { ciede2000, contrast, lab, linear, seenBy, SIGHTS } from '../../support/colour.ts';

/** People tell two colours this far apart, also when they are small and not side by side. */
const LEAST_DIFFERENCE = 10;
/** WCAG 2.2, 1.4.11: what has to be seen to understand a picture. */
const LEAST_CONTRAST = 3;

const STATES = Object.keys(STATE_MARKS) as CellState[];
const PAIRS = STATES.flatMap((one, at) => STATES.slice(at + 1).map((other) => [one, other] as const));

test('every stand has a mark, and so has what is running', () => {
  expect(STATES.toSorted()).toEqual([...STANDS, 'running'].toSorted());
});

test.each(['word', 'glyph', 'pattern'] as const)('no two states have the same %s', (what) => {
  expect(new Set(STATES.map((state) => STATE_MARKS[state][what])).size).toBe(STATES.length);
});

describe.each(['light', 'dark'] as const)('on the %s ground', (ground) => {
  const colours = Object.fromEntries(STATES.map((state) => [state, linear(STATE_MARKS[state][ground])])) as Record<
    CellState,
    ReturnType<typeof linear>
  >;

  test.each(SIGHTS)('any two states are told apart with %s sight', (sight) => {
    const seen = (state: CellState) => lab(seenBy(sight, colours[state]));
    const alike = PAIRS.filter(([one, other]) => ciede2000(seen(one), seen(other)) <= LEAST_DIFFERENCE);
    expect(alike).toEqual([]);
  });

  test('what somebody may have to act on stands out', () => {
    const loud = STATES.filter((state) => STATE_MARKS[state].isLoud);
    const pale = loud.filter((state) => contrast(colours[state], linear(GROUNDS[ground])) < LEAST_CONTRAST);
    expect(loud).toContain('failed');
    expect(pale).toEqual([]);
  });

  test('red is for what failed alone', () => {
    const red = STATES.filter((state) => {
      const [, a, b] = lab(colours[state]);
      return Math.hypot(a, b) > 40 && Math.abs(Math.atan2(b, a)) < Math.PI / 4;
    });
    expect(red).toEqual(['failed']);
  });
});
