import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeTicks, valueScale, valueText } from '../../../src/cli/pictures/axis.ts';

const textsOf = (values: number[]) => valueScale(values).ticks.map(({ text }) => text);

describe('an axis of values', () => {
  test.each([
    [
      [0, 10],
      ['0', '2', '4', '6', '8', '10'],
    ],
    [
      [0.643, 0.901],
      ['0.6', '0.7', '0.8', '0.9', '1.0'],
    ],
    [
      [-3, 4],
      ['-4', '-2', '0', '2', '4'],
    ],
    [
      [0, 12_200_000],
      ['0', '5M', '10M', '15M'],
    ],
    [
      [0, 34_000],
      ['0', '10k', '20k', '30k', '40k'],
    ],
    [
      [5, 5],
      ['2', '3', '4', '5', '6', '7', '8'],
    ],
    [
      [0, 0],
      ['-1.0', '-0.5', '0', '0.5', '1.0'],
    ],
    [
      [0, 5e-324],
      ['-1.0', '-0.5', '0', '0.5', '1.0'],
    ],
    [[], ['0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [
      [Number.NaN, Infinity, 1, 2],
      ['1.0', '1.2', '1.4', '1.6', '1.8', '2.0'],
    ],
    [
      [1e-9, 5e-9],
      ['1e-9', '2e-9', '3e-9', '4e-9', '5e-9'],
    ],
  ])('of %j has the ticks %j', (values, texts) => {
    expect(textsOf(values)).toEqual(texts);
  });

  test('holds every value but for less than a pixel, has few ticks in order, and no two texts alike', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), (values) => {
        const { least, most, ticks } = valueScale(values);
        const step = (ticks[1]?.at ?? 0) - (ticks[0]?.at ?? 0);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(12);
        expect(least).toBeLessThanOrEqual(Math.min(...values) + 0.01 * step);
        expect(most).toBeGreaterThanOrEqual(Math.max(...values) - 0.01 * step);
        expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('a value is written with the digits that its step needs', () => {
  expect([valueText(1_500_000, 500_000), valueText(40_000, 10_000), valueText(0.25, 0.05)]).toEqual([
    '1.5M',
    '40k',
    '0.25',
  ]);
});

describe('an axis of time', () => {
  const at = (text: string) => Date.parse(text);
  const said = (from: string, to: string, width = 700) =>
    timeTicks(at(from), at(to), width).map((tick) => `${new Date(tick.at).toISOString().slice(0, 16)} ${tick.text}`);

  test('of a day has hours, and the day at midnight', () => {
    expect(said('2024-03-01T05:10:00Z', '2024-03-02T05:10:00Z', 400)).toEqual([
      '2024-03-01T06:00 06:00',
      '2024-03-01T09:00 09:00',
      '2024-03-01T12:00 12:00',
      '2024-03-01T15:00 15:00',
      '2024-03-01T18:00 18:00',
      '2024-03-01T21:00 21:00',
      '2024-03-02T00:00 03-02',
      '2024-03-02T03:00 03:00',
    ]);
  });

  test('of months has those, at their first midnight', () => {
    expect(said('2024-01-01', '2024-06-30')).toEqual([
      '2024-01-01T00:00 Jan 2024',
      '2024-02-01T00:00 Feb',
      '2024-03-01T00:00 Mar',
      '2024-04-01T00:00 Apr',
      '2024-05-01T00:00 May',
      '2024-06-01T00:00 Jun',
    ]);
  });

  test('of no time at all is not endless', () => {
    expect(said('2024-03-01T05:10:00Z', '2024-03-01T05:10:00Z')).toEqual([]);
  });
});
