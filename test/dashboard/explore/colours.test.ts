import { describe, expect, test } from 'vitest';
import { lineOf, SERIES_COLOURS } from '../../../src/dashboard/explore/colours.ts';
import { GROUNDS } from '../../../src/mill/answers/state-marks.ts';
import { ciede2000, contrast, lab, linear, seenBy, SIGHTS } from '../../support/colour.ts';

/** WCAG 2.2, 1.4.11: what has to be seen to understand a picture. */
const LEAST_CONTRAST = 3;
/** Lines that are drawn one after the other are told apart. */
const LEAST_DIFFERENCE = 10;

describe.each(['light', 'dark'] as const)('series on the %s ground', (ground) => {
  const colours = SERIES_COLOURS[ground];

  test.each(colours)('%s is seen', (colour) => {
    expect(contrast(linear(colour), linear(GROUNDS[ground]))).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  });

  test.each(SIGHTS)('neighbours are told apart with %s sight', (sight) => {
    const seen = colours.map((colour) => lab(seenBy(sight, linear(colour))));
    const differences = seen
      .slice(1)
      .flatMap((one, at) => seen.slice(at, at + 1).map((other) => ciede2000(one, other)));
    expect(Math.min(...differences)).toBeGreaterThan(LEAST_DIFFERENCE);
  });
});

test('thirty lines look different in both themes', () => {
  for (const isDark of [false, true])
    expect(new Set(Array.from({ length: 30 }, (_, index) => JSON.stringify(lineOf(index, isDark)))).size).toBe(30);
});
